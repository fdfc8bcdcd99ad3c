"""A shelf on which plugins of a few lines are installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.shelves import Shelf


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))  # pyright: ignore[reportUnknownMemberType]
    shelf = Shelf(folder)
    yield shelf
    shelf.restart()
