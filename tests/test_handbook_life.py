"""The handbook's life: tried before it is published, local texts, feedback, telling who asked, reviews, lists of words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from bot import measuring, rounds, turn
from bot.trials import attempt
from intents.handoff import Refused
from intents.library import Library
from intents.message import Message, Reply
from intents.staff import areas, editing, misses, telling, trials, wordlists
from intents.staff.trials import Outcome, Regression, Report
from knowledge.handbook import HandbookEntry
from knowledge.search import Finding
from storage import migrate
from storage.archive import Archive, Records
from storage.entries import Version
from storage.staff import Worker
from storage.tables import outbox, saved_questions
from storage.vault import Vault
from tests.databases import START

NOW = START
ASK = "低保怎么申请"
NAME = "最低生活保障（低保）申请"  # the whole card


@pytest.fixture
def still(library: Library) -> Library:
    """A library that does not rebuild its index within the turn."""
    library._eager = False
    return library


@pytest.fixture
def records(archive: Archive) -> Iterator[Records]:
    """One unit of work with nobody at work but whom the test names."""
    with archive.open() as opened:
        empty(opened)
        yield opened


def empty(records: Records) -> None:
    for worker in records.staff.all():
        records.staff.change(worker.id, active=False)


def admin(records: Records, login: str, role: str = "admin") -> Worker:
    area = records.places.areas()[0].id
    worker_id = records.staff.add(login=f"{login}-t", name=f"{login}姐", role=role, area_id=area, now=NOW)
    records.staff.change(worker_id, channel="console", address=f"{login}-chat")
    return records.staff.get(worker_id)


def current(records: Records, entry_id: str = "MZ01") -> HandbookEntry:
    version = records.handbook.current(entry_id)
    assert version is not None
    return version.entry


def save(records: Records, worker: Worker, entry: HandbookEntry) -> Version:
    newest = records.handbook.history(entry.id)
    number = editing.save_draft(
        records, worker, entry, "改一下", NOW, base=newest[0].version if newest else 0
    )
    version = records.handbook.version(entry.id, number)
    assert version is not None
    return version


def hear(
    records: Records, library: Library, who: str, text: str, button: str | None = None, days: int = 0
) -> list[Reply]:
    event = records.code(10)
    at = NOW + timedelta(days=days)
    return turn.hear(records, library, Message("web", who, event, text, at, button=button), at)


def said(records: Records, address: str) -> list[str]:
    rows = records.run(select(outbox).where(outbox.c.address == address).order_by(outbox.c.id)).all()
    return [str(records.outbox.body(row)["text"]) for row in rows]


def counts(archive: Archive) -> list[int]:
    with archive.reading() as records:
        return [len(records.handbook.misses()), len(records.run(select(outbox)).all())]


# tried before it is published


def test_a_publishing_that_steals_a_question_is_blocked_until_two_agree(
    archive: Archive, still: Library
) -> None:
    with archive.open() as records:
        empty(records)
        li, wang = admin(records, "li"), admin(records, "wang")
        records.run(delete(saved_questions))
        records.questions.save([("MZ01", ASK, True), ("MZ01", "吃低保要啥材料", True)], "li-t", NOW)
        thief = current(records, "MZ02")
        draft = save(records, li, replace(thief, aliases=(*thief.aliases, ASK)))
        records.questions.save([("MZ01", "给我写首诗", True)], "li-t", NOW)  # wrong before: no regression
    before = counts(archive)
    report = attempt(archive, still, [("MZ02", draft.version)], NOW)
    assert counts(archive) == before
    assert report.asked == 3
    assert [(one.owner_id, one.question, one.before.answered) for one in report.regressions] == [
        ("MZ01", ASK, "MZ01")
    ]
    with archive.open() as records:
        with pytest.raises(Refused, match="试问"):
            editing.publish(records, wang, "MZ02", draft.version, NOW)
        with pytest.raises(Refused, match=ASK):
            editing.publish(records, wang, "MZ02", draft.version, NOW, report=report)
        with pytest.raises(Refused, match="原因"):
            trials.ask_to_accept(records, li, "MZ02", draft.version, "MZ01", ASK, " ", NOW)
        trials.ask_to_accept(records, li, "MZ02", draft.version, "MZ01", ASK, "名称改了", NOW)
        waiver = records.questions.waivers("MZ02", draft.version)[0]
        with pytest.raises(Refused, match="另一位"):
            trials.agree(records, li, waiver, NOW)
        with pytest.raises(Refused, match=ASK):
            editing.publish(records, wang, "MZ02", draft.version, NOW, report=report)
        trials.agree(records, wang, waiver, NOW)
        with pytest.raises(Refused, match="刚被别人"):
            trials.agree(records, wang, waiver, NOW)
        editing.publish(records, wang, "MZ02", draft.version, NOW, report=report)
        assert ASK in current(records, "MZ02").aliases
        assert [row.action for row in records.audit.last(3, "MZ02")] == ["publish", "agree", "waive"]


def test_what_only_changes_the_text_needs_no_trial(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    draft = save(records, li, replace(current(records), fee="免费，一分钱不收。"))
    assert trials.due(records, [draft]) == []
    editing.publish(records, wang, "MZ01", draft.version, NOW)
    other = save(records, li, replace(current(records), aliases=("低保新叫法",)))
    due = trials.due(records, [other])
    assert {"MZ01", *current(records).related} <= {q.entry_id for q in due}


def test_a_trial_of_another_handbook_does_not_count(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    draft = save(records, li, replace(current(records), aliases=("低保新叫法",)))
    old = Report(trials.named([draft]), trials.revision(records) - 1, 9)
    with pytest.raises(Refused, match="重新试问"):
        editing.publish(records, wang, "MZ01", draft.version, NOW, report=old)
    fresh = Report(trials.named([draft]), trials.revision(records), 9)
    editing.publish(records, wang, "MZ01", draft.version, NOW, report=fresh)


def test_wrong_before_is_no_regression() -> None:
    from storage.questions import Saved

    told = [Saved(1, "A1", "q", True, "x"), Saved(2, "A1", "r", False, "x"), Saved(3, "A1", "s", True, "x")]
    right, other, none = Outcome("answer", ("A1",)), Outcome("answer", ("B1",)), Outcome("refuse")
    before = {"q": other, "r": none, "s": right}
    found = trials.compared(told, before, {"q": none, "r": right, "s": Outcome("choose", ("A1", "B1"))})
    assert [one.question for one in found] == ["r", "s"]
    assert str(found[0]) == "“r”（A1）：现在不直接答，发布后答成 A1"
    assert isinstance(found[0], Regression)


# a time to come


def test_approved_now_and_answered_from_its_time_on(archive: Archive, still: Library) -> None:
    at = NOW + timedelta(days=2)
    with archive.open() as records:
        empty(records)
        li, wang = admin(records, "li"), admin(records, "wang")
        draft = save(records, li, replace(current(records), fee="到时候的钱数"))
        editing.publish(records, wang, "MZ01", draft.version, NOW, effective_at=at)
        assert current(records).fee != "到时候的钱数"
    for now, fee in ((at - timedelta(seconds=1), False), (at, True)):
        with archive.open() as records:
            rounds.make(records, still, now)
            assert (current(records).fee == "到时候的钱数") is fee
    with archive.open() as records:
        version = records.handbook.current("MZ01")
        assert version is not None
        assert (version.approver, version.effective_at) == ("wang-t", at)
        assert any("到时间生效" in text for text in said(records, "li-chat"))


def test_what_waits_is_ended_by_a_withdrawal_and_by_a_newer_version(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    later = NOW + timedelta(days=2)
    first = save(records, li, replace(current(records), fee="1 元"))
    editing.publish(records, wang, "MZ01", first.version, NOW, effective_at=later)
    second = save(records, li, replace(current(records), fee="2 元"))
    editing.publish(records, wang, "MZ01", second.version, NOW)
    assert editing.go_live(records, later) == []
    third = save(records, li, replace(current(records), fee="3 元"))
    editing.publish(records, wang, "MZ01", third.version, NOW, effective_at=later)
    editing.withdraw(records, li, "MZ01", NOW, "写错了")
    assert editing.go_live(records, later) == []
    assert records.handbook.current("MZ01") is None


# local texts


def test_the_nearest_area_decides_field_by_field(records: Records, still: Library) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    district, street, community = (records.places.area(i) for i in ("qd", "wb", "wb01"))
    assert district
    assert street
    assert community
    for area, fields in ((district, {"phone": "区里的电话", "hours": "区里的时间"}), (street, {"hours": "街道的时间"}),
                         (community, {"where": "示例社区一楼"})):  # fmt: skip
        number = areas.save(records, li, area, "MZ01", fields, "各地不同", NOW)
        with pytest.raises(Refused, match="wang姐"):
            areas.publish(records, li, area.id, "MZ01", number, "x", NOW)
        areas.publish(records, wang, area.id, "MZ01", number, "", NOW)
    here = hear(records, still, "a", NAME)[0]
    assert here.card is not None
    rows = dict(here.card.rows)
    assert (rows["什么时间"], rows["在哪办"]) == ("街道的时间", "示例社区一楼")
    assert "区里的电话" in here.card.foot
    row = records.run(select(outbox).where(outbox.c.address == "a")).one()
    assert (row.entry_id, row.entry_override) == ("MZ01", "qd:1,wb:1,wb01:1")
    hear(records, still, "b", "你好")
    talk = records.conversations.find("web", "b")
    assert talk is not None
    records.people.set_area(talk.person.id, "rm")
    there = hear(records, still, "b", NAME)[0]
    assert there.card is not None
    assert dict(there.card.rows)["什么时间"] == "区里的时间"
    assert there.override == "qd:1"
    areas.end(records, li, "wb", "MZ01", "", NOW)
    again = hear(records, still, "a", NAME)[0]
    assert again.card is not None
    assert dict(again.card.rows)["什么时间"] == "区里的时间"


def test_a_field_that_changed_below_an_override_is_flagged(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    area = records.places.area("wb01")
    assert area
    number = areas.save(records, li, area, "MZ01", {"hours": "周一", "materials": "身份证\n户口簿"}, "", NOW)
    areas.publish(records, wang, "wb01", "MZ01", number, "", NOW)
    assert areas.all_conflicts(records) == []
    late = areas.save(records, li, area, "MZ01", {"hours": "周二"}, "", NOW)
    draft = save(records, li, replace(current(records), hours="手册改过的时间"))
    editing.publish(records, wang, "MZ01", draft.version, NOW)
    assert [fields for _, fields in areas.all_conflicts(records)] == [["什么时间"]]
    with pytest.raises(Refused, match="什么时间"):
        areas.publish(records, wang, "wb01", "MZ01", late, "", NOW)


@pytest.mark.parametrize(
    ("given", "why"), [({}, "一样"), ({"fee": "长" * 600}, "太长"), ({"title": "别的"}, "一样")]
)
def test_an_override_changes_something_that_may_be_changed(
    records: Records, given: dict[str, str], why: str
) -> None:
    area = records.places.area("wb01")
    assert area
    with pytest.raises(Refused, match=why):
        areas.save(records, admin(records, "li"), area, "MZ01", given, "", NOW)


# feedback


def test_out_of_date_is_a_task_and_its_resident_hears_the_end(archive: Archive, still: Library) -> None:
    with archive.open() as records:
        empty(records)
        li, wang = admin(records, "li"), admin(records, "wang")
        for who in ("a", "b"):
            card = hear(records, still, who, ASK)[0]
            hear(records, still, who, "", button=f"=fb:MZ01:{card.version}:old")
            hear(records, still, who, "", button=f"=fb:MZ01:{card.version}:old")
        assert len(records.feedback.open_ones("MZ01")) == 2
        assert len([text for text in said(records, "li-chat") if "已过时" in text]) == 1
        draft = save(records, li, replace(current(records), fee="改过的"))
        editing.publish(records, wang, "MZ01", draft.version, NOW)
    for _ in range(2):
        with archive.open() as records:
            rounds.make(records, still, NOW)
    with archive.open() as records:
        assert [text for text in said(records, "a") if "已经改好了" in text] == [
            f"您说过时的“{current(records).title}”，已经改好了，谢谢您。"
        ]
        assert records.feedback.open_ones() == []
        card = hear(records, still, "a", "", button="=card:MZ01")[0]
        hear(records, still, "a", "", button=f"=fb:MZ01:{card.version}:old")
        telling.still_right(records, wang, "MZ01", "打电话问过区里", NOW)
        rounds.make(records, still, NOW)
        assert sum("仍然有效" in text for text in said(records, "a")) == 1


def test_no_use_joins_the_questions_with_the_words_asked(records: Records, still: Library) -> None:
    card = hear(records, still, "a", ASK)[0]
    asked = hear(records, still, "a", "", button=f"=fb:MZ01:{card.version}:bad")[0]
    assert len(asked.options) == 3
    hear(records, still, "a", "", button=asked.options[1].id)
    hear(records, still, "a", "没用")
    found = records.handbook.misses()
    assert [(miss.words, miss.decision, miss.candidates) for miss in found] == [(ASK, "bad", ["MZ01"])]
    assert records.feedback.counts() == {"MZ01": {"bad": 1}}
    hear(records, still, "a", "有用")
    assert records.feedback.counts() == {"MZ01": {"good": 1}}
    for button in ("=fb", "=fb:MZ01", "=fb:MZ01:x:old", "=fb:MZ01:1:worst", "=why:MZ01:1:"):
        hear(records, still, "a", "", button=button)
    assert records.feedback.counts() == {"MZ01": {"good": 1}}
    gone = hear(records, still, "a", "", button="=fb:MZ01:999:old")[0]
    assert "换了" in gone.text
    assert records.feedback.open_ones() == []


# who asked is told


def test_who_asked_is_told_once_when_it_is_answered(archive: Archive, still: Library) -> None:
    with archive.open() as records:
        empty(records)
        li, wang = admin(records, "li"), admin(records, "wang")
        for who in ("a", "b"):
            hear(records, still, who, "你好")
            talk = records.conversations.find("web", who)
            assert talk is not None
            for _ in range(2):
                records.handbook.miss("没米下锅了找谁，电话13800138000", "refuse", ["MZ01"], talk.id, NOW)
        ids = [miss.id for miss in records.handbook.misses()]
        closed = misses.close_as_phrasing(records, li, ids, "MZ01", "need", ["没米下锅了找谁"], NOW)
        assert closed.ready is None
    with archive.open() as records:
        rounds.make(records, still, NOW + timedelta(days=1))
        assert not any("有答案了" in text for text in said(records, "a"))
        draft = editing.open_draft(records, "MZ01")
        assert draft is not None
        report = Report(trials.named([draft]), trials.revision(records), 9)
        editing.publish(records, wang, "MZ01", draft.version, NOW + timedelta(days=1), report=report)
    for _ in range(2):
        with archive.open() as records:
            rounds.make(records, still, NOW + timedelta(days=2))
    with archive.open() as records:
        for who in ("a", "b"):
            told = [text for text in said(records, who) if "有答案了" in text]
            assert told == ["您前几天问的“没米下锅了找谁，电话（号码）”，现在有答案了。"]
        card = hear(records, still, "a", "1")[0]  # the button that was offered
        assert card.entry == "MZ01"


def test_not_ours_is_learnt_and_no_number_with_it(records: Records) -> None:
    li = admin(records, "li")
    for words in ("驾照到期了在哪换", "驾照换证，我的电话13800138000"):
        records.handbook.miss(words, "refuse", [], None, NOW)
    ids = [miss.id for miss in records.handbook.misses()]
    before = trials.revision(records)
    told = misses.close_as_not_ours(records, li, ids, NOW, "other_gov", "车管所")
    assert "1 句" in told
    assert records.questions.negatives() == [("other_gov", "驾照到期了在哪换", "车管所")]
    assert trials.revision(records) > before
    from intents.learning import negatives

    assert negatives(records)[-1].office == "车管所"
    with pytest.raises(Refused, match="类型"):
        misses.close_as_not_ours(records, li, ids, NOW, "nothing")


def test_a_group_has_an_owner_a_day_and_a_weekly_rate(records: Records, still: Library) -> None:
    li = admin(records, "li")
    for who in ("a", "b"):
        hear(records, still, who, "你好")
    records.handbook.miss("狗证怎么办理", "refuse", [], None, NOW)
    ids = [miss.id for miss in records.handbook.misses()]
    with pytest.raises(Refused, match="管理员"):
        misses.assign(records, li, ids, "nobody", NOW)
    misses.assign(records, li, ids, li.login, NOW)
    group = misses.grouped(records.handbook.misses())[0]
    assert (group.owner, group.due_at, dict(group.decisions)) == (li.login, NOW + misses.DUE, {"refuse": 1})
    week = misses.weeks(records, NOW + timedelta(hours=1))[0]
    assert (week.heard, week.missed, week.rate) == (2, 1, 0.5)
    assert misses.weeks(records, NOW + timedelta(days=9))[0].rate == 0.0


# reviews


def test_owners_hear_of_a_review_thirty_and_seven_days_before_and_on_its_day(
    archive: Archive, still: Library
) -> None:
    day = date(2026, 12, 31)
    with archive.open() as records:
        empty(records)
        for version in records.handbook.published():
            number = records.handbook.draft(replace(version.entry, review_by=None), "x", "", NOW)
            records.handbook.publish(version.entry.id, number, "y", NOW)
        admin(records, "li")
        for entry_id in ("MZ01", "MZ02"):
            due = replace(current(records, entry_id), review_by=day, owner="li姐")
            records.handbook.publish(entry_id, records.handbook.draft(due, "x", "", NOW), "y", NOW)
    told: list[int] = []
    for left in (40, 30, 30, 29, 7, 6, 0, -3):
        now = NOW.replace(year=2026, month=12, day=31) - timedelta(days=left)
        with archive.open() as records:
            rounds.make(records, still, now)
            told.append(sum("该复核" in text for text in said(records, "li-chat")))
    assert told == [0, 1, 1, 1, 2, 2, 3, 3]
    with archive.reading() as records:
        last = [text for text in said(records, "li-chat") if "该复核" in text]
    assert "MZ01" in last[0]
    assert "MZ02" in last[0]
    assert "还有30天" in last[0]
    assert "今天到期" in last[2]


# words


def test_words_count_when_somebody_approved_them(records: Records, still: Library) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    wordlists.suggest(records, li, "forbidden", "保证办成", "能不能办成要看审核", NOW)
    wordlists.suggest(records, li, "sensitive", "上访", "human", NOW)
    wordlists.suggest(records, li, "sensitive", "内幕", "refuse", NOW)
    draft = save(records, li, replace(current(records), steps=("交材料，保证办成。",)))
    assert editing.unwanted(draft.entry, editing.forbidden(records)) == []
    for term in records.questions.terms("suggested"):
        wordlists.approve(records, wang, term, NOW)
    with pytest.raises(Refused, match="保证办成"):
        editing.publish(records, wang, "MZ01", draft.version, NOW)
    assert "不方便答" in hear(records, still, "a", "给我说说内幕")[0].text
    assert records.cases.listed("/", holder_id=0, kind="handoff", state="all") == []
    hear(records, still, "b", "我要去上访")
    talk = records.conversations.find("web", "b")
    assert talk is not None
    assert talk.dialogue == "handoff" or talk.held != "bot" or records.cases.of_person(talk.person.id)
    for kind, word, value, why in (("x", "词词", "", "词表"), ("alias", "低", "MZ01", "字"), ("alias", "新词", "NONE1", "NONE1"),
                                   ("sensitive", "新词", "shout", "怎么办"), ("forbidden", "新词", "", "代替"),
                                   ("alias", "13800138000", "MZ01", "号码")):  # fmt: skip
        with pytest.raises(Refused, match=why):
            wordlists.suggest(records, li, kind, word, value, NOW)


def test_aliases_are_found_in_the_log_and_become_a_draft(records: Records) -> None:
    li = admin(records, "li")
    for words in ("请问吃救济怎么申请", "吃救济在哪里办理？", "我想吃救济"):
        records.handbook.miss(words, "choose", ["MZ01"], None, NOW)
    found = wordlists.from_log(records, misses.grouped(records.handbook.misses()), NOW)
    assert found == 1
    assert wordlists.from_log(records, misses.grouped(records.handbook.misses()), NOW) == 0
    term = records.questions.terms("suggested")[0]
    assert (term.kind, term.word, term.value) == ("alias", "吃救济", "MZ01")
    assert "吃救济" not in current(records).aliases
    wordlists.approve(records, li, term, NOW)
    draft = editing.open_draft(records, "MZ01")
    assert draft is not None
    assert "吃救济" in draft.entry.aliases


# collisions


def test_collisions_never_ask_an_index_that_holds_the_sentence(records: Records) -> None:
    from knowledge.collisions import collisions

    entries = [current(records, i) for i in ("MZ01", "MZ02", "MZ14")]
    asked: list[str] = []

    def build(kept: object) -> object:
        held = {line for entry in kept for line in entry.all_phrasings()}  # type: ignore[attr-defined]

        def find(text: str) -> Finding:
            assert text not in held
            asked.append(text)
            return Finding("answer", ("MZ02",))

        return find

    found = collisions(entries, build)  # type: ignore[arg-type]
    lines = [line for entry in entries for line in entry.all_phrasings()]
    assert sorted(asked) == sorted(lines)
    assert [(one.owner, one.thief, one.count) for one in found] == sorted(
        ((e.id, "MZ02", len(e.all_phrasings())) for e in entries if e.id != "MZ02"),
        key=lambda row: (-row[2], row[0]),
    )
    measuring.keep(records, found, NOW)
    assert measuring.kept(records)[1] == found
    assert trials.colliding(records, {"MZ01"}) == {"MZ02"}


def test_an_upgrade_keeps_what_was_there(tmp_path: Path) -> None:
    from alembic import command

    archive = Archive(f"sqlite:///{tmp_path / 'old.db'}", Vault(bytes(32), bytes), bytes)
    with archive.engine.begin() as connection:
        command.upgrade(migrate._config(connection), "0001")
        connection.execute(text(
            "INSERT INTO entries (id, version, state, body, author, made_at) "
            """VALUES ('MZ01', 1, 'published', '{"id": "MZ01", "title": "低保"}', 'x', '2026-01-01 00:00:00')"""
        ))  # fmt: skip
    migrate.upgrade(archive.engine)
    with archive.open() as records:
        version = records.handbook.current("MZ01")
        assert version is not None
        assert (version.entry.title, version.effective_at) == ("低保", None)
        assert records.questions.save([("MZ01", ASK, True)], "x", NOW) == 1
    archive.close()
