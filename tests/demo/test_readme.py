"""What the README says to a newcomer: `vetrina demo`, then buy something with curl and be paid for it."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from tests.support.server import ROOT, free_port

from vetrina.cli import main
from vetrina.cli.demo import MEMBER, PASSWORD
from vetrina.demo.front_ends import CLIENT
from vetrina.demo.shop import CUSTOMER, PLUGINS
from vetrina_promotions.demo import CARD, WELCOME

README = ROOT / "README.md"


class Demo:
    """A running `vetrina demo`: where it is, the folder it stands in, and everything it has printed."""

    def __init__(self, port: int, printed: Path) -> None:
        self.folder = printed.parent
        self.url = f"http://127.0.0.1:{port}"
        self._printed = printed

    @property
    def output(self) -> str:
        return self._printed.read_text()

    @property
    def token(self) -> str:
        found = re.search(r"vt_admin_[A-Za-z0-9_-]+", self.output)
        assert found is not None, self.output
        return found[0]

    def heard(self, event: str) -> list[int]:
        """The numbers of the orders for which the bell has rung."""
        lines = [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]
        return [line["order"] for line in lines if line.get("heard") == event]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Generator[Demo]:
    """The demo as `make demo` starts it, in an empty folder; without its past, of which nothing here speaks."""
    folder = tmp_path_factory.mktemp("newcomer")
    port = free_port()
    printed = folder / "printed"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "vetrina.cli", "demo", "--port", str(port), "--without-history"],
            cwd=folder,
            stdout=output,
            stderr=output,
            env={**os.environ, "VETRINA_LOG_FORMAT": "json", "COLUMNS": "200"},
        )
    running = Demo(port, printed)
    try:
        _wait(running, process)
        yield running
    finally:
        process.terminate()
        process.wait(20)


def block(name: str) -> str:
    """A script of the README, by the name in the comment above it."""
    found = re.search(rf"<!-- test: {name} -->\n```bash\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None, f"the README has no script named {name}"
    return found[1]


@pytest.mark.timeout(240)
def test_the_readmes_scripts_lead_from_nothing_to_a_paid_order(demo: Demo) -> None:
    script = "set -euo pipefail\n" + block("buy") + "\necho\n" + block("paid") + "\necho\n" + block("books")
    (demo.folder / ".venv").symlink_to(sys.prefix)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=demo.folder,
        env={**os.environ, "SHOP": demo.url, "ADMIN_TOKEN": demo.token},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    order, paid = (json.loads(line)["data"] for line in done.stdout.splitlines() if line.startswith("{"))
    name = order["orderByToken"]["name"]
    assert "ledgers, nothing wrong." in done.stdout
    number = int(name.removeprefix("#"))
    assert number > 1_000
    assert order["orderByToken"]["financialStatus"] == "PENDING"
    assert paid["orderMarkAsPaid"] == {"order": {"name": name, "financialStatus": "PAID"}, "userErrors": []}
    _wait_until(lambda: number in demo.heard("OrderPaid"))
    time.sleep(1.5)  # long enough for a second delivery, were there one
    assert demo.heard("OrderPlaced").count(number) == 1
    assert demo.heard("OrderPaid").count(number) == 1


@pytest.mark.timeout(60)
def test_what_the_readme_lets_people_try_is_there(demo: Demo) -> None:
    """Who signs in with what, as the demo prints it; codes and the front end, as they are written into the demo."""
    tries = README.read_text().partition("| try | with |")[2].partition("\n\n")[0]
    printed = demo.output
    assert all(word in tries and word in printed for word in (MEMBER, PASSWORD, CUSTOMER))
    assert all(f"`{word}`" in tries for word in (WELCOME, CARD, CLIENT))
    token = """mutation ($input: CustomerAccessTokenCreateInput!) {
      customerAccessTokenCreate(input: $input) { customerAccessToken { accessToken } } }"""
    variables = {"input": {"email": CUSTOMER, "password": PASSWORD}}
    answer = httpx.post(f"{demo.url}/graphql", json={"query": token, "variables": variables}, timeout=30).json()
    assert answer["data"]["customerAccessTokenCreate"]["customerAccessToken"]["accessToken"]


def test_the_readme_names_every_plugin_and_command() -> None:
    text = README.read_text()
    named = re.findall(r"^\| \[`(\w+)`\]", text, re.MULTILINE)
    ships = {path.parent.name.removeprefix("vetrina_") for path in (ROOT / "plugins").glob("*/plugin.toml")}
    assert set(named) == ships and len(named) == len(ships)
    off = re.search(r"all of them on but (.+?), which", text, re.DOTALL)
    assert off is not None
    assert ships - set(PLUGINS) == set(re.findall(r"`(\w+)`", off[1]))
    commands = re.findall(r"^\| `vetrina ([a-z ]+)", text, re.MULTILINE)
    assert len(commands) > 5
    for words in commands:
        done = CliRunner().invoke(main, [*words.split(), "--help"])
        assert done.exit_code == 0, (words, done.output)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("path", ["/", "/healthz", "/graphql", "/media/demo/taggiasca-oil.svg"])
def test_every_address_the_demo_names_answers(demo: Demo, path: str) -> None:
    answer = httpx.get(demo.url + path, headers={"accept": "text/html"}, timeout=30)
    assert answer.status_code == 200, answer.text


@pytest.mark.timeout(60)
def test_the_demo_speaks_two_languages_and_three_currencies(demo: Demo) -> None:
    document = """query ($c: CountryCode!, $l: LanguageCode!) @inContext(country: $c, language: $l) {
      products(first: 250) { nodes { title priceRange { minVariantPrice { currencyCode } } } }
    }"""
    seen: dict[tuple[str, str], Any] = {}
    for country, language in (("IT", "IT"), ("GB", "EN"), ("US", "EN")):
        variables = {"c": country, "l": language}
        answer = httpx.post(f"{demo.url}/graphql", json={"query": document, "variables": variables}, timeout=30)
        seen[country, language] = answer.json()["data"]["products"]["nodes"]
    assert all(len(nodes) >= 60 for nodes in seen.values())
    currencies = {nodes[0]["priceRange"]["minVariantPrice"]["currencyCode"] for nodes in seen.values()}
    assert currencies == {"EUR", "GBP", "USD"}
    assert seen["IT", "IT"][0]["title"] != seen["GB", "EN"][0]["title"]


def _wait(demo: Demo, process: "subprocess.Popen[bytes]") -> None:
    def answers() -> bool:
        assert process.poll() is None, demo.output
        try:
            return httpx.get(f"{demo.url}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    _wait_until(answers)


def _wait_until(is_so: Any, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.1)
