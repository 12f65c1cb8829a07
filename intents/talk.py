"""Dialogues as walks over named answers.

A dialogue is a generator that asks: `day = yield from ask("day", Day("哪一天？"))`. What is stored is {name: answer} in
JSON. At each message the walk starts again from the top, gets the answers already given, and stops at the first question
without one. So it survives a restart, another process, and a release that adds or drops a question.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from intents.message import Message, Reply

if TYPE_CHECKING:
    from intents.scene import Scene

Json: TypeAlias = Any
MISS: Json = object()  # "I did not understand that as an answer"


class Stale(Exception):
    """一个答案不再成立，需要重新问。"""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self.why = why
        super().__init__(why)


class WroteTooEarly(AssertionError):
    """A dialogue wrote to the archive and then asked another question."""


class Question:
    """One thing to ask. `hear` reads an answer to it; `glean` finds one in a sentence that says more.

    Answers are JSON and already resolved: an option's value, an ISO date.
    """

    def __init__(self, prompt: str) -> None:
        self.prompt = prompt
        self.picture = ""  # id of a stored picture that is shown with it
        self.hint = "没听明白。"

    def options(self) -> Sequence[tuple[str, str]]:
        """(value, label) pairs to tap or to type the number of."""
        return ()

    def hear(self, message: Message, scene: Scene) -> Json:
        """The answer in a message that answers this question, or MISS."""
        raise NotImplementedError

    def glean(self, text: str, scene: Scene) -> Json:
        """The answer in a sentence that was not said as the answer, or MISS."""
        return MISS

    def load(self, value: Json) -> Any:
        """What the dialogue gets for a stored answer."""
        return value


@dataclass(frozen=True, slots=True)
class Ask:
    """What a dialogue yields."""

    name: str
    question: Question


Talk: TypeAlias = Generator[Ask, Any, Reply | list[Reply]]  # a whole dialogue
Part: TypeAlias = Generator[Ask, Any, Any]  # a piece of one


def ask(name: str, question: Question) -> Generator[Ask, Any, Any]:
    """Ask a question under a name; the name is unique within the dialogue."""
    return (yield Ask(name, question))


@dataclass(slots=True)
class Asked:
    """The walk stopped at a question."""

    name: str
    question: Question
    excuse: str = ""


@dataclass(slots=True)
class Done:
    """The walk came to its end."""

    replies: list[Reply] = field(default_factory=list)


def walk(start: Callable[[], Talk], answers: dict[str, Json], scene: Scene) -> Asked | Done:
    """Walk from the top with the answers given. Answers that no longer hold are removed from `answers`."""
    excuse = ""
    for _ in range(8):
        before = scene.records.written
        try:
            asked = _step(start, answers, scene)
        except Stale as stale:
            answers.pop(stale.name, None)
            excuse = stale.why
            continue
        if isinstance(asked, Asked):
            if scene.records.written != before:
                raise WroteTooEarly(asked.name)
            asked.excuse = excuse
        return asked
    raise RuntimeError("a dialogue finds its answers stale again and again")


def _step(start: Callable[[], Talk], answers: dict[str, Json], scene: Scene) -> Asked | Done:
    talk = start()
    seen: set[str] = set()
    try:
        wanted = next(talk)
        while True:
            if wanted.name in seen:
                raise AssertionError(f"{wanted.name} is asked twice")
            seen.add(wanted.name)
            if wanted.name not in answers:
                talk.close()
                return Asked(wanted.name, wanted.question)
            wanted = talk.send(wanted.question.load(answers[wanted.name]))
    except StopIteration as end:
        return Done(_as_list(end.value))


def _as_list(said: Reply | list[Reply] | None) -> list[Reply]:
    if said is None:
        return []
    return [said] if isinstance(said, Reply) else list(said)


def proceed(start: Callable[[], Talk], answers: dict[str, Json], text: str, scene: Scene) -> Asked | Done:
    """Walk on, filling every further question that this sentence answers, or one said earlier in the dialogue."""
    while True:
        stopped = walk(start, answers, scene)
        if isinstance(stopped, Done) or stopped.excuse or not text:
            return stopped
        value = stopped.question.glean(text, scene)
        if value is MISS:
            earlier = (stopped.question.glean(said.text, said) for said in scene.said_before())
            value = next((found for found in earlier if found is not MISS), MISS)
        if value is MISS:
            return stopped
        answers[stopped.name] = value
