"""`handbook check` and `handbook questions`: what must be mended, how well questions are answered, what collides."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from markupsafe import Markup

from bot import measuring, plots
from bot.desk.paper import clock, render
from intents.handoff import Refused
from intents.library import Library
from intents.scene import ZONE
from knowledge import saved_questions
from knowledge.evaluation import ALL, BadFile, Evaluation, read_questions
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import repeated, unfit
from knowledge.readability import warnings
from storage.archive import Archive

BadTsv, BadQuestions = BadFile, saved_questions.BadQuestions
WHO = "命令行"
SOON = timedelta(days=30)
PAIRS = 30


def add_parser(deeds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `check` and `questions`."""
    look = deeds.add_parser("check", help="检查手册；给出 id/style/question/also_ok 的 TSV 时算命中率")
    look.add_argument("file", type=Path, nargs="?", metavar="TSV")
    look.add_argument("--html", type=Path, metavar="OUT.html", help="另写一份带图的 HTML 报告（不用联网）")
    look.add_argument("--saved", action="store_true", help="用库里保存的问题来算")
    look.add_argument("--collisions", action="store_true", help="查哪些条目互相抢问题（要一两分钟）")
    look.add_argument("--plain", action="store_true", help="列出不好懂的长句和公文用语")
    keep = deeds.add_parser("questions", help="导入、导出每次发布前试问的问题（TSV：id、expected、question）")
    keep.add_argument("what", choices=("import", "export"), metavar="import|export")
    keep.add_argument("file", type=Path, metavar="TSV")


def check(args: argparse.Namespace, archive: Archive, now: datetime) -> int:
    """Do what was asked."""
    if args.collisions:
        return _collisions(archive)
    if args.file is not None or args.saved:
        return _measure(args, archive, now)
    if args.html:
        raise Refused("--html 要和 TSV 文件或 --saved 一起用。")
    with archive.reading() as records:
        entries = [version.entry for version in records.handbook.published()]
    if args.plain:
        return _plain(entries)
    found = [*wrong(entries)]
    for line in [*found, *old(entries, now)]:
        print(line)
    print(f"查了 {len(entries)} 条，{len(found)} 处要改。" if found else f"查了 {len(entries)} 条，都能用。")
    return 1 if found else 0


def _plain(entries: Sequence[HandbookEntry]) -> int:
    count = 0
    for entry in entries:
        for one in warnings(entry):
            count += 1
            print(f"{entry.id} {one}")
    print(f"查了 {len(entries)} 条，{count} 处不好懂。")
    return 0


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


# how well it answers


def _measure(args: argparse.Namespace, archive: Archive, now: datetime) -> int:
    with archive.reading() as records:
        lore = Library(eager=True).lore(records)
        saved = records.questions.of() if args.saved else []
    if args.file is not None:
        asked = read_questions(args.file.read_text("utf-8-sig"), lore.entries)
    else:
        asked = measuring.of_saved([q for q in saved if q.entry_id in lore.entries])
    if not asked:
        raise Refused("没有可以试问的问题。")
    told = measuring.measure(archive, lore, asked, now)
    for line in figures(told):
        print(line)
    if args.html:
        titles = {i: entry.short or entry.title for i, entry in lore.entries.items()}
        args.html.write_text(html(told, titles, args.file.name if args.file else "保存的问题", now), "utf-8")
        print(f"报告写在 {args.html}。")
    return 0


def figures(told: Evaluation) -> Iterator[str]:
    """A line a style, then what the chat did, what is confused, and whether the confidence is true."""
    for name, one in told.styles.items():
        shares = (one.share(field) for field in ("first", "three", "one_step", "right", "wrong"))
        first, three, step, right, wrong = (f"{100 * share:5.1f}%" for share in shares)
        yield f"{name}\t{one.n} 句\t第一 {first}\t前三 {three}\t一步到位 {step}\t直接答对 {right}\t答错 {wrong}"
    counts = told.styles[ALL].decisions
    yield "聊天里：" + "，".join(f"{name} {count}" for name, count in sorted(counts.items()))
    yield f"答错率 {100 * told.whole.share('wrong'):.2f}%，ECE {told.ece:.3f}"
    for tenth in told.bins:
        if tenth.n:
            yield f"把握 {100 * tenth.said:5.1f}%\t真对 {100 * tenth.true:5.1f}%\t{tenth.n} 句"
    for right, taken, count in told.confusions[:PAIRS]:
        yield f"{right} 被当成 {taken}\t{count} 次"


def html(told: Evaluation, titles: dict[str, str], file: str, now: datetime) -> str:
    """The report as one file of its own."""
    drawn = {
        "recall": Markup(plots.recall(told)),
        "decisions": Markup(plots.decisions(told)),
        "reliability": Markup(plots.reliability(told.bins, told.ece)),
    }
    return render("handbook_report.html", told=told, titles=titles, file=file, made=clock(now), plots=drawn)


def _collisions(archive: Archive) -> int:
    found = measuring.report(archive)
    for one in found:
        print(f"{one.owner} 被 {one.thief} 抢走 {one.count}/{one.of} 句\t{'；'.join(one.examples)}")
    print(f"{len(found)} 对条目会互相抢问题。")
    return 0


# saved questions


def questions(args: argparse.Namespace, archive: Archive, now: datetime) -> int:
    """Import or export them."""
    if args.what == "export":
        with archive.reading() as records:
            saved = records.questions.of()
        told = saved_questions.write((q.entry_id, q.question, q.expected) for q in saved)
        args.file.write_text(told, "utf-8")
        print(f"已导出 {len(saved)} 句到 {args.file}。")
        return 0
    text = args.file.read_text("utf-8-sig")
    with archive.open() as records:
        rows = saved_questions.read(text, [version.entry.id for version in records.handbook.newest()])
        count = records.questions.save(rows, WHO, now)
        records.audit.write(now, WHO, "save_questions", "handbook", f"{len(rows)}句，新{count}句")
    print(f"已导入 {len(rows)} 句，新的 {count} 句。")
    return 0
