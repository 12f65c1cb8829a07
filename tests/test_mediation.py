"""Mediation's rules: the thirty days, the papers, the figures, the teams, what fits."""

from __future__ import annotations

import argparse
import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import mediation as cli
from bot.sample_mediation import CONFIRMED, COUNT, concluded
from intents.mediation import legal
from intents.refused import Refused
from intents.staff import results
from knowledge.calendar import Calendar
from knowledge.mediation import confirm, fit, paper
from knowledge.mediation.figures import CONCLUDED, Result, by_level, by_round, count
from knowledge.mediation.files import COLUMNS, BadTable, read, write_csv, write_xlsx
from storage.archive import Archive
from tests.databases import START

CALENDAR = Calendar.default()


def test_the_first_day_is_not_counted_and_a_holiday_rolls_on() -> None:
    assert confirm.last_day(date(2026, 11, 2), CALENDAR) == date(2026, 12, 2)  # a Wednesday
    assert confirm.last_day(date(2026, 11, 26), CALENDAR) == date(2026, 12, 28)  # the 26th is a Saturday
    last = confirm.last_day(date(2026, 9, 2), CALENDAR)  # the 2nd of October lies in the holiday
    assert last > date(2026, 10, 6)
    assert CALENDAR.is_workday(last)


@given(st.dates(date(2024, 1, 1), date(2026, 11, 30)))
def test_the_window_is_never_short_and_ends_on_a_working_day(day: date) -> None:
    last = confirm.last_day(day, CALENDAR)
    assert last >= day + timedelta(days=30)
    assert CALENDAR.is_workday(last)
    assert not any(CALENDAR.is_workday(day + timedelta(days=n)) for n in range(30, (last - day).days))
    assert confirm.is_open(last, day, CALENDAR)
    assert not confirm.is_open(last + timedelta(days=1), day, CALENDAR)
    assert [(one - day).days for one in confirm.reminders(day)] == [7, 20, 25, 29]


def _text(data: bytes) -> str:
    return "\n".join(line.text for line in Document(io.BytesIO(data)).paragraphs)


def test_the_agreement_has_the_three_elements_and_blanks_for_what_is_unknown() -> None:
    text = _text(
        paper.agreement(
            paper.Agreement(
                "T1", "某委员会", "赵姨", "甲　电话：1", "", "楼上漏水", "楼上负责", "赔五百元", "十日内付清"
            )
        )
    )
    for words in (
        "申请人：甲",
        f"被申请人：{paper.BLANK}",
        "楼上漏水",
        "楼上负责",
        "赔五百元",
        "十日内付清",
        "签名并盖调解委员会印章之日起生效",
    ):
        assert words in text, words


def test_the_notice_of_failure_names_every_other_way() -> None:
    text = _text(paper.failure("T1", "某委员会", date(2026, 12, 1)))
    for words in ("仲裁", "主管部门", "法院", "法律援助", "第二十六条"):
        assert words in text, words


@pytest.mark.parametrize(("words", "name"), [
    ("工地老板欠我三个月工资", "labour"), ("我们已经起诉到法院了", "court"), ("老公天天打我，想调解", "home"),
    ("他把我打伤了要他赔", "crime"), ("城管罚款我不服", "office"), ("楼上半夜剁馅吵得睡不着", ""), ("邻居漏水不赔", ""),
    ("儿子和儿媳为带孩子吵架", ""),
])  # fmt: skip
def test_what_fits_and_what_goes_elsewhere(words: str, name: str) -> None:
    found = fit.unfit(words)
    assert (found.name if found else "") == name


def test_1949_sample_cases_give_the_articles_figures_only_by_the_printed_definition() -> None:
    found = list(concluded(["wb01"]))
    line = count("", found)
    assert (line.concluded, line.confirmed, line.percent) == (COUNT, CONFIRMED, "80.0%")
    ends = Counter(one.outcome for one in found)
    other = [ends["agreed"] / (ends["agreed"] + ends["failed"]), ends["agreed"] / (COUNT - ends["refused"]),
             ends["agreed"] / (COUNT - ends["withdrawn"]), line.confirmed / line.agreed]  # fmt: skip
    assert not [rate for rate in other if f"{rate:.1%}" == "80.0%"]
    assert sum(one.concluded for one in by_level(found, ("社区", "街道", "区"))) == COUNT
    assert sum(one.agreed for one in by_round(found)) == line.agreed
    assert list(concluded(["wb01"])) == found  # the same each time


def test_what_was_sent_elsewhere_is_not_concluded() -> None:
    day = date(2026, 1, 5)
    found = [Result(str(n), "a", day, day, "", 0, 1, end) for n, end in enumerate((*CONCLUDED, "diverted"))]
    line = count("", found)
    assert (line.concluded, line.agreed, line.percent) == (4, 1, "25.0%")
    assert count("", []).percent == "—"


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_a_table_is_read_as_it_was_written(write: object) -> None:
    found = list(concluded(["wb01", "wb02"], 50))
    name = "a.xlsx" if write is write_xlsx else "a.csv"
    assert list(read(write(found), name).results) == found  # type: ignore[operator]


def test_bad_tables_and_bad_rows_are_told() -> None:
    with pytest.raises(BadTable):
        read(b"a,b\n1,2\n", "a.csv")
    with pytest.raises(BadTable):
        read(b"no zip", "a.xlsx")
    good = "样1,wb01,2026-01-05,2026-01-09,邻里,社区,1,达成协议,是"
    bad = (
        good.replace("社区", "省"),
        good,
        good.replace("样1", "样2").replace("2026-01-09", "昨天"),
        "",
        good,
    )
    loaded = read("\n".join([",".join(COLUMNS), *bad]).encode(), "a.csv")
    assert [line for line, _ in loaded.faults] == [2, 4, 6]
    assert len(loaded.results) == 1


def test_an_import_is_all_or_nothing_and_stays_within_the_area(archive: Archive) -> None:
    with archive.open() as records:
        with pytest.raises(Refused, match="不认识或不在"):
            results.take_in(records, write_csv(concluded(["wb01", "nowhere"], 4)), "a.csv", "wu", "/", START)
        with pytest.raises(Refused, match="不认识或不在"):
            results.take_in(
                records, write_csv(concluded(["wb02"], 4)), "a.csv", "liu", records.places.path("wb01"), START
            )
        assert results.made(records, "/").total.concluded == 0
        data = write_csv(concluded(["wb01", "wb02"], 10))
        assert [results.take_in(records, data, "a.csv", "wu", "/", START)[0] for _ in range(2)] == [10, 0]
        assert results.made(records, "/").total.concluded == 10
        assert results.made(records, records.places.path("wb01")).total.concluded == 5


def test_the_command_line_imports_and_prints(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sample.xlsx"
    assert cli.run(argparse.Namespace(deed="sample", file=file), archive) == 0
    assert cli.run(argparse.Namespace(deed="import", file=file), archive) == 0
    told = capsys.readouterr().out
    assert "合计：已结束1949件，达成协议1559件，成功率80.0%，司法确认391件" in told
    assert "口径" in told or "成功率 = " in told


def test_thirteen_teams_take_turns(archive: Archive) -> None:
    with archive.reading() as records:
        assert len(legal.teams(records)) == 13
        monday = date(2026, 11, 23)
        leads = [legal.on_turn(records, monday + timedelta(weeks=n))[0].id for n in range(3)]
        assert len(set(leads)) == 3
        assert {team.id for n in range(5) for team in legal.on_turn(records, monday + timedelta(days=n))} == {
            team.id for team in legal.teams(records)
        }
        assert legal.on_turn(records, date(2026, 11, 28)) == []
