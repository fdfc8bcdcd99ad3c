"""What the README of the admin says to type works against a real server."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from graphql import build_schema
from tests.support.server import ROOT, serving

from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel.context import Context
from vetrina.views.catalog.product_sheets import product_sheet_by_handle
from vetrina.views.stock import movements, stock_list

SCRIPT = re.compile(r"<!-- test: admin -->\n```bash\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_script_puts_a_product_on_sale(ctx: Context, database_url: str, tmp_path: Path) -> None:
    found = SCRIPT.search((ROOT / "admin" / "README.md").read_text())
    assert found is not None
    token = await issue_token(ctx, "ERP", ["catalog.write", "prices.write", "stock.write", "shop.read"])
    with serving(database_url, tmp_path) as server:
        run_script(found[1], SHOP=server.url, TOKEN=token)
    olives = await product_sheet_by_handle(ctx.db, "taggiasca-olives")
    assert olives is not None
    assert olives.status == "active"
    (level,) = await stock_list(ctx.db, size=10)
    assert level.on_hand == 12
    assert [line.reference for line in await movements(ctx.db, level.variant_id, size=10)] == ["DDT 7"]
    assert token not in server.log


def run_script(script: str, **variables: str) -> None:
    """Run a script of the shell to its end; a failure of any part of it fails."""
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_of_fields_is_whole() -> None:
    """Every query and mutation of the door itself, each once, and nothing else."""
    table = (ROOT / "admin" / "README.md").read_text().partition("| what | fields |")[2].partition("\n\n")[0]
    listed = re.findall(r"`(\w+)`", table)
    schema = build_schema((ROOT / "admin" / "vetrina_admin" / "schema.graphql").read_text())
    roots = [kind.fields for kind in (schema.query_type, schema.mutation_type) if kind is not None]
    assert sorted(listed) == sorted(name for fields in roots for name in fields)


def test_fields_of_plugins_it_names_are_theirs() -> None:
    said = (ROOT / "admin" / "README.md").read_text().partition("Plugins add theirs while they are on: ")[2]
    names = re.findall(r"`(\w+)`", said.partition("\n")[0])
    written = "\n".join(path.read_text() for path in (ROOT / "plugins").glob("*/**/*.py"))
    snake = [re.sub(r"(?=[A-Z])", "_", name).lower() for name in names]
    assert len(names) == 3 and [name for name in snake if f"def {name}(" not in written] == []
