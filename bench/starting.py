"""(e) From `python bot.py run` to the first HTTP 200 and to where all is learned, and the memory held then."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.common import table

PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds
AT_REST = 0.3  # CPU seconds in two, at most


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_there(url: str) -> bool:
    """Whether the page answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def start(folder: str) -> tuple[float, float, float, float, float]:
    """To the first page: seconds, CPU seconds, megabytes; then at rest, all learned: CPU seconds, megabytes."""
    port = free_port()
    environment = {**os.environ, "JIAMENKOU_DATA_DIR": folder, "JIAMENKOU_PORT": str(port)}
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "bot.py", "run"], cwd=PROJECT, env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        while not is_there(f"http://127.0.0.1:{port}/"):
            if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                raise SystemExit("bot.py run did not come up")
            time.sleep(0.02)
        page = time.perf_counter() - begun, worked(process.pid), resident(process.pid)
        before = -1.0
        while worked(process.pid) - before > AT_REST:
            before = worked(process.pid)
            time.sleep(2)
        return *page, worked(process.pid), resident(process.pid)
    finally:
        process.terminate()
        process.wait()


def worked(pid: int) -> float:
    """CPU seconds of a process."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    told = stat.read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def resident_now() -> float:
    """Megabytes of this process."""
    return resident(os.getpid())


def main() -> None:
    """Print the first start (the sample is loaded) and a later one."""
    with tempfile.TemporaryDirectory(prefix="jmk-bench-") as folder:
        rows = [(name, *start(folder)) for name in ("first start", "second start")]
    head = ("", "page s", "page CPU s", "page MB", "learned CPU s", "learned MB")
    table("Start to first page, and until all is learned", head, rows)


if __name__ == "__main__":
    main()
