"""(e) From `python bot.py run` to the first HTTP 200, and the memory it then holds."""

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


def start(folder: str) -> tuple[float, float]:
    """Seconds to the first page, and resident megabytes then (0 where the system does not tell)."""
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
        return time.perf_counter() - begun, resident(process.pid)
    finally:
        process.terminate()
        process.wait()


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Print the first start (the sample is loaded) and a later one."""
    with tempfile.TemporaryDirectory(prefix="jmk-bench-") as folder:
        rows = [(name, *start(folder)) for name in ("first start", "second start")]
    table("Start to first page", ("", "seconds", "MB"), rows)


if __name__ == "__main__":
    main()
