"""A headless Chromium over its debugging pipe, for people who want to see a page: no test depends on one."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE, DESKTOP = 390, 1280
"""Widths in CSS pixels."""


def find() -> str | None:
    """The browser's program, where the machine has one (Debian: apt-get install chromium)."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One page that can be sent somewhere, asked, and drawn. `requests` are the addresses it has asked for."""

    def __init__(self, commands: int, events: int) -> None:
        self._commands, self._events = commands, events
        self._rest = b""
        self._number = 0
        self._loaded = False
        self._session: str | None = None
        self.requests: list[str] = []
        self.complaints: list[str] = []
        """What the console said: errors of scripts, refusals of the content security policy."""
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.tell(f"{domain}.enable")

    def open(self, url: str, *, width: int = DESKTOP, settle: float = 0.3) -> None:
        """Go to a page of that width and wait until it has loaded, and `settle` seconds more for its scripts."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width <= PHONE}
        self.tell("Emulation.setDeviceMetricsOverride", **metrics)
        self._loaded = False
        self.tell("Page.navigate", url=url)
        self.wait(settle)

    def wait(self, settle: float = 0.3, seconds: float = 20.0) -> None:
        """Until the page under way has loaded."""
        deadline = time.monotonic() + seconds
        while not self._loaded and time.monotonic() < deadline:
            self.ask("document.readyState")
            time.sleep(0.02)
        time.sleep(settle)
        self.ask("1")

    def ask(self, script: str) -> Any:
        """What an expression of JavaScript comes to in the page."""
        answer = self.tell("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer.get("result", {}).get("value")

    def click(self, selector: str, settle: float = 0.3) -> None:
        """Press something that leads to another page, and wait for that page."""
        self._loaded = False
        self.ask(f"document.querySelector({json.dumps(selector)}).click()")
        self.wait(settle)

    def draw(self, target: Path) -> None:
        """The whole page as a PNG file."""
        drawn = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        target.write_bytes(base64.b64decode(drawn["data"]))

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self._hear(answer)

    def _hear(self, event: dict[str, Any]) -> None:
        method, params = event.get("method"), event.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"])[:500])

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._events, 1 << 20)
            assert part, "the browser has gone"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)


@contextlib.contextmanager
def browser() -> Generator[Browser]:
    """A browser with a fresh profile; it ends with the block."""
    program = find()
    assert program is not None, "there is no Chromium on this machine"
    from_us, commands = os.pipe()
    events, to_us = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = f"--headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --user-data-dir={profile}"
        # The browser speaks on its descriptors 3 and 4, wherever ours are.
        command = f'exec "$0" {flags} --remote-debugging-pipe 3<&{from_us} 4>&{to_us}'
        process = subprocess.Popen(
            ["/bin/bash", "-c", command, program],
            pass_fds=(from_us, to_us),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)
        try:
            yield Browser(commands, events)
        finally:
            process.terminate()
            process.wait(20)
            os.close(commands)
            os.close(events)
