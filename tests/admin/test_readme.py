"""What the README of the admin says to type works against a real server."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.support.server import ROOT, serving

from vetrina.flows.staff import issue_token
from vetrina.kernel.context import Context
from vetrina.views.product_sheets import product_sheet_by_handle
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
