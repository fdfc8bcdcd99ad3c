"""One small shop, served, and the packages of npm for all tests of a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.browser_shop import Served, served_shop
from tests.support.front_ends import furnish

from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel.context import Context
from vetrina.shop.staff.permissions import PERMISSIONS


@pytest.fixture(scope="package")
def shop(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small shop, served, with all that plugins bring to the demo."""
    with served_shop(sqlite_template, tmp_path_factory.mktemp("shop")) as served:
        served.enliven()
        yield served


@pytest.fixture(scope="package")
def token(shop: Served) -> str:
    """A token that may do everything at the admin's endpoint."""

    async def issue(ctx: Context) -> str:
        return await issue_token(ctx, "auditor", tuple(PERMISSIONS))

    return shop.do(issue)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that Node finds the packages from."""
    return furnish(tmp_path)
