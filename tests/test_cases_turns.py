"""Dispatch, transfer, objection, pause, escalation, leaving: on real databases, both sides told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import rounds
from intents.cases import dispatch, leaving, objection, pause, transfer
from intents.library import Library
from intents.message import from_json
from intents.refused import Refused
from intents.staff import deeds
from storage.archive import Archive, Records
from storage.cases import Case, Rule, Unit
from storage.staff import Worker
from storage.tables import outbox
from tests.databases import START


def worker(records: Records, login: str) -> Worker:
    found = records.staff.by_login(login)
    assert found
    return found


def bind(records: Records, *logins: str) -> None:
    for login in logins:
        records.staff.change(worker(records, login).id, channel="console", address=login)


def report(records: Records, **values: Any) -> Case:
    talk = records.conversations.open("web", "ren", START)
    return records.cases.open("report", area_id="wb01", title="上报：楼道灯、路灯", body={"words": "灯坏了"}, category="light",
                              conversation_id=talk.id, person_id=talk.person.id, now=START, **values)  # fmt: skip


def said(archive: Archive, address: str) -> str:
    with archive.reading() as records:
        rows = records.run(select(outbox).where(outbox.c.address == address).order_by(outbox.c.id)).all()
        return "\n".join(from_json(records.outbox.body(row)).plain() for row in rows)


@pytest.fixture
def units(archive: Archive) -> Archive:
    """A property company with 孙姐 as its contact, and a lamp bureau that nobody can reach."""
    with archive.open() as records:
        bind(records, "li", "sun", "ma", "wang")
        records.units.put(Unit("estate", "物业公司", "wb"))
        records.units.add_contact("estate", worker(records, "sun").id)
        records.units.put(Unit("lamps", "路灯所", "wb"))
    return archive


def test_rg33_a_unit_without_a_contact_is_not_sent_to(units: Archive, library: Library) -> None:
    with units.open() as records:
        records.units.put_rule(Rule("report", "light", "wb", "lamps"))
        case = dispatch.dispatch(records, library.lore(records), report(records), START)
        assert case.lost_at == START
        assert [lost.number for lost in records.cases.lost("/qd/wb/")] == [case.number]
        assert "dispatch" not in {event.move for event in records.cases.events(case.id)}
        assert dispatch.route(records, case) == ("lamps", [])
    assert "未派出" in said(units, "sun")  # on duty at the street
    assert "派" not in said(units, "ren")


def test_rg33_a_contact_that_leaves_is_found_within_five_minutes(units: Archive, library: Library) -> None:
    with units.open() as records:
        case = dispatch.dispatch(records, library.lore(records), report(records), START, unit="estate")
        assert case.lost_at is None
        records.staff.change(worker(records, "sun").id, active=False)
    with units.open() as records:
        rounds.make(records, library, START + timedelta(minutes=5))
        assert records.cases.get(case.id).lost_at == START + timedelta(minutes=5)
        again = dispatch.send_to(records, library.lore(records), worker(records, "ma"), records.cases.get(case.id), "lamps",
                                 START + timedelta(minutes=6))  # fmt: skip
        assert again.lost_at is not None


def test_rg34_another_category_is_dispatched_anew(units: Archive, library: Library) -> None:
    with units.open() as records:
        records.units.put_rule(Rule("report", "elevator", "wb", "estate"))
        case = report(records)
        li = worker(records, "li")
        case = deeds.move(records, library.lore(records), li, case, "accept", START)
        later = START + timedelta(hours=2)
        done = dispatch.recategorise(
            records, library.lore(records), li, case, "elevator", "电梯、门禁", later
        )
        assert (done.unit, done.holder_id, done.state) == ("estate", None, "received")
        assert done.due_at
        assert case.due_at
        assert done.due_at < case.due_at
    assert "类别改成了“电梯、门禁”，重新派单，现在由物业公司负责，11月24日" in said(units, "ren")


def test_rg35_not_ours_is_decided_by_a_named_person_and_closes_nothing(
    units: Archive, library: Library
) -> None:
    with units.open() as records:
        lore, li, ma = library.lore(records), worker(records, "li"), worker(records, "ma")
        case = deeds.move(records, lore, li, report(records), "accept", START)
        who = objection.object_to(records, lore, li, case, "这是物业的灯", START)
        assert who.login == "ma"
        held = records.cases.get(case.id)
        assert (held.holder_id, held.closed_at) == (li.id, None)
        with pytest.raises(Refused, match="已经提过一次异议"):
            objection.object_to(records, lore, li, held, "还是不归我们", START)
        with pytest.raises(Refused, match="马主任裁定"):
            objection.decide(
                records,
                lore,
                worker(records, "wang"),
                held,
                upheld=True,
                note="归物业",
                now=START,
                unit="estate",
            )
        done = objection.decide(records, lore, ma, held, upheld=True, note="归物业", now=START, unit="estate")
        assert (done.unit, done.holder_id, done.due_at) == ("estate", None, case.due_at)
    assert "由马主任在" in said(units, "ren")
    assert "现在由物业公司负责" in said(units, "ren")


def test_the_first_unit_holds_until_another_accepts(units: Archive, library: Library) -> None:
    with units.open() as records:
        lore, li, sun = library.lore(records), worker(records, "li"), worker(records, "sun")
        case = deeds.move(records, lore, li, report(records), "accept", START)
        with pytest.raises(Refused, match="没有能联系上的人"):
            transfer.offer(records, lore, li, case, START, unit="lamps", note="是路灯")
        case = transfer.offer(records, lore, li, case, START, unit="estate", note="是物业的")
        assert case.holder_id == li.id
        case = transfer.decline(records, sun, case, "不是我们的", START)
        assert (case.holder_id, case.asked_unit) == (li.id, "")
        case = transfer.offer(records, lore, li, case, START, unit="estate", note="是物业的")
        stale = case
        case = transfer.accept(records, sun, case, START)
        assert (case.holder_id, case.unit) == (sun.id, "estate")
        with pytest.raises(Refused, match="刚被孙姐处理"):
            transfer.accept(records, sun, stale, START)
    assert "仍由李姐负责" in said(units, "ren")


def test_a_pause_is_told_and_ends_by_itself(units: Archive, library: Library) -> None:
    with units.open() as records:
        lore, li = library.lore(records), worker(records, "li")
        case = deeds.move(records, lore, li, report(records), "accept", START)
        case = pause.pause(records, lore, li, case, "等配件", START)
        assert case.colour(START + timedelta(days=30)) == ""
    assert "暂停计时，原因：等配件。" in said(units, "ren")
    with units.open() as records:
        rounds.make(records, library, START + timedelta(days=20))
        again = records.cases.get(case.id)
        assert again.paused_at is None
        assert again.due_at
        assert case.due_at
        assert again.due_at > case.due_at
    assert "恢复办理" in said(units, "ren")


def test_yellow_then_red_then_two_levels_up(units: Archive, library: Library) -> None:
    with units.open() as records:
        bind(records, "zhou", "wu")
        case = deeds.move(
            records, library.lore(records), worker(records, "li"), report(records), "accept", START
        )
    assert case.yellow_at
    assert case.due_at
    for moment in (
        case.yellow_at,
        case.due_at,
        case.due_at + timedelta(days=3),
        case.due_at + timedelta(days=4),
    ):
        with units.open() as records:
            rounds.make(records, library, moment)
    assert "快到期了" in said(units, "li")
    assert "已超时" in said(units, "li")
    assert case.number in said(units, "sun") + said(units, "ma")
    assert case.number in said(units, "zhou") + said(units, "wu")


def test_who_goes_off_duty_hands_everything_over_with_a_list(units: Archive, library: Library) -> None:
    with units.open() as records:
        lore, li, wang = library.lore(records), worker(records, "li"), worker(records, "wang")
        found = [deeds.move(records, lore, li, report(records), "accept", START) for _ in range(2)]
        gone, left = leaving.hand_over(
            records, li, wang, START, lambda case, to: deeds.assign(records, li, case, to, START)
        )
        assert ([case.id for case in gone], left) == ([case.id for case in found], [])
        assert {case.holder_id for case in records.cases.held_by(wang.id)} == {wang.id}
        gone, left = leaving.hand_over(records, wang, None, START, lambda case, to: None)
        assert len(gone) == 2
    assert all(case.number in said(units, "wang") for case in found)


def test_proxies_end_with_their_day(archive: Archive) -> None:
    end = START + timedelta(days=30)
    with archive.open() as records:
        mother, son = (records.conversations.open("web", who, START).person.id for who in ("妈", "儿"))
        records.proxies.add(
            mother, son, relation="family", scope=["errand"], until_at=end, now=START, recorded_by="li"
        )
        assert records.proxies.may_act(son, mother, "errand", START)
        assert not records.proxies.may_act(son, mother, "mediation", START)
        assert not records.proxies.may_act(mother, son, "errand", START)
        assert not records.proxies.may_act(son, mother, "errand", end)
