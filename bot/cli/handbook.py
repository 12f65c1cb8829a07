"""`handbook`: import, export and check the whole handbook."""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.cli.common import wall_clock
from bot.settings import Settings, key_of
from intents.handoff import Refused
from intents.library import DATA
from intents.scene import ZONE
from intents.staff import importing
from intents.staff.editing import Deed, editors, release
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import BadFile, read_file, repeated, unfit, write_xlsx, write_yaml
from knowledge.search import Index, read_negatives
from storage import migrate
from storage.archive import Archive, Records
from storage.vault import Vault

WHO = "命令行"
SHOWN = 50
SOON = timedelta(days=30)


def add_parser(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `handbook` with its three deeds."""
    handbook = parts.add_parser("handbook", help="导入、导出、检查手册")
    deeds = handbook.add_subparsers(dest="deed", required=True, metavar="做什么")
    take = deeds.add_parser("import", help="从 .xlsx 或 .yaml 导入（默认存为草稿）")
    take.add_argument("file", type=Path, metavar="文件")
    take.add_argument("--dry-run", action="store_true", help="只看会改什么，不改动")
    take.add_argument("--publish", action="store_true", help="导入后马上发布")
    take.add_argument("--by", default="", metavar="登录名", help="由哪位管理员批准发布；已有管理员时必须写")
    take.add_argument("--reason", default="命令行导入", metavar="说明", help="为什么改，记在日志里")
    give = deeds.add_parser("export", help="把已发布的手册存成 .xlsx 或 .yaml")
    give.add_argument("file", type=Path, metavar="文件")
    look = deeds.add_parser("check", help="检查手册；给出 id/style/question/also_ok 的 TSV 时算命中率")
    look.add_argument("file", type=Path, nargs="?", metavar="TSV")
    handbook.set_defaults(do=_with_settings)


def _with_settings(args: argparse.Namespace, settings: Settings) -> int:
    """Open the configured archive; only what writes needs the lock of a running process."""
    from bot.app import archive_for, lock_for

    if args.deed != "import":
        return _looking(args, settings)
    with lock_for(settings) or nullcontext():
        archive = archive_for(settings)
        try:
            return run(args, archive, wall_clock())
        finally:
            archive.close()


def _looking(args: argparse.Namespace, settings: Settings) -> int:
    """Look without changing anything, beside a running process too."""
    file = settings.url.removeprefix("sqlite:///")
    if file != settings.url and not Path(file).exists():
        print("还没有数据库。请先启动一次，或执行 python bot.py migrate。")
        return 2
    archive = Archive(settings.url, Vault(key_of(settings), os.urandom), os.urandom)
    try:
        if migrate.revision(archive.engine) != migrate.newest():
            print("数据库不是这个版本的。请执行 python bot.py migrate。")
            return 2
        return run(args, archive, wall_clock())
    finally:
        archive.close()


def run(args: argparse.Namespace, archive: Archive, now: datetime) -> int:
    """Do what was asked; 0 when all is well, 1 when something must be mended, 2 for a file that cannot be used."""
    try:
        if args.deed == "import":
            return _import(args, archive, now)
        return _export(args.file, archive) if args.deed == "export" else _check(args.file, archive, now)
    except (Refused, BadFile) as no:
        print(f"没有做成：{no}")
        return 2
    except OSError as error:
        print(f"文件 {error.filename} 打不开或写不了：{error.strerror}。")
        return 2
    except UnicodeDecodeError:
        print("文件不是 UTF-8 编码，请另存为 UTF-8。")
        return 2


# import


def _import(args: argparse.Namespace, archive: Archive, now: datetime) -> int:
    loaded = read_file(args.file.read_bytes(), args.file.name)
    with archive.reading() as records:
        plan = importing.plan(records, loaded)
    _tell(plan)
    if plan.stopped:
        print("有错要先改，没有导入。")
        return 1
    if args.dry_run:
        return 0 if plan.publishable or not plan.entries else 1
    if not plan.entries:
        print("和现在发布的一样，没有要导入的。")
        return 0
    with archive.open() as records:
        count = _keep(records, plan, args, now)
    print(f"已导入 {count} 条，{'发布' if args.publish else '存为草稿'}。")
    return 0


def _keep(records: Records, plan: importing.Plan, args: argparse.Namespace, now: datetime) -> int:
    kept = importing.import_drafts(records, Deed(WHO, args.reason), plan.entries, plan.base, now)
    if args.publish:
        release(records, Deed(_approver(records, args.by), args.reason), kept, now)
    return len(kept)


def _approver(records: Records, login: str) -> str:
    """Who answers for publishing: an admin, or the command line where there is none yet."""
    admins = [worker.login for worker in editors(records)]
    if login in admins:
        return login
    if admins or login:
        raise Refused(
            f"发布要写明由哪位管理员批准：--by {'|'.join(admins[:5]) or '（还没有管理员，不要写 --by）'}"
        )
    return WHO


def _tell(plan: importing.Plan) -> None:
    for problem in plan.problems[:SHOWN]:
        print({"stop": "要改  ", "draft": "待补  ", "note": "提醒  "}[problem.weight] + str(problem))
    if len(plan.problems) > SHOWN:
        print(f"还有 {len(plan.problems) - SHOWN} 处。")
    changed = [difference for difference in plan.differences if difference.change != "same"]
    for difference in changed[:SHOWN]:
        print(difference)
    more = f"（只列出前 {SHOWN} 条）" if len(changed) > SHOWN else ""
    same = len(plan.differences) - len(changed)
    print(
        f"改动和新增 {len(changed)} 条{more}，没有变 {same} 条，文件里没写到、不动的 {len(plan.absent)} 条。"
    )


# export


def _export(file: Path, archive: Archive) -> int:
    with archive.reading() as records:
        entries = [version.entry for version in records.handbook.published()]
    ending = file.suffix.lower()
    if ending not in (".xlsx", ".yaml", ".yml"):
        raise Refused("文件名要以 .xlsx 或 .yaml 结尾。")
    file.write_bytes(write_xlsx(entries) if ending == ".xlsx" else write_yaml(entries))
    print(f"已导出 {len(entries)} 条到 {file}。")
    return 0


# check


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the TSV: an entry's id, a style, a question, and other ids that are right too."""

    id: str
    style: str
    text: str
    also: frozenset[str]


def _check(file: Path | None, archive: Archive, now: datetime) -> int:
    with archive.reading() as records:
        entries = [version.entry for version in records.handbook.published()]
    if file is not None:
        questions = read_questions(file.read_text("utf-8-sig"))
        for line in recall(entries, questions):
            print(line)
        return 0
    found = [*wrong(entries)]
    for line in [*found, *old(entries, now)]:
        print(line)
    print(f"查了 {len(entries)} 条，{len(found)} 处要改。" if found else f"查了 {len(entries)} 条，都能用。")
    return 1 if found else 0


def wrong(entries: Sequence[HandbookEntry]) -> Iterator[str]:
    """What must be mended: required fields, and sentences that stand in two entries."""
    for entry in entries:
        yield from (f"{entry.id} “{column}”{why}" for column, why in unfit(entry))
    known = {entry.id for entry in entries}
    for sentence, ids in repeated(entries).items():
        yield f"“{sentence}”同时写在 {'、'.join(ids)}"
    for entry in entries:
        yield from (
            f"{entry.id} 的相关条目“{other}”不在手册里" for other in entry.related if other not in known
        )


def old(entries: Sequence[HandbookEntry], now: datetime) -> Iterator[str]:
    """What will soon be, or is, out of date; worth knowing, nothing to mend in the file."""
    day = now.astimezone(ZONE).date()
    for entry in entries:
        if entry.valid_until and entry.valid_until < day:
            yield f"{entry.id} 已过期（{entry.valid_until}），不再回答。"
        elif entry.review_by is None:
            yield f"{entry.id} 没有写复核期限。"
        elif entry.review_by <= day + SOON:
            yield f"{entry.id} 该复核了（{entry.review_by}），请找{entry.owner}。"


def read_questions(text: str) -> list[Question]:
    """The TSV with a head line; raise Refused for a line that is not one."""
    head, *lines = text.splitlines() or [""]
    if head.split("\t")[:3] != ["id", "style", "question"]:
        raise Refused("TSV 第一行要写：id、style、question、also_ok，用制表符分开。")
    out = []
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        if not line.strip():
            continue
        if len(cells) < 3 or not cells[0] or not cells[2]:
            raise Refused(f"TSV 第 {number} 行要有 id、style、question 三列。")
        also = cells[3].replace(",", " ").split() if len(cells) > 3 else []
        out.append(Question(cells[0], cells[1], cells[2], frozenset([cells[0], *also])))
    return out


def recall(entries: Sequence[HandbookEntry], questions: Sequence[Question]) -> Iterator[str]:
    """A line a style: how often the right entry is first, among the first three, and answered at once."""
    index = Index.build(entries, read_negatives(DATA / "negatives.yaml"))
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for question in questions:
        found = index.find(question.text)
        first = bool(found.entries) and found.entries[0] in question.also
        hits = (1, first, bool(question.also & set(found.entries[:3])), first and found.decision == "answer")
        for name in (question.style, "合计"):
            counts[name] = [a + int(b) for a, b in zip(counts[name], hits, strict=True)]
    for name, (count, *told) in sorted(counts.items(), key=lambda item: (item[0] == "合计", item[0])):
        one, three, answered = (f"{100 * n / count:5.1f}%" for n in told)
        yield f"{name}\t{count} 句\t第一 {one}\t前三 {three}\t直接答对 {answered}"
