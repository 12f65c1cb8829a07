"""The command line, as people run it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app import first_link
from bot.cli import PARTS, parser
from bot.office import Office
from intents.library import Library
from storage.archive import Archive
from tests.databases import START

ROOT = Path(__file__).resolve().parent.parent
DECISIONS = {"answer", "choose", "refuse", "act", "emergency", "human"}
INTENTS = {
    "handbook",
    "booking",
    "cancel_booking",
    "reschedule",
    "my_bookings",
    "mediation",
    "report",
    "errand",
    "progress",
    "handoff",
    "reminder",
    "nearest",
    "activity",
    "emergency",
    "greeting",
    "none",
}
LINES = {
    "低保要啥材料": ("answer", "handbook"), "明天上午九点给我妈约个理发": ("act", "booking"), "取消明天的理发": ("act", "cancel_booking"),
    "明天的理发改到后天": ("act", "reschedule"), "我的预约": ("act", "my_bookings"), "帮我跟楼上调解一下，他家漏水": ("act", "mediation"),
    "楼道灯坏了，三号楼二单元": ("act", "report"), "我报的路灯修到哪一步了": ("act", "progress"), "转人工": ("human", "handoff"),
    "每天早上八点提醒我吃药": ("act", "reminder"), "附近哪能充电": ("act", "nearest"), "今天谁值班": ("act", "nearest"),
    "着火了": ("emergency", "emergency"), "你好": ("act", "greeting"), "护照在哪办": ("refuse", "none"), "": ("refuse", "none"),
}  # fmt: skip


def bot(*words: str, folder: Path, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run bot.py in a folder of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "JIAMENKOU_DATA_DIR": str(folder),
        "PYTHONUTF8": "1",
        **settings,
    }
    return subprocess.run([sys.executable, str(ROOT / "bot.py"), *words], input=given, capture_output=True, text=True,
                          env=environment, cwd=folder, timeout=120, check=False)  # fmt: skip


def test_ask_answers_every_line_in_order_and_stores_nothing(tmp_path: Path) -> None:
    done = bot("ask", "--at", "2026-11-23T10:00", folder=tmp_path, given="\n".join(LINES) + "\n")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == list(LINES)
    for answer, (decision, intent) in zip(answers, LINES.values(), strict=True):
        assert list(answer) == ["text", "decision", "intent", "entries", "confidence", "reply"]
        assert (answer["decision"], answer["intent"]) == (decision, intent), answer
        assert answer["decision"] in DECISIONS
        assert answer["intent"] in INTENTS
        assert len(answer["entries"]) <= 3
        assert 0 <= answer["confidence"] <= 1
        assert answer["reply"]
    assert list(tmp_path.iterdir()) == []


def test_ask_takes_nonsense(tmp_path: Path) -> None:
    lines = ["x" * 1_000_000, "🌹" * 50, "'; DROP TABLE people; --", "<script>alert(1)</script>", "\x00\x01"]
    done = bot("ask", "--at", "2026-11-23T10:00", folder=tmp_path, given="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    assert {answer["decision"] for answer in answers} == {"refuse"}


def test_ask_knows_what_the_configured_centre_knows(tmp_path: Path) -> None:
    assert bot("demo-data", folder=tmp_path).returncode == 0
    first = bot("ask", "--at", "2026-11-23T10:00", folder=tmp_path, given="低保要啥材料\n")
    assert json.loads(first.stdout)["entries"] == ["MZ01"]


def test_when_reads_a_line_and_prints_an_object(tmp_path: Path) -> None:
    done = bot("when", "--at", "2026-11-23T10:00", folder=tmp_path, given="明天上午九点\n你好\n2月30号\n")
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    assert kinds == ["point", "none", "question"]


def test_a_wrong_setting_stops_with_one_sentence(tmp_path: Path) -> None:
    done = bot("migrate", folder=tmp_path, JIAMENKOU_PORT="abc")
    assert done.returncode == 2
    assert "JIAMENKOU_PORT" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_taken_port_stops_the_start_before_an_address_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = bot("run", folder=tmp_path, JIAMENKOU_PORT=port)
    assert done.returncode == 2
    assert "JIAMENKOU_PORT" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_database_that_is_away_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    url = "postgresql://somebody:hidden@127.0.0.1:1/nothing"
    done = bot("run", folder=tmp_path, JIAMENKOU_DATABASE_URL=url, JIAMENKOU_PORT="18765")
    assert done.returncode == 2
    assert "JIAMENKOU_DATABASE_URL" in done.stderr
    assert "hidden" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_first_link_is_for_the_admin_who_can_let_everybody_in(archive: Archive, library: Library) -> None:
    office = Office(archive, library, now=lambda: START)
    with archive.open() as records:
        link = first_link(records, office)
        assert link
        key = records.staff.key(link, "link", START)
    office.clerk.close()
    assert key
    with archive.reading() as records:
        admins = [worker for worker in records.staff.all() if worker.role == "admin"]
        assert key.worker.level == max(worker.level for worker in admins) > 0


def test_doctor_says_what_to_mend(tmp_path: Path) -> None:
    assert bot("demo-data", folder=tmp_path).returncode == 0
    well = bot("doctor", folder=tmp_path)
    assert well.returncode == 0, well.stdout
    (tmp_path / "secret.key").chmod(0o644)
    ill = bot("doctor", folder=tmp_path)
    assert ill.returncode == 1
    assert "chmod 600" in ill.stdout


def test_doctor_names_a_database_that_is_away(tmp_path: Path) -> None:
    done = bot("doctor", folder=tmp_path, JIAMENKOU_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "JIAMENKOU_DATABASE_URL" in done.stdout


def test_chat_in_the_terminal_goes_on_where_it_was(tmp_path: Path) -> None:
    first = bot("chat", folder=tmp_path, given="明天上午九点约上门理发\n")
    assert "怎么称呼您" in first.stdout, first.stderr
    second = bot("chat", folder=tmp_path, given="王秀英\n")
    assert "电话" in second.stdout


@pytest.mark.parametrize(
    "command", ["run", "chat", "ask", "when", "handbook", "migrate", "demo-data", "doctor"]
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parser().parse_args([command, "--help"])
    assert end.value.code == 0
    assert "usage" in capsys.readouterr().out


def test_all_parts_are_listed() -> None:
    assert len(PARTS) == 7
