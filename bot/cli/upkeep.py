"""`migrate` and `demo-data`."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext

from bot.cli.common import wall_clock
from bot.settings import Settings
from storage import migrate


def add_parser(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both."""
    parts.add_parser("migrate", help="把数据库升级到这个版本").set_defaults(do=run_migrate)
    demo = parts.add_parser("demo-data", help="往空数据库里装示例中心")
    demo.add_argument(
        "--district", action="store_true", help="装一个全区规模的示例（1138个网格、633个小区、352个站点）"
    )
    demo.set_defaults(do=run_demo)


def run_migrate(_args: argparse.Namespace, settings: Settings) -> int:
    """Bring the database to this release."""
    from bot.app import archive_for, lock_for

    with lock_for(settings) or nullcontext():
        archive = archive_for(settings)
        print(f"数据库已是版本 {migrate.revision(archive.engine)}。")
        archive.close()
    return 0


def run_demo(args: argparse.Namespace, settings: Settings) -> int:
    """Load the sample centre, or a district of the real one's size."""
    from bot.app import archive_for, lock_for
    from bot.sample import load_sample
    from bot.sample_district import NotEmpty, load_district

    with lock_for(settings) or nullcontext():
        archive = archive_for(settings)
        try:
            with archive.open() as records:
                counts = (load_district if args.district else load_sample)(records, wall_clock())
        except NotEmpty as error:
            print(error, file=sys.stderr)
            return 2
        finally:
            archive.close()
    print("示例数据：" + "，".join(f"{name} {count}" for name, count in counts.items()))
    return 0
