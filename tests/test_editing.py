"""The handbook's deeds: two people, nobody's words lost, and every process answering by the new state at once."""

from __future__ import annotations

import argparse
import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import turn
from bot.cli import handbook as cli
from intents.handoff import Refused
from intents.library import Library
from intents.message import Message
from intents.scene import Verdict
from intents.staff import editing, importing, misses, trials
from intents.staff.trials import Regression, Report
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import BY_NAME, Loaded, read_file, write_xlsx, write_yaml
from storage.archive import Archive, Records
from storage.entries import Version
from storage.staff import Worker
from tests.databases import START

NOW = START
ASK = "低保怎么申请"


@pytest.fixture
def records(archive: Archive) -> Iterator[Records]:
    """One unit of work with nobody but the sample's handbook."""
    with archive.open() as opened:
        for worker in opened.staff.all():
            opened.staff.change(worker.id, active=False)
        yield opened


def admin(records: Records, login: str, role: str = "admin") -> Worker:
    """An active worker of the test's own, whatever the sample calls its people."""
    area, login = records.places.areas()[0].id, f"{login}-t"
    return records.staff.get(
        records.staff.add(login=login, name=f"{login[:-2]}姐", role=role, area_id=area, now=NOW)
    )


def current(records: Records, entry_id: str = "MZ01") -> HandbookEntry:
    version = records.handbook.current(entry_id)
    assert version is not None
    return version.entry


def save(records: Records, worker: Worker, entry: HandbookEntry, base: int | None = None) -> int:
    newest = records.handbook.history(entry.id)
    at = base if base is not None else (newest[0].version if newest else 0)
    return editing.save_draft(records, worker, entry, "改一下", NOW, base=at)


def tried(records: Records, drafts: list[Version], *worse: Regression) -> Report:
    """What a trial would have found."""
    return Report(trials.named(drafts), trials.revision(records), 1, worse)


def audited(records: Records) -> list[tuple[str, str, str]]:
    return [(row.who, row.action, row.about) for row in reversed(records.audit.last(20))]


# two people


def test_a_draft_is_published_by_somebody_else(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    number = save(records, li, replace(current(records), fee="免费，不收任何费用。"))
    assert current(records).fee != "免费，不收任何费用。"
    with pytest.raises(Refused, match="wang姐"):
        editing.publish(records, li, "MZ01", number, NOW, "我自己看过了")
    editing.publish(records, wang, "MZ01", number, NOW)
    assert current(records).fee == "免费，不收任何费用。"
    assert [v.state for v in records.handbook.history("MZ01")] == ["published", "replaced"]
    assert audited(records)[-2:] == [("li-t", "draft", "MZ01"), ("wang-t", "publish", "MZ01")]


def test_one_person_alone_needs_a_reason(records: Records) -> None:
    li = admin(records, "li")
    number = save(records, li, replace(current(records), fee="免费，不收任何费用。"))
    with pytest.raises(Refused, match="原因"):
        editing.publish(records, li, "MZ01", number, NOW, "  ")
    editing.publish(records, li, "MZ01", number, NOW, "同事休假")
    assert current(records).fee == "免费，不收任何费用。"
    assert "同事休假" in str(records.audit.last(1)[0].detail)


def test_only_admins_change_the_handbook(records: Records) -> None:
    plain, gone = admin(records, "zhao", "worker"), replace(admin(records, "sun"), active=False)
    li = admin(records, "li")
    number = save(records, li, replace(current(records), fee="1 元"))
    for worker in (plain, gone):
        for deed in (
            lambda w: save(records, w, replace(current(records), fee="2 元")),
            lambda w: editing.publish(records, w, "MZ01", number, NOW, "x"),
            lambda w: editing.reject(records, w, "MZ01", number, "x", NOW),
            lambda w: editing.withdraw(records, w, "MZ01", NOW),
            lambda w: misses.close_as_not_ours(records, w, [1], NOW),
            lambda w: misses.close_as_phrasing(records, w, [1], "MZ01", "plain", ["一句话"], NOW),
            lambda w: misses.close_as_entry(records, w, [1], "NEW1", "新的", ["一句话"], NOW),
            lambda w: importing.import_by(
                records, w, importing.plan(records, Loaded()), NOW, reason="", publish=False
            ),
        ):
            with pytest.raises(Refused, match="管理员"):
                deed(worker)


def test_required_fields_block_with_every_reason(records: Records) -> None:
    li = admin(records, "li")
    number = save(records, li, HandbookEntry("NEW1", title="新事项", accepted_at="省里"))
    with pytest.raises(Refused) as no:
        editing.publish(records, li, "NEW1", number, NOW, "原因")
    for word in ("“部门”必填", "“要带什么”必填", "“核对日期”必填"):
        assert word in str(no.value)
    assert editing.blocked(HandbookEntry("NEW1"), [])[0] == ("名称", "必填，现在是空的")
    assert records.handbook.current("NEW1") is None


@pytest.mark.parametrize("name", ["title", "department", "accepted_at", "short", "summary", "who", "materials", "steps",
                                  "time_limit", "fee", "where", "hours", "phone", "basis", "checked_on", "owner"])  # fmt: skip
def test_each_required_field_blocks(sample_entry: HandbookEntry, name: str) -> None:
    value = getattr(sample_entry, name)
    nothing: Any = None if isinstance(value, date) else type(value)()
    empty = replace(sample_entry, **{name: nothing})
    assert (BY_NAME[name].header, "必填，现在是空的") in editing.blocked(empty, [])
    assert editing.blocked(sample_entry, [sample_entry]) == []


@pytest.fixture(scope="session")
def sample_entry(built_library: Library) -> HandbookEntry:
    assert built_library._lore is not None
    return built_library._lore.entries["MZ01"]


def test_a_sentence_of_another_entry_blocks(records: Records) -> None:
    li, other = admin(records, "li"), current(records, "MZ02")
    sentence = other.all_phrasings()[0]
    entry = current(records)
    number = save(records, li, replace(entry, phrasings={**entry.phrasings, "plain": (sentence,)}))
    with pytest.raises(Refused, match="MZ02"):
        editing.publish(records, li, "MZ01", number, NOW, "原因")


def test_nobody_overwrites_what_they_have_not_seen(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    entry, base = current(records), records.handbook.history("MZ01")[0].version
    save(records, li, replace(entry, fee="1 元"), base)
    with pytest.raises(Refused, match="li姐"):
        save(records, wang, replace(entry, fee="2 元"), base)
    with pytest.raises(Refused, match="已经有了"):
        save(records, wang, entry, 0)
    with pytest.raises(Refused, match="没有"):
        save(records, wang, replace(entry, id="NONE1"), 3)
    with pytest.raises(Refused, match="一样"):
        save(records, wang, replace(entry, fee="1 元"))


def test_drafts_are_decided_once(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    number = save(records, li, replace(current(records), fee="1 元"))
    with pytest.raises(Refused, match="原因"):
        editing.reject(records, wang, "MZ01", number, " ", NOW)
    editing.reject(records, wang, "MZ01", number, "金额没有依据", NOW)
    for again in (lambda: editing.publish(records, wang, "MZ01", number, NOW), lambda: editing.publish(records, wang, "MZ01", 99, NOW),
                  lambda: editing.reject(records, wang, "MZ01", number, "x", NOW)):  # fmt: skip
        with pytest.raises(Refused):
            again()
    assert current(records).fee != "1 元"
    assert audited(records)[-1] == ("wang-t", "reject", "MZ01")


def test_what_is_too_long_or_badly_named_is_not_kept(records: Records) -> None:
    li = admin(records, "li")
    for entry in (replace(current(records), fee="长" * 501), HandbookEntry("编号"), HandbookEntry("A" * 17)):
        with pytest.raises(Refused):
            save(records, li, entry)


def test_publish_all_or_none(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    good = save(records, li, replace(current(records), fee="1 元"))
    bad = save(records, li, replace(current(records, "MZ02"), fee=""))
    with pytest.raises(Refused, match="MZ02"):
        editing.publish_all(records, wang, [("MZ01", good), ("MZ02", bad)], NOW)
    assert current(records).fee != "1 元"
    with pytest.raises(Refused, match="没有选中"):
        editing.publish_all(records, wang, [], NOW)


# what residents get


def test_the_preview_is_the_answer(records: Records, library: Library) -> None:
    entry = replace(current(records), fee="预览里的钱数")
    seen = editing.preview(records, library.lore(records), entry, NOW)
    assert seen.reply.card is not None
    assert ("多少钱", "预览里的钱数") in seen.reply.card.rows
    assert seen.instead == ""
    told = str(seen)
    for hidden in (*entry.staff.checks, *entry.staff.rejections, entry.staff.system, *entry.staff.hints):
        assert hidden not in told
    published = editing.preview(records, library.lore(records), current(records), NOW)
    replies, _ = ask(records, library, ASK, NOW)
    assert published.reply.card is not None
    assert published.reply.card.title in replies
    expired = editing.preview(
        records, library.lore(records), replace(entry, valid_until=date(2026, 1, 1)), NOW
    )
    assert "正在核对" in expired.instead


def ask(records: Records, library: Library, text: str, now: datetime) -> tuple[str, Verdict | None]:
    """What a new resident is told, and why; undone."""
    name = records.code(10)
    undo = records.connection.begin_nested()
    replies, verdict = turn.listen(records, library, Message("console", name, name, text, now), now)
    undo.rollback()
    return "\n".join(reply.plain() for reply in replies), verdict


def two(library: Library) -> list[Library]:
    """Two processes that do not rebuild their index within the turn."""
    out = [copy.copy(library), copy.copy(library)]
    for one in out:
        one._eager = False
    return out


def test_withdrawn_is_not_answered_in_any_process(archive: Archive, library: Library) -> None:
    """RG24."""
    processes = two(library)
    with archive.open() as records:
        li = admin(records, "li9")
        title = current(records).title
        for process in processes:
            told, verdict = ask(records, process, ASK, NOW)
            assert title in told
            assert verdict == replace(verdict, decision="answer", entries=("MZ01",)) if verdict else False
    with archive.open() as records:
        editing.withdraw(records, li, "MZ01", NOW, "标准调整")
        assert audited(records)[-1] == ("li9-t", "withdraw", "MZ01")
    for process in processes:
        with archive.open() as records:
            for text in (ASK, "最低生活保障（低保）申请", "低保要带什么材料"):
                told, _ = ask(records, process, text, NOW)
                assert title not in told
                assert "户口簿和身份证" not in told
    with archive.open() as records, pytest.raises(Refused, match="没有发布"):
        editing.withdraw(records, li, "MZ01", NOW)


def test_published_words_are_answered_in_every_process(archive: Archive, library: Library) -> None:
    processes = two(library)
    with archive.open() as records:
        for worker in records.staff.all():
            records.staff.change(worker.id, active=False)
        li = admin(records, "li9")
        for process in processes:
            assert "新写的办法" not in ask(records, process, ASK, NOW)[0]
        number = save(records, li, replace(current(records), steps=("新写的办法",)))
        assert "新写的办法" not in ask(records, processes[0], ASK, NOW)[0]
        editing.publish(records, li, "MZ01", number, NOW, "只有我一位")
    for process in processes:
        with archive.open() as records:
            assert "新写的办法" in ask(records, process, ASK, NOW)[0]


def test_expired_is_not_answered(records: Records, library: Library) -> None:
    """RG25: on the last day it is, on the day after it is not, in every process."""
    li = admin(records, "li")
    until = (NOW + timedelta(days=3)).date()
    number = save(records, li, replace(current(records), valid_until=until))
    editing.publish(records, li, "MZ01", number, NOW, "原因")
    for process in two(library):
        assert "要带什么" in ask(records, process, ASK, NOW + timedelta(days=3))[0]
        told, verdict = ask(records, process, ASK, NOW + timedelta(days=4))
        assert "要带什么" not in told
        assert "正在核对" in told
        assert "12345" in told
        assert verdict is not None
        assert verdict.decision == "refuse"


# import


def test_a_file_becomes_drafts_and_then_the_handbook(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    changed = replace(current(records), fee="改过的钱数")
    new = replace(
        current(records), id="NEW1", title="新事项", aliases=(), phrasings={"plain": ("新事项到底怎么办理",)}
    )
    told = importing.plan(
        records, read_file(write_xlsx([changed, new, current(records, "MZ02")]), "手册.xlsx")
    )
    assert not told.stopped
    assert {d.id: d.change for d in told.differences} == {"MZ01": "changed", "MZ02": "same", "NEW1": "added"}
    assert len(told.absent) == len(records.handbook.published()) - 2
    with pytest.raises(Refused, match="wang姐"), records.connection.begin_nested():
        importing.import_by(records, li, told, NOW, reason="x", publish=True)
    kept = importing.import_by(records, li, told, NOW, reason="年底核对", publish=False)
    assert [version.entry.id for version in kept] == ["MZ01", "NEW1"]
    assert current(records).fee != "改过的钱数"
    editing.publish_all(
        records, wang, [(v.entry.id, v.version) for v in kept], NOW, report=tried(records, kept)
    )
    assert current(records).fee == "改过的钱数"
    assert current(records, "NEW1").title == "新事项"
    assert importing.plan(records, read_file(write_yaml([changed, new]), "a.yaml")).entries == ()


def test_a_dry_run_that_is_old_is_not_imported(records: Records) -> None:
    li, wang = admin(records, "li"), admin(records, "wang")
    told = importing.plan(records, read_file(write_yaml([replace(current(records), fee="1 元")]), "a.yaml"))
    save(records, wang, replace(current(records), fee="2 元"))
    with pytest.raises(Refused, match="又有人改过"):
        importing.import_by(records, li, told, NOW, reason="", publish=False)
    again = importing.plan(records, read_file(write_yaml([replace(current(records), fee="1 元")]), "a.yaml"))
    assert again.drafts == {"MZ01": "wang姐"}


def test_a_file_with_errors_is_not_imported(records: Records) -> None:
    li = admin(records, "li")
    told = importing.plan(records, read_file(b"entries: [{id: A1, colour: red}]", "a.yaml"))
    assert told.stopped
    with pytest.raises(Refused, match="要先改"):
        importing.import_by(records, li, told, NOW, reason="", publish=False)
    stolen = replace(current(records), id="NEW1", title="偷来的")
    taken = importing.plan(records, read_file(write_yaml([stolen]), "a.yaml"))
    assert not taken.publishable
    assert any("MZ01" in str(problem) for problem in taken.problems)


def test_one_admin_publishes_a_file_with_a_reason(records: Records) -> None:
    li = admin(records, "li")
    told = importing.plan(records, read_file(write_yaml([replace(current(records), fee="1 元")]), "a.yaml"))
    with pytest.raises(Refused, match="原因"), records.connection.begin_nested():
        importing.import_by(records, li, told, NOW, reason=" ", publish=True)
    importing.import_by(records, li, told, NOW, reason="首次核对", publish=True)
    assert current(records).fee == "1 元"


# questions that were not answered


def ids_of(records: Records, *words: str) -> list[int]:
    for text in words:
        records.handbook.miss(text, "refuse", ["MZ01", "MZ02"], None, NOW)
    return [miss.id for miss in records.handbook.misses(len(words))]


def test_alike_questions_stand_together(records: Records) -> None:
    ids_of(
        records,
        "请问电动车充电桩在哪",
        "电动车充电桩在哪里？",
        "狗证怎么办",
        "电动车的充电桩在哪儿",
        "办狗证咋弄，电话13800138000",
    )
    groups = misses.grouped(records.handbook.misses(5))
    assert len(groups[0].misses) == 3
    assert sum(len(group.misses) for group in groups) == 5
    assert groups[0].candidates == ("MZ01", "MZ02")
    assert "13800138000" not in str([group.sentences for group in groups])


def test_close_as_phrasing_publishes_by_the_same_rules(records: Records) -> None:
    li = admin(records, "li")
    ids = ids_of(records, "吃不上饭了公家给不给补", "吃不上饭了公家管不管")
    closed = misses.close_as_phrasing(records, li, ids, "MZ01", "need", ["吃不上饭了公家给不给补"], NOW)
    assert closed.ready is not None
    with pytest.raises(Refused, match="试问"):
        editing.publish(records, li, "MZ01", closed.ready.version, NOW, "补说法")
    report = tried(records, [closed.ready])
    editing.publish(records, li, "MZ01", closed.ready.version, NOW, "补说法", report=report)
    assert "吃不上饭了公家给不给补" in current(records).phrasings["need"]
    assert not {miss.id for miss in records.handbook.misses()} & set(ids)
    with pytest.raises(Refused, match="别人"):
        misses.close_as_phrasing(records, li, ids, "MZ01", "need", ["吃不上饭了还能咋办"], NOW)
    wang = admin(records, "wang")
    more = ids_of(records, "揭不开锅咋整")
    waits = misses.close_as_phrasing(records, li, more, "MZ01", "need", ["揭不开锅咋整"], NOW)
    assert "wang姐" in waits.said
    assert waits.ready is None
    assert "揭不开锅咋整" not in current(records).phrasings["need"]
    third = ids_of(records, "没米下锅咋整")
    with pytest.raises(Refused, match="li姐"):
        misses.close_as_phrasing(records, wang, third, "MZ01", "need", ["没米下锅咋整"], NOW)
    misses.close_as_phrasing(records, li, third, "MZ01", "need", ["没米下锅咋整"], NOW)
    draft = editing.open_draft(records, "MZ01")
    assert draft is not None
    assert draft.entry.phrasings["need"][-2:] == ("揭不开锅咋整", "没米下锅咋整")
    assert ("li-t", "close_miss", "MZ01") in audited(records)


def test_phrasings_hold_no_numbers_and_belong_to_one_entry(records: Records) -> None:
    li = admin(records, "li")
    ids = ids_of(records, "低保给我打13800138000")
    other = current(records, "MZ02").all_phrasings()[0]
    for line, why in (("低保给我打13800138000", "号码"), ("低保（号码）", "号码"), ("a@b.cn 找我", "号码"), ("低", "太短"),
                      ("", "至少"), (other, "MZ02")):  # fmt: skip
        with pytest.raises(Refused, match=why):
            misses.close_as_phrasing(records, li, ids, "MZ01", "plain", [line], NOW)
    for entry_id, style in (("NONE1", "plain"), ("MZ01", "slang")):
        with pytest.raises(Refused):
            misses.close_as_phrasing(records, li, ids, entry_id, style, ["低保的电话"], NOW)
    known = current(records).all_phrasings()[0]
    assert "已经有" in misses.close_as_phrasing(records, li, ids, "MZ01", "plain", [known], NOW).said


def test_close_as_new_entry_or_not_ours(records: Records) -> None:
    li = admin(records, "li")
    first, second = ids_of(records, "狗证怎么办理"), ids_of(records, "股票涨不涨")
    with pytest.raises(Refused, match="已经有"):
        misses.close_as_entry(records, li, first, "MZ01", "养犬登记", ["狗证怎么办理"], NOW)
    with pytest.raises(Refused, match="名称"):
        misses.close_as_entry(records, li, first, "NEW1", " ", ["狗证怎么办理"], NOW)
    misses.close_as_entry(records, li, first, "NEW1", "养犬登记", ["狗证怎么办理"], NOW)
    draft = editing.open_draft(records, "NEW1")
    assert draft is not None
    assert draft.entry.phrasings["plain"] == ("狗证怎么办理",)
    misses.close_as_not_ours(records, li, second, NOW)
    with pytest.raises(Refused, match="别人"):
        misses.close_as_not_ours(records, li, second, NOW)
    assert ("li-t", "close_miss", "not_ours") in audited(records)


# the command line


def told(words: str) -> argparse.Namespace:
    top = argparse.ArgumentParser()
    cli.add_parser(top.add_subparsers())
    return top.parse_args(["handbook", *words.split()])


def test_command_line_export_import_check(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("all.xlsx", "all.yaml"):
        file = tmp_path / name
        assert cli.run(told(f"export {file}"), archive, NOW) == 0
        assert cli.run(told(f"import {file}"), archive, NOW) == 0
        assert "没有要导入的" in capsys.readouterr().out
    with archive.open() as records:
        changed = replace(current(records), fee="命令行的钱数")
        approver = admin(records, "li9").login
    file.write_bytes(write_yaml([changed]))
    assert cli.run(told(f"import {file} --dry-run"), archive, NOW) == 0
    assert "命令行的钱数" in capsys.readouterr().out
    assert cli.run(told(f"import {file} --publish"), archive, NOW) == 2
    assert cli.run(told(f"import {file} --publish --by {approver}"), archive, NOW) == 0
    with archive.reading() as records:
        assert current(records).fee == "命令行的钱数"
        version = records.handbook.current("MZ01")
        assert version is not None
        assert (version.author, version.approver) == ("命令行", approver)
    assert cli.run(told("check"), archive, NOW) == 0


def test_command_line_says_what_is_wrong(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"entries: [{id: A1, colour: red}]")
    assert cli.run(told(f"import {bad}"), archive, NOW) == 1
    assert "“colour”：栏目不认识" in capsys.readouterr().out
    assert cli.run(told(f"import {tmp_path}/none.xlsx"), archive, NOW) == 2
    assert cli.run(told(f"export {tmp_path}/a.csv"), archive, NOW) == 2
    tsv = tmp_path / "q.tsv"
    tsv.write_bytes("一\t二\n".encode("gbk"))
    assert cli.run(told(f"check {tsv}"), archive, NOW) == 2
    with archive.open() as records:
        entry = current(records)
        records.handbook.publish(
            "MZ02", records.handbook.draft(replace(entry, id="MZ02", fee=""), "a", "", NOW), "b", NOW
        )
    assert cli.run(told("check"), archive, NOW) == 1
    out = capsys.readouterr().out
    assert "MZ02 “多少钱”必填" in out
    assert "同时写在" in out


def test_recall_by_style(archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tsv = tmp_path / "q.tsv"
    tsv.write_text(
        "id\tstyle\tquestion\talso_ok\nMZ01\tplain\t低保怎么申请\t\nMZ02\tplain\t低保怎么申请\tMZ01\nMZ02\tneed\t低保怎么申请\t\n"
    )
    assert cli.run(told(f"check {tsv}"), archive, NOW) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[1], line[2]) for line in lines[:3]] == [
        ("need", "1 句", "第一   0.0%"), ("plain", "2 句", "第一 100.0%"), ("合计", "3 句", "第一  66.7%")
    ]  # fmt: skip
