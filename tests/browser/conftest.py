"""One browser and one shop for all tests of pages in a process; a fresh person for each test."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.browser import Browser, page
from tests.support.browser_pipe import Pipe, running
from tests.support.browser_setup import chromium
from tests.support.browser_shop import Served, served_shop
from tests.support.managers import enrolled

from vetrina.flows.staff.sessions import open_session
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import hash_password
from vetrina_admin.pages.asking import HOME, SESSION

FOLDER = Path(__file__).parent
PASSWORD = "a long walk along the Po"
"""Of mara@shop.test, who may do everything."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of a test that failed, keep what its page looked like."""
    report = yield
    given: dict[str, Any] = getattr(item, "funcargs", {})
    browser = given.get("browser") or given.get("reader")
    if report.when == "call" and report.failed and isinstance(browser, Browser):
        picture: Path = given["tmp_path"] / "page.png"
        browser.draw(picture)
        report.sections.append(("page", f"{browser.path} at {browser.width} px: {picture}"))
    return report


@pytest.fixture(scope="package")
def chromium_pipe() -> Iterator[Pipe]:
    """The browser's process. Tests fail where none can be had: `python -m tests.support.browser_setup` says why."""
    with running(chromium()) as pipe:
        yield pipe


@pytest.fixture(scope="package")
def shop(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small shop, served."""
    with served_shop(sqlite_template, tmp_path_factory.mktemp("shop")) as served:
        yield served


@pytest.fixture
def browser(chromium_pipe: Pipe, tmp_path: Path) -> Iterator[Browser]:
    """A page of somebody who was never here."""
    with page(chromium_pipe) as opened:
        yield opened


@pytest.fixture(scope="package")
def session(shop: Served) -> str:
    """The secret of a session of hers."""

    async def enrol(ctx: Context) -> str:
        member_id = await enrolled(ctx, password_hash=await hash_password(PASSWORD))
        return await open_session(ctx, member_id)

    return shop.do(enrol)


@pytest.fixture(scope="module")
def shared_page(chromium_pipe: Pipe) -> Iterator[Browser]:
    """One page for all tests of a module."""
    with page(chromium_pipe) as opened:
        yield opened


@pytest.fixture
def reader(shared_page: Browser, tmp_path: Path) -> Browser:
    """A page for tests that read and change nothing: it is warm, and a fresh one costs as much as all the checks."""
    shared_page.complaints.clear()
    shared_page.prefer()
    return shared_page


@pytest.fixture
def desk(browser: Browser, shop: Served, session: str) -> Browser:
    """The same page, where she has signed in to the admin."""
    browser.keep(SESSION, session, shop.url, HOME)
    return browser
