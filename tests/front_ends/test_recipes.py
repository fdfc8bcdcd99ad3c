"""The recipes: every block of RECIPES.md runs against a served shop, as it stands."""

import os
import re
import subprocess
from pathlib import Path

from tests.support.browser_shop import Served
from tests.support.front_ends import furnish, node, program
from tests.support.sources import ROOT

TEXT = (ROOT / "storefront_api" / "RECIPES.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
OPTIONS = ("--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext", "--skipLibCheck")


def blocks(language: str) -> list[str]:
    return re.findall(rf"<!-- test: {language} -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)


def test_every_block_is_run() -> None:
    assert len(BLOCK.findall(TEXT)) == len(blocks("curl")) + len(blocks("typescript")) > 10


def test_in_curl(shop: Served) -> None:
    script = "\necho\necho ----\n".join(blocks("curl"))
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, env={**os.environ, "SHOP": shop.url}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout.split("----\n")
    assert '"errors"' not in done.stdout
    assert len(told) == len(blocks("curl"))
    assert '"hasNextPage":true' in told[1]
    assert '"isoCode":"EUR"' in told[2]
    assert '"input":' in told[3]
    assert '"totalQuantity":1' in told[4]
    assert re.search(r'200 "\w{32}"', told[5])
    assert '"hasNext":false}' in told[6]
    assert '"cost":{"objects":{"requested":' in told[7]


def test_in_typescript(shop: Served, tmp_path: Path) -> None:
    folder = furnish(tmp_path)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "recipes.ts").write_text("\n".join([*blocks("typescript"), "export {}\n"]))
    node(folder, program("tsc"), *OPTIONS, "--types", "node", "recipes.ts")
    lines = node(folder, "recipes.js", environment={"SHOP": shop.url}).splitlines()
    assert re.fullmatch(r"\d\d products", lines[0])
    assert lines[1:3] == ["attempt 1: 1 in the cart", "attempt 2: 1 in the cart"]
    assert lines[3:] == [f'the cart: {{"data":{{"cart":{{"totalQuantity":{count}}}}}}}' for count in (1, 2)]
