"""The names of the entries: who types one, with nothing else but the field asked for, means that entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from knowledge.handbook import HandbookEntry
from knowledge.search.reading import plain


class Names:
    """Titles, short titles and aliases; a name that two entries share names neither."""

    def __init__(
        self, entries: Sequence[HandbookEntry], content: Callable[[str], str], *, words: bool = True
    ) -> None:
        self._content = content
        owners: dict[str, set[int]] = {}
        for number, entry in enumerate(entries):
            for name in (plain(told, words=words) for told in (entry.title, entry.short, *entry.aliases)):
                owners.setdefault(name.replace(" ", ""), set()).add(number)
        self._owner = {name: min(of) for name, of in owners.items() if len(of) == 1 and len(name) > 1}

    def exact(self, text: str) -> int | None:
        """The number of the entry whose name the plain text is."""
        return self._owner.get(text.replace(" ", ""))

    def asked(self, text: str) -> int | None:
        """The number of the entry that a plain text names, besides the field it asks for and no more."""
        return self._owner.get(self._content(text))
