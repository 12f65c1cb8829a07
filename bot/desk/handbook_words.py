"""词表: aliases, words the handbook must not say, sensitive words; suggested, approved by a person."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, NotHere, Visit
from intents.sensitive import ACTIONS
from intents.staff import wordlists
from intents.staff.people import name_of
from storage.archive import Records
from storage.questions import Term


def routes(desk: Desk) -> list[Route]:
    """For admins."""
    return [
        desk.get("/handbook/words", page, roles=ADMINS),
        desk.post("/handbook/words/add", add, roles=ADMINS),
        desk.post("/handbook/words/{number}/decide", decide, roles=ADMINS),
    ]


async def page(visit: Visit) -> Response:
    """All words by list, those that wait first."""

    def look(records: Records) -> tuple[list[Term], dict[str, str]]:
        found = sorted(records.questions.terms(), key=lambda t: (t.state != "suggested", t.kind, t.word))
        return found, {
            login: name_of(records, login) for t in found for login in (t.author, t.approver) if login
        }

    terms, names = await visit.read(look)
    return visit.page("handbook_words.html", terms=terms, names=names, kinds=list(wordlists.KINDS.items()),
                      KINDS=wordlists.KINDS, STATES=wordlists.STATES, actions=list(ACTIONS.items()), ACTIONS=ACTIONS)  # fmt: skip


async def add(visit: Visit) -> Response:
    """Suggest a word."""
    kind, word = visit.given("kind", 12), visit.given("word", 60)
    value = visit.given("action", 12) if kind == "sensitive" else visit.given("value", 80)
    await visit.write(lambda r: wordlists.suggest(r, visit.worker, kind, word, value, visit.now))
    return visit.go("/desk/handbook/words", f"“{word}”已记下，批准后生效。")


async def decide(visit: Visit) -> Response:
    """Approve or reject a word."""
    number, yes = visit.path("number"), visit.given("do") == "approve"

    def job(records: Records) -> str:
        term = records.questions.term(int(number)) if number.isascii() and number.isdigit() else None
        if term is None:
            raise NotHere
        return (wordlists.approve if yes else wordlists.reject)(records, visit.worker, term, visit.now)

    return visit.go("/desk/handbook/words", await visit.write(job))
