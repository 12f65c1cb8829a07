"""`handbook`: import, export and check the whole handbook."""

from __future__ import annotations

import argparse
import os
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

from bot.cli import handbook_check
from bot.cli.common import wall_clock
from bot.settings import Settings, key_of
from bot.trials import attempt
from intents.handoff import Refused
from intents.library import Library
from intents.staff import importing
from intents.staff.editing import Deed, release, require_complete
from intents.staff.people import editors
from knowledge.handbook_files import BadFile, read_file, write_xlsx, write_yaml
from storage import migrate
from storage.archive import Archive, Records
from storage.entries import Version
from storage.vault import Vault

WHO = "命令行"
SHOWN = 50


def add_parser(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `handbook` with its deeds."""
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
    handbook_check.add_parser(deeds)
    handbook.set_defaults(do=_with_settings)


def _with_settings(args: argparse.Namespace, settings: Settings) -> int:
    """Open the configured archive; only what writes needs the lock of a running process."""
    from bot.app import archive_for, lock_for

    if args.deed in ("export", "check"):
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
        if args.deed == "questions":
            return handbook_check.questions(args, archive, now)
        return (
            _export(args.file, archive) if args.deed == "export" else handbook_check.check(args, archive, now)
        )
    except (Refused, BadFile, handbook_check.BadQuestions, handbook_check.BadTsv) as no:
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
        kept = _keep(records, plan, args, now)
    if args.publish:
        _publish(archive, kept, args, now)
    print(f"已导入 {len(kept)} 条，{'发布' if args.publish else '存为草稿'}。")
    return 0


def _keep(records: Records, plan: importing.Plan, args: argparse.Namespace, now: datetime) -> list[Version]:
    kept = importing.import_drafts(records, Deed(WHO, args.reason), plan.entries, plan.base, now)
    if args.publish:
        _approver(records, args.by)
        require_complete(records, kept)
    return kept


def _publish(archive: Archive, kept: list[Version], args: argparse.Namespace, now: datetime) -> None:
    """Try them out first; where answers become worse, they stay drafts."""
    report = attempt(archive, Library(eager=True), [(v.entry.id, v.version) for v in kept], now)
    try:
        with archive.open() as records:
            release(records, Deed(_approver(records, args.by), args.reason), kept, now, report=report)
    except Refused as no:
        raise Refused(f"存为草稿了，没有发布。{no}") from no


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
