"""`mediation`: import concluded cases, print the figures, write the made-up sample."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from bot.cli.common import wall_clock
from bot.sample_mediation import concluded
from bot.settings import Settings
from intents.refused import Refused
from intents.staff import results
from knowledge.mediation.files import write_csv, write_xlsx
from storage.archive import Archive

WHO = "命令行"


def add_parser(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mediation` with its three deeds."""
    top = parts.add_parser("mediation", help="导入办结的调解、看调解统计、写示例表")
    deeds = top.add_subparsers(dest="deed", required=True, metavar="做什么")
    take = deeds.add_parser("import", help="从 .xlsx 或 .csv 导入办结的调解")
    take.add_argument("file", type=Path, metavar="文件")
    deeds.add_parser("figures", help="成功率、司法确认件数，按层级和次数")
    give = deeds.add_parser("sample", help="写一张1949件的示例表（编造的）")
    give.add_argument("file", type=Path, metavar="文件")
    top.set_defaults(do=_with_settings)


def _with_settings(args: argparse.Namespace, settings: Settings) -> int:
    from bot.app import archive_for, lock_for

    with (lock_for(settings) if args.deed == "import" else None) or nullcontext():
        archive = archive_for(settings)
        try:
            return run(args, archive)
        finally:
            archive.close()


def run(args: argparse.Namespace, archive: Archive) -> int:
    """One deed on an open archive."""
    with archive.open() as records:
        if args.deed == "sample":
            areas = [area.id for area in records.places.areas() if area.kind == "社区"] or ["wb01"]
            write = write_csv if args.file.suffix == ".csv" else write_xlsx
            args.file.write_bytes(write(concluded(areas)))
            return 0
        if args.deed == "import":
            try:
                count, loaded = results.take_in(
                    records, args.file.read_bytes(), args.file.name, WHO, "/", wall_clock()
                )
            except (Refused, OSError) as error:
                print(error, file=sys.stderr)
                return 2
            print(f"读了{len(loaded.results)}件，新的{count}件。")
        print(said(results.made(records, "/")))
    return 0


def said(found: results.Figures) -> str:
    """The figures as lines, the definition last."""
    lines = [found.total, *found.levels, *found.rounds]
    rows = [f"{one.label}：已结束{one.concluded}件，达成协议{one.agreed}件，成功率{one.percent}，司法确认{one.confirmed}件" for one in lines]  # fmt: skip
    return "\n".join([*rows, found.definition])
