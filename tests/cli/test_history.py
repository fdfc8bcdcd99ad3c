"""vetrina import orders: what a person sees, and the exit codes a script reads."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vetrina.cli import main
from vetrina.cli.opening import open_if_new
from vetrina.cli.running import settings_from

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
GOOD = "536365,22728,CLOCK,2,12/1/2010 8:45,3.75,12583,France\n"
CREDIT = "C536366,22728,CLOCK,-1,1/2/2011 8:45,3.75,12583,France\n"
BAD = "536367,22728,CLOCK,two,12/1/2010 8:45,3.75,12583,France\n"
SECRET = "a secret for tests, long enough to be one"


@pytest.fixture
def shop(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("VETRINA_SECRET_KEY", SECRET)
    open_if_new(settings_from(database_url=database_url), plugins=("importers",))
    return database_url


def command(url: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["import", "orders", *map(str, arguments), "--database-url", url])


def file_of(folder: Path, *lines: str) -> Path:
    path = folder / "extract.csv"
    path.write_text(HEADER + "".join(lines))
    return path


def test_a_clean_file_is_imported_and_a_second_time_left_alone(shop: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, GOOD, CREDIT)
    first, second = command(shop, path), command(shop, path)
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert "written 1 orders, 1 corrections and 2 lines of both, met 1 new customers" in first.output
    assert "written 0 orders" in second.output
    assert "left 2 as they were" in second.output
    years = [line.split()[:3] for line in second.output.splitlines() if line.split()[1:2] == ["GBP"]]
    assert years == [["2010", "GBP", "1"], ["2011", "GBP", "0"]]
    assert "-3.75" in second.output


@pytest.mark.embedded
def test_a_bad_row_is_shown_with_its_number_and_the_command_exits_with_one(shop: str, tmp_path: Path) -> None:
    result = command(shop, file_of(tmp_path, GOOD, BAD))
    assert result.exit_code == 1, result.output
    assert "written 1 orders" in result.output
    assert any(line.split()[:3] == ["3", "quantity", "QUANTITY_INVALID"] for line in result.output.splitlines())


@pytest.mark.embedded
def test_files_nobody_understands_exit_with_two(shop: str, tmp_path: Path) -> None:
    path = tmp_path / "poem.csv"
    path.write_text("Nel mezzo del cammin di nostra vita\n")
    assert command(shop, path).exit_code == 2
    assert command(shop, path, "--format", "uci").exit_code == 2
    assert command(shop, path, "--format", "telepathy").exit_code == 2
    assert command(shop, tmp_path / "missing.csv").exit_code == 2
    assert command(shop).exit_code == 2


@pytest.mark.embedded
def test_a_dry_run_writes_nothing(shop: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, GOOD)
    assert "nothing was written" in command(shop, path, "--dry-run").output
    assert "written 1 orders" in command(shop, path).output
