"""A real browser and a real server for tests: Chromium over its DevTools protocol, uvicorn on a free port."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0",
         "--no-first-run", "--disable-background-networking", "--lang=zh-CN", "--hide-scrollbars")  # fmt: skip
PATIENCE = 20_000  # ms until a thing that should come is missed
KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Tab": ("Tab", 9, ""),
    "Space": ("Space", 32, " "),
    "Escape": ("Escape", 27, ""),
}

WAITING = """new Promise((done, miss) => {
  const end = Date.now() + PATIENCE;
  const look = () => {
    let holds = false;
    try { holds = CONDITION; } catch (error) { holds = false; }
    if (holds) done(true);
    else if (Date.now() > end) miss(new Error("missed"));
    else setTimeout(look, 20);
  };
  look();
})""".replace("PATIENCE", str(PATIENCE))


@contextmanager
def served(app: Starlette, host: str = "127.0.0.1") -> Iterator[str]:
    """The address of the application, served by uvicorn on a thread."""
    with socket.create_server((host, 0)) as door:
        config = uvicorn.Config(
            app, log_level="warning", ws="websockets-sansio", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Tab:
    """One tab of the browser."""

    def __init__(self, line: ClientConnection, session: str = "") -> None:
        self.line = line
        self.session = session
        self.complaints: list[str] = []
        self._last = 0

    def do(self, method: str, **parameters: object) -> dict[str, Any]:
        """A DevTools command and its result; what the page complains of meanwhile is kept."""
        self._last += 1
        frame: dict[str, object] = {"id": self._last, "method": method, "params": parameters}
        self.line.send(json.dumps(frame | ({"sessionId": self.session} if self.session else {})))
        while True:
            told = json.loads(self.line.recv(timeout=PATIENCE / 1000 + 10))
            self._note(told)
            if told.get("id") == self._last:
                return told["result"] if "result" in told else {"failed": told["error"]["message"]}

    def _note(self, told: dict[str, Any]) -> None:
        if told.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(
                told["params"]["exceptionDetails"]["exception"].get("description", "exception")
            )
        if told.get("method") == "Log.entryAdded" and told["params"]["entry"]["level"] == "error":
            self.complaints.append(told["params"]["entry"]["text"])

    def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """The window in CSS pixels."""
        self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.do("Emulation.setEmulatedMedia", features=[scheme])

    def go(self, address: str) -> None:
        """Open a page."""
        self.do("Page.navigate", url=address)

    def reload(self) -> None:
        """Open the same page anew, and wait until the old one is gone."""
        self.js("window.isOld = true")
        self.do("Page.reload")
        self.until("window.isOld === undefined && document.readyState === 'complete'")

    def js(self, expression: str) -> Any:
        """What an expression gives in the page; promises are awaited."""
        told = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        assert "failed" not in told, told
        return told["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until the condition holds, over navigations too."""
        waiting = WAITING.replace("CONDITION", condition)
        for _ in range(200):
            told = self.do("Runtime.evaluate", expression=waiting, awaitPromise=True, returnByValue=True)
            if told.get("result", {}).get("value") is True:
                return
            assert "exceptionDetails" not in told, (
                f"never: {condition}\n{self.do('Runtime.evaluate', expression='document.body.innerText')}"
            )
        raise AssertionError(f"the page never stayed: {condition}")

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.do("Input.insertText", text=text)

    def key(self, name: str) -> None:
        """Press one key."""
        code, number, text = KEYS[name]
        key = " " if name == "Space" else name
        down = {"key": key, "code": code, "windowsVirtualKeyCode": number} | ({"text": text} if text else {})
        self.do("Input.dispatchKeyEvent", type="keyDown", **down)
        self.do("Input.dispatchKeyEvent", type="keyUp", key=key, code=code, windowsVirtualKeyCode=number)

    def upload(self, selector: str, *files: Path) -> None:
        """Choose files in a file input."""
        root = self.do("DOM.getDocument")["root"]["nodeId"]
        node = self.do("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.do("DOM.setFileInputFiles", files=[str(file) for file in files], nodeId=node)

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self.do("Page.captureScreenshot", format="png")["data"])


@contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """A tab of a new Chromium that keeps its profile in the folder."""
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as chromium:
        try:
            assert chromium.stderr is not None
            at = next(line for line in chromium.stderr if line.startswith("DevTools listening on"))
            drained = threading.Thread(target=chromium.stderr.read, daemon=True)
            drained.start()
            with connect(at.split()[-1], max_size=None, proxy=None) as line:
                yield _tab(line)
        finally:
            chromium.terminate()
            chromium.wait()
            drained.join()


def _tab(line: ClientConnection) -> Tab:
    whole = Tab(line)
    target = whole.do("Target.createTarget", url="about:blank")["targetId"]
    session = whole.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    tab = Tab(line, session)
    tab._last = 1000
    for domain in ("Page", "Runtime", "Log", "DOM"):
        tab.do(f"{domain}.enable")
    return tab
