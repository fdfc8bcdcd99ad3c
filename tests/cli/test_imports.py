"""vetrina import products: what a person sees, and the exit codes a script reads."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vetrina.cli import main
from vetrina.cli.opening import open_if_new
from vetrina.cli.running import settings_from

HEADER = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
GOOD = "oil,Olive oil,<p>Green</p>,Frantoio,Oil,,TRUE,Title,Default Title,OIL,12.50\n"
BAD = "salt,Sea salt,,Salina,Salt,,TRUE,Title,Default Title,SALT,much\n"


@pytest.fixture
def shop(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("VETRINA_SECRET_KEY", "a secret for tests, long enough to be one")
    open_if_new(settings_from(database_url=database_url), plugins=("importers",))
    return database_url


def command(url: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["import", "products", *map(str, arguments), "--database-url", url])


def file_of(folder: Path, *lines: str) -> Path:
    path = folder / "products.csv"
    path.write_text(HEADER + "".join(lines))
    return path


def test_a_clean_file_is_imported_and_a_second_time_left_alone(shop: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, GOOD)
    first, second = command(shop, path), command(shop, path)
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert "created 1, updated 0" in first.output
    assert "created 0, updated 0, left 1 as they were" in second.output


def test_a_bad_row_is_shown_with_its_number_and_the_command_exits_with_one(shop: str, tmp_path: Path) -> None:
    result = command(shop, file_of(tmp_path, GOOD, BAD))
    assert result.exit_code == 1, result.output
    assert "created 1" in result.output
    assert "skipped 1" in result.output
    assert any(line.split()[:1] == ["3"] for line in result.output.splitlines()), result.output


def test_a_file_nobody_understands_exits_with_two(shop: str, tmp_path: Path) -> None:
    path = tmp_path / "poem.csv"
    path.write_text("Nel mezzo del cammin di nostra vita\n")
    assert command(shop, path).exit_code == 2
    assert command(shop, path, "--format", "vendure").exit_code == 2
    assert command(shop, path, "--format", "telepathy").exit_code == 2
    assert command(shop, tmp_path / "missing.csv").exit_code == 2


def test_a_preview_and_a_dry_run_write_nothing(shop: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, GOOD)
    preview = command(shop, path, "--preview", "3")
    assert preview.exit_code == 0, preview.output
    assert "Olive oil" in preview.output
    rehearsal = command(shop, path, "--dry-run")
    assert "nothing was written" in rehearsal.output
    assert "created 1" in command(shop, path).output
