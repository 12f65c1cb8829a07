"""Who may do what with a case, as a table: every relation × every deed, grants, proxies, pictures, assignments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from intents.cases import dispatch, leaving, objection, papers, pause, rights, transfer
from intents.library import Library
from intents.refused import Refused
from intents.staff import deeds, errands
from storage.archive import Archive, Records
from storage.cases import Case, Unit
from storage.staff import Worker
from tests.databases import START

LOOK = "open note"
POOL = f"{LOOK} take move assign object recategorise"
HOLDER = f"{LOOK} take move assign offer object pause resume recategorise give_back paper_in paper_out entrust checked"
ADMIN = f"{LOOK} take move assign offer resume dispatch recategorise"
STREET = f"{ADMIN} decide"
ADMIN_OF_POOL, STREET_OF_POOL = f"{ADMIN} object", f"{STREET} object"

# how the case stands → who → the deeds that are theirs; who is not named may do nothing
MATRIX: dict[str, dict[str, str]] = {
    "waits for its area's people": {
        "li": POOL, "wang": POOL, "zhao": POOL, "sun": POOL, "qian": POOL, "zhou": POOL, "helper": LOOK,
        "liu": ADMIN_OF_POOL, "ma": STREET_OF_POOL, "wu": STREET_OF_POOL, "deputy": STREET_OF_POOL,
    },
    "held by li": {
        "li": HOLDER, "wang": LOOK, "zhao": LOOK, "sun": LOOK, "qian": LOOK, "zhou": LOOK, "helper": LOOK,
        "liu": ADMIN, "ma": STREET, "wu": STREET, "deputy": STREET,
    },
    "waits for a unit": {
        "li": LOOK, "wang": LOOK, "zhao": LOOK, "sun": LOOK, "qian": LOOK, "zhou": LOOK, "helper": LOOK, "estate": POOL,
        "liu": ADMIN, "ma": STREET, "wu": STREET, "deputy": STREET,
    },
    "lost": {
        "li": POOL, "wang": POOL, "zhao": POOL, "sun": POOL, "qian": POOL, "zhou": POOL, "helper": LOOK, "estate": POOL,
        "liu": ADMIN_OF_POOL, "ma": STREET_OF_POOL, "wu": STREET_OF_POOL, "deputy": STREET_OF_POOL,
    },
    "offered to the unit of asked": {
        "li": HOLDER, "wang": LOOK, "zhao": LOOK, "sun": LOOK, "qian": LOOK, "zhou": LOOK, "helper": LOOK,
        "asked": f"{LOOK} accept_offer decline_offer",
        "liu": ADMIN, "ma": STREET, "wu": STREET, "deputy": STREET,
    },
    "li objects": {
        "li": HOLDER, "wang": LOOK, "zhao": LOOK, "sun": LOOK, "qian": LOOK, "zhou": LOOK, "helper": LOOK,
        "liu": ADMIN, "ma": STREET, "wu": STREET, "deputy": STREET,
    },
}  # fmt: skip
OTHERS = {  # login → (role, area); units and grants below
    "estate": ("worker", "rm01"), "helper": ("admin", "rm01"), "asked": ("worker", "rm02"), "far": ("worker", "rm01"),
    "far_admin": ("admin", "rm"), "auditor": ("auditor", "wb01"), "deputy": ("worker", "rm01"), "former": ("worker", "rm01"),
    "gone": ("admin", "wb01"),
}  # fmt: skip


def staff(records: Records, login: str) -> Worker:
    found = records.staff.by_login(login)
    assert found, login
    return found


@pytest.fixture
def centre(archive: Archive) -> Archive:
    """The sample's people, and others of every relation; each has a chat."""
    with archive.open() as records:
        for login, (role, area) in OTHERS.items():
            records.staff.add(login=login, name=login, role=role, area_id=area, now=START)
        for who in records.staff.all():
            records.staff.change(who.id, channel="console", address=who.login)
        records.staff.change(staff(records, "gone").id, active=False)
        for unit in ("estate", "helper", "asked"):
            records.units.put(Unit(unit, f"{unit}公司", "rm01"))
            records.units.add_contact(unit, staff(records, unit).id)
        records.proxies.grant(staff(records, "deputy").id, "admin", "wb", START - timedelta(days=1))
        records.proxies.grant(staff(records, "former").id, "admin", "wb", START - timedelta(days=2), START)
    return archive


def report(records: Records, **values: Any) -> Case:
    talk = records.conversations.open("web", "ren", START)
    return records.cases.open("report", area_id="wb01", title="上报：楼道灯", body={"words": "灯坏了"}, category="light",
                              conversation_id=talk.id, person_id=talk.person.id, now=START, **values)  # fmt: skip


def as_it_stands(records: Records, library: Library, how: str) -> Case:
    """A case brought there by its people's own deeds."""
    lore, li = library.lore(records), staff(records, "li")
    case = report(records)
    records.units.help(case.id, "helper")
    if how in ("waits for a unit", "lost"):
        case = dispatch.dispatch(records, lore, case, START, unit="estate")
    elif how != "waits for its area's people":
        case = deeds.move(records, lore, li, case, "accept", START)
    if how == "lost":
        case = dispatch.lose(records, lore, case, START)
    if how == "offered to the unit of asked":
        case = transfer.offer(records, lore, li, case, START, unit="asked", note="是他们的")
    if how == "li objects":
        objection.object_to(records, lore, li, case, "不归我们", START)
        case = records.cases.get(case.id)
    return case


def theirs(how: str, who: Worker) -> set[str]:
    """The deeds that the table gives somebody; 小张 is like 王哥, 何叔 like 赵姨."""
    alike = {"zhang": "wang", "he": "zhao"}
    return set(MATRIX[how].get(alike.get(who.login, who.login), "").split())


@pytest.mark.parametrize("how", MATRIX)
def test_who_may_do_what(centre: Archive, library: Library, how: str) -> None:
    with centre.open() as records:
        case = as_it_stands(records, library, how)
        for who in records.staff.all():
            able = {deed for deed in rights.MAY if rights.may(records, who, case, deed, START)}
            assert able == theirs(how, who), who.login


@pytest.mark.parametrize("how", MATRIX)
def test_every_deed_asks(centre: Archive, library: Library, how: str) -> None:
    """What the table forbids is refused by the deed itself, and leaves everything as it was."""
    with centre.open() as records:
        case = as_it_stands(records, library, how)
        lore, wang = library.lore(records), staff(records, "wang")
        told: dict[str, Callable[[Worker], object]] = {
            "open": lambda who: deeds.find(records, who, case.number, START),
            "note": lambda who: deeds.add_note(records, who, case, "看过了", START),
            "take": lambda who: deeds.move(records, lore, who, case, "accept", START),
            "move": lambda who: deeds.move(records, lore, who, case, "elsewhere", START, note="归别处"),
            "assign": lambda who: deeds.assign(records, who, case, wang, START),
            "offer": lambda who: transfer.offer(records, lore, who, case, START, unit="asked", note="是他们的"),
            "accept_offer": lambda who: transfer.accept(records, who, case, START),
            "decline_offer": lambda who: transfer.decline(records, who, case, "不接", START),
            "object": lambda who: objection.object_to(records, lore, who, case, "不归我们", START),
            "decide": lambda who: objection.decide(records, lore, who, case, upheld=False, note="照办", now=START),
            "pause": lambda who: pause.pause(records, lore, who, case, "等配件", START),
            "resume": lambda who: pause.resume(records, lore, case, START, who),
            "dispatch": lambda who: dispatch.send_to(records, lore, who, case, "estate", START),
            "recategorise": lambda who: dispatch.recategorise(records, lore, who, case, "road", "道路", START),
            "give_back": lambda who: leaving.give_back(records, who, case, START, "下班"),
            "paper_in": lambda who: papers.hand_over(records, who, case, "in", "身份证一份", START),
            "paper_out": lambda who: papers.hand_over(records, who, case, "out", "", START),
            "entrust": lambda who: errands.entrust(records, who, case, "看到委托书", START),
            "checked": lambda who: errands.checked(records, who, case, START),
        }  # fmt: skip
        assert set(told) == set(rights.MAY)
        history = records.cases.events(case.id)
        for who in records.staff.all():
            for deed in set(rights.MAY) - theirs(how, who):
                with pytest.raises(Refused):
                    told[deed](who)
        assert records.cases.events(case.id) == history
        assert records.cases.get(case.id) == case


def test_a_grant_counts_in_its_area_while_it_runs(centre: Archive) -> None:
    with centre.open() as records:
        here, there = (
            report(records),
            records.cases.open("report", area_id="xl01", title="灯", body={}, now=START),
        )
        deputy, former = staff(records, "deputy"), staff(records, "former")
        assert rights.acting(records, deputy, here, START).role == "admin"
        assert rights.acting(records, deputy, here, START).level == 1
        assert not rights.may(records, deputy, there, "open", START)
        assert rights.may(records, former, here, "open", START - timedelta(minutes=1))
        assert not rights.may(records, former, here, "open", START)
        records.proxies.end_grants(deputy.id, START)
        assert not rights.may(records, deputy, here, "open", START + timedelta(seconds=1))


def test_an_admin_is_none_outside_the_own_area(centre: Archive) -> None:
    with centre.open() as records:
        case = report(records)
        records.units.help(case.id, "helper")
        helper = staff(records, "helper")
        assert helper.role == "admin"
        assert rights.relations(records, helper, case, START) == {"helper"}
        assert rights.acting(records, helper, case, START).role == "mediator"


def test_a_mediation_is_for_mediators_of_its_level(centre: Archive) -> None:
    with centre.open() as records:
        case = records.cases.open("mediation", area_id="wb01", title="调解", body={"words": "吵"}, now=START)
        able = {who.login for who in records.staff.all() if rights.may(records, who, case, "take", START)}
        assert able == {"zhao", "he", "liu"}
        seen = {who.login for who in records.staff.all() if rights.may(records, who, case, "open", START)}
        assert {"li", "qian"} <= seen
        raised = records.cases.change(
            case, START, level=1, holder_id=staff(records, "zhao").id, state="raised"
        )
        assert raised
        able = {who.login for who in records.staff.all() if rights.may(records, who, raised, "move", START)}
        assert able == {"zhao", "he", "liu", "qian", "ma", "deputy"}
        held = records.cases.change(raised, START, state="accepted")
        assert held
        able = {who.login for who in records.staff.all() if rights.may(records, who, held, "move", START)}
        assert able == {"zhao", "liu", "ma", "deputy"}  # once held, its holder and admins of these levels


def test_assigning_stays_within_who_holds_it(centre: Archive, library: Library) -> None:
    with centre.open() as records:
        li, ma = staff(records, "li"), staff(records, "ma")
        case = as_it_stands(records, library, "held by li")
        with pytest.raises(Refused, match="要对方先同意接手"):
            deeds.assign(records, li, case, staff(records, "sun"), START)
        with pytest.raises(Refused, match="要对方先同意接手"):
            deeds.assign(records, ma, case, ma, START)
        case = deeds.assign(records, li, case, staff(records, "wang"), START)
        records.staff.change(staff(records, "wang").id, active=False)  # who left can be asked no more
        assert (
            deeds.assign(records, ma, case, staff(records, "sun"), START).holder_id
            == staff(records, "sun").id
        )


def test_a_closed_case_stays_closed(centre: Archive, library: Library) -> None:
    with centre.open() as records:
        lore, li = library.lore(records), staff(records, "li")
        case = deeds.move(records, lore, li, report(records), "elsewhere", START, note="归别处")
        for deed in set(rights.MAY) - {"open", "note"}:
            with pytest.raises(Refused, match="已经结束了"):
                rights.allow(records, staff(records, "ma"), case, deed, START)
        with pytest.raises(Refused):
            dispatch.recategorise(records, lore, li, case, "road", "道路", START)


def test_an_identity_card_is_seen_by_its_holder_only(centre: Archive, library: Library) -> None:
    with centre.open() as records:
        case = as_it_stands(records, library, "held by li")
        people = records.staff.all()
        for seen_by, able in (
            ("holder", {"li"}),
            ("staff", {who.login for who in people if who.login != "gone"}),
        ):
            found = {who.login for who in people if rights.sees_picture(records, who, case, seen_by, START)}
            assert found & set(MATRIX["held by li"]) == able & set(MATRIX["held by li"])


def test_a_proxy_may_ask_about_their_kind_of_matter(centre: Archive) -> None:
    with centre.open() as records:
        mother, son = (records.conversations.open("web", who, START).person.id for who in ("妈", "儿"))
        case = records.cases.open(
            "errand", area_id="wb01", title="代办", body={}, person_id=mother, now=START
        )
        other = records.cases.open(
            "mediation", area_id="wb01", title="调解", body={}, person_id=mother, now=START
        )
        assert not rights.is_theirs(records, son, case, START)
        end = START + timedelta(days=30)
        records.proxies.add(
            mother, son, relation="family", scope=["errand"], until_at=end, now=START, recorded_by="li"
        )
        assert rights.is_theirs(records, son, case, START)
        assert not rights.is_theirs(records, son, other, START)
        assert not rights.is_theirs(records, son, case, end)
