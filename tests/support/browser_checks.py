"""What holds of every page: nothing complains, nothing sticks out, everybody can see, reach and press what is there."""

from functools import cache
from pathlib import Path
from typing import Any

from tests.support.browser import PHONE, Browser
from tests.support.browser_setup import axe

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""Tags of axe's rules: WCAG 2.2, levels A and AA."""
FINGER = 44
"""CSS pixels both ways that a control has at least on a phone."""
QUESTIONS = Path(__file__).with_name("page_checks.js")
MOST_STOPS = 300


def faults(browser: Browser, *, finger: int = FINGER) -> list[str]:
    """Everything that is wrong with the page as it stands, as short sentences; none for a good page."""
    found = [*too_wide(browser), *violations(browser)]
    if browser.width <= PHONE:
        found += too_small(browser, finger)
    return [*browser.complaints, *found]


def violations(browser: Browser) -> list[str]:
    """What axe-core has to say: rule, what it asks for, and where it is broken."""
    with browser.scripts_for_us():
        return _World(browser, _axe()).ask(f"({_AXE})({list(RULES)})")


def too_wide(browser: Browser) -> list[str]:
    """What one would have to scroll sideways for."""
    return _World(browser).ask(f"vetrina.wide({browser.width})")


def too_small(browser: Browser, finger: int = FINGER) -> list[str]:
    """Controls that a finger misses; links inside a text may be as small as the text."""
    return _World(browser).ask(f"vetrina.small({finger})")


def unreachable(browser: Browser) -> list[str]:
    """Controls that Tab does not lead to, that are out of sight when it does, or that do not show it."""
    world = _World(browser)
    assert world.ask("vetrina.begin()") < MOST_STOPS
    for _ in range(MOST_STOPS):
        browser.press("Tab")
        if not world.ask("vetrina.step()"):
            break
    return world.ask("vetrina.walked()")


_AXE = """
async (tags) => {
  const told = (node) => `${node.target.join(" ")} (${[...node.any, ...node.all, ...node.none][0].message})`
  const how = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false }
  const { violations } = await axe.run(document, how)
  return violations.map((broken) => `${broken.id}: ${broken.help}: ${broken.nodes.map(told).join("; ")}`)
}
"""


@cache
def _axe() -> str:
    return axe()


@cache
def _questions() -> str:
    return f"globalThis.vetrina = {QUESTIONS.read_text()}"


class _World:
    """A world of scripts beside the page's own, in its document: it sees the same elements and nothing else."""

    def __init__(self, browser: Browser, source: str = "") -> None:
        self._browser = browser
        frame = browser.tell("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._id = browser.tell("Page.createIsolatedWorld", frameId=frame, worldName="checks")["executionContextId"]
        self.ask(f"{source or _questions()};0")

    def ask(self, script: str) -> Any:
        return self._browser.ask(script, self._id)
