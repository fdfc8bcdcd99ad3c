"""A page in a Chromium as a person has it: they type, press keys and click, and see what has the focus."""

import base64
import contextlib
import json
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from tests.support.browser_pipe import PATIENCE, Pipe, running
from tests.support.browser_setup import chromium

PHONE, DESKTOP = 390, 1440
"""Widths in CSS pixels."""
HEIGHT = 900
KEYS = {
    "Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), "Space": (32, " "), "ArrowLeft": (37, ""),
    "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, ""), "Home": (36, ""), "End": (35, ""),
    "Backspace": (8, ""),
}  # fmt: skip
"""What a key is numbered, and the text it makes."""
SHIFT = 8
WATCHED = frozenset({"Document", "XHR", "Fetch"})
"""Kinds of requests that change what a page shows."""
AT_REST = """
document.readyState === "complete" && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")
"""
FOCUSED = """
(() => {
  const it = document.activeElement
  if (!it || it === document.body) return ""
  const field = it.matches("input, select, textarea") && (it.name || it.id)
  return field || it.innerText.trim() || it.getAttribute("aria-label") || it.id || it.tagName
})()
"""
MIDDLE = """
(selector) => {
  const it = document.querySelector(selector)
  it.scrollIntoView({ block: "center" })
  const box = it.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2
  const there = document.elementFromPoint(x, y)
  return there && (it.contains(there) || there.contains(it)) ? [x, y] : null
}
"""


class Browser:
    """One page with cookies of its own. `requests` are the addresses it has asked for."""

    def __init__(self, pipe: Pipe, context: str) -> None:
        self._pipe, self._context = pipe, context
        self._running: dict[str, tuple[str, str]] = {}
        """By request: the document it belongs to, and its address."""
        self._documents: set[str] = set()
        self._begun = 0
        self.width = DESKTOP
        self.status = 0
        """What the page was answered with, in HTTP's words."""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        """What the console said: errors and warnings, refusals of the content security policy, what did not load."""
        target = pipe.tell("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self._session: str = pipe.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        pipe.listeners[self._session] = self._hear
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.tell(f"{domain}.enable")
        self.tell("Emulation.setFocusEmulationEnabled", enabled=True)
        self.prefer()

    def prefer(self, *, dark: bool = False, language: str = "en", scripts: bool = True) -> None:
        """Have the person's wishes: dark or light, their language, scripts or none. Motion is always reduced."""
        features = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        told = [{"name": name, "value": value} for name, value in features.items()]
        self.tell("Emulation.setEmulatedMedia", features=told)
        self.tell("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
        self.has_scripts = scripts
        self.tell("Emulation.setScriptExecutionDisabled", value=not scripts)

    @contextlib.contextmanager
    def scripts_for_us(self) -> Generator[None]:
        """Timers and promises run within the block, whatever the person wishes; the page's own scripts stay away."""
        self.tell("Emulation.setScriptExecutionDisabled", value=False)
        yield
        self.tell("Emulation.setScriptExecutionDisabled", value=not self.has_scripts)

    def keep(self, name: str, value: str, url: str, path: str = "/") -> None:
        """Put a cookie of the site at an address into this browser."""
        self.tell("Network.setCookie", name=name, value=value, url=url, path=path, httpOnly=True)

    def open(self, url: str, *, width: int | None = None) -> None:
        """Go to a page, at that width from now on, and wait until it is at rest. Narrow windows are phones."""
        if width is not None:
            self.resize(width)
        with self.going():
            self.tell("Page.navigate", url=url)

    def resize(self, width: int) -> None:
        """A window of so many CSS pixels."""
        self.width = width
        metrics = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": width <= PHONE}
        self.tell("Emulation.setDeviceMetricsOverride", **metrics)

    @contextlib.contextmanager
    def going(self) -> Generator[None]:
        """What the block does leads to another page, or has a part of this one exchanged: wait until it is there."""
        begun = self._begun
        yield
        deadline = time.monotonic() + PATIENCE
        rested = 0
        while rested < 2:  # what a page fetches of its own accord, it asks for a moment after it was there
            assert time.monotonic() < deadline, f"nothing came of it: {self.path}, {list(self._running.values())}"
            self._pipe.listen(0.01)
            is_at_rest = self._begun > begun and not self._running and self._at_rest()
            rested = rested + 1 if is_at_rest else 0

    def until(self, condition: str) -> None:
        """Wait until an expression of JavaScript is true in the page."""
        deadline = time.monotonic() + PATIENCE
        while not self.ask(condition):
            assert time.monotonic() < deadline, f"never so: {condition}"
            self._pipe.listen(0.01)

    def ask(self, script: str, world: int | None = None) -> Any:
        """What an expression of JavaScript comes to in the page, or in a world beside its scripts' own.

        Raises AssertionError where it throws.
        """
        where = {} if world is None else {"contextId": world}
        answer = self.tell("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, **where)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    @property
    def path(self) -> str:
        """Where the page is, without the host."""
        return self.ask("location.pathname + location.search")

    @property
    def words(self) -> str:
        """What a person reads."""
        return " ".join(self.ask("document.body.innerText").split())

    @property
    def focused(self) -> str:
        """What has the focus: a field's name, the words of anything else; empty where nothing has."""
        return self.ask(FOCUSED)

    def click(self, selector: str) -> None:
        """Press with the mouse, in the middle of what a selector finds first. Raises AssertionError if it is hidden."""
        box: list[float] = self.ask(f"({MIDDLE})({json.dumps(selector)})")
        assert box, f"{selector} is covered or outside the window"
        for kind in ("mousePressed", "mouseReleased"):
            self.tell("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def press(self, key: str, times: int = 1, *, shift: bool = False) -> None:
        """Press and let go a key of KEYS."""
        code, text = KEYS[key]
        modifiers = SHIFT if shift else 0
        named = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": code}
        for _ in range(times):
            kind = "keyDown" if text else "rawKeyDown"
            self.tell("Input.dispatchKeyEvent", type=kind, text=text, modifiers=modifiers, **named)
            self.tell("Input.dispatchKeyEvent", type="keyUp", modifiers=modifiers, **named)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.tell("Input.insertText", text=text)

    def tab_to(self, wanted: str, *, at_most: int = 60) -> None:
        """Press Tab until what is named so has the focus. Raises AssertionError where Tab does not lead there."""
        met: list[str] = []
        while self.focused != wanted:
            assert len(met) < at_most, f"Tab does not lead to {wanted!r}, but to {met}"
            self.press("Tab")
            met.append(self.focused)

    def draw(self, target: Path, *, whole: bool = True) -> None:
        """The page as a PNG file; with `whole`, what one has to scroll to as well."""
        drawn = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        target.write_bytes(base64.b64decode(drawn["data"]))

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol to this page, and its answer."""
        return self._pipe.tell(method, self._session, **params)

    def _at_rest(self) -> bool:
        """A document that is just being left can't be asked; then it is not at rest."""
        with contextlib.suppress(AssertionError):
            return bool(self.ask(AT_REST))
        return False

    def _hear(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                address: str = params["request"]["url"]
                self.requests.append(address)
                if params.get("type") in WATCHED:
                    self._begun += 1
                    self._running[params["requestId"]] = params["loaderId"], address
                if params.get("type") == "Document":
                    self._documents.add(address)
            case "Network.responseReceived" if params["type"] == "Document":
                self.status = params["response"]["status"]
            case "Network.loadingFinished" | "Network.loadingFailed":
                self._running.pop(params["requestId"], None)
            case "Page.frameNavigated" if "parentId" not in params["frame"]:
                document = params["frame"]["loaderId"]  # nobody tells of requests that a document left unanswered
                self._running = {key: value for key, value in self._running.items() if value[0] == document}
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                entry = params["entry"]
                if entry["source"] != "network" or entry["url"] not in self._documents:  # a page may say "not found"
                    self.complaints.append(f"{entry['text']} {entry.get('url', '')}".strip())
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning", "assert"):
                self.complaints.append(" ".join(str(word.get("value")) for word in params["args"]))
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.complaints.append(details.get("exception", {}).get("description", details["text"]))
            case _:
                pass


@contextlib.contextmanager
def page(pipe: Pipe) -> Generator[Browser]:
    """A page of a person that the browser has never seen."""
    context = pipe.tell("Target.createBrowserContext")["browserContextId"]
    browser = Browser(pipe, context)
    try:
        yield browser
    finally:
        pipe.listeners.pop(browser._session)
        pipe.tell("Target.disposeBrowserContext", browserContextId=context)


@contextlib.contextmanager
def browser() -> Generator[Browser]:
    """A page in a browser of its own, for somebody who wants to look at something."""
    with running(chromium()) as pipe, page(pipe) as opened:
        yield opened
