"""The door's README: every operation in it is answered in full by a shop like the demo, in the order they stand."""

import json
import os
import re
import subprocess
from typing import Any

import httpx
from tests.support.browser_shop import Served
from tests.support.sources import ROOT

from vetrina.demo.shop import CUSTOMER
from vetrina.flows.customers import enrol_customer
from vetrina.kernel.context import Context

TEXT = (ROOT / "storefront_api" / "README.md").read_text()
OPERATIONS: list[str] = re.findall(r"^```graphql\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PASSWORD = "una password di prova"
VARIANT = '{ products(first: 1, query: "available_for_sale:true") { nodes { variants(first: 1) { nodes { id } } } } }'


def named(operation: str) -> str:
    return operation.split()[1].partition("(")[0]


async def _enrol(ctx: Context) -> None:
    await enrol_customer(ctx, CUSTOMER, PASSWORD, first_name="Matteo", last_name="De Luca")


def test_every_operation_is_answered(shop: Served) -> None:
    def ask(query: str, **variables: Any) -> Any:
        sent = {"query": query, "variables": variables}
        answer = httpx.post(f"{shop.url}/api/2026-04/graphql.json", json=sent, timeout=30).json()
        assert "errors" not in answer, (query, answer["errors"])
        return answer["data"]

    shop.do(_enrol)
    variables: dict[str, Any] = {
        "variant": ask(VARIANT)["products"]["nodes"][0]["variants"]["nodes"][0]["id"],
        "email": CUSTOMER,
        "password": PASSWORD,
    }
    told: dict[str, Any] = {}
    for operation in OPERATIONS:
        name = named(operation)
        wanted = re.findall(r"\$(\w+):", operation)
        given = {**variables, "token": variables.get("access", "") if name == "Me" else "nobody's"}
        told[name] = ask(operation, **{key: given[key] for key in wanted})
        match name:
            case "Begin":
                variables["id"] = told[name]["cartCreate"]["cart"]["id"]
            case "SignIn":
                answer = told[name]["customerAccessTokenCreate"]
                assert answer["customerUserErrors"] == []
                variables["access"] = answer["customerAccessToken"]["accessToken"]
            case _:
                pass
    assert told["Context"]["localization"]["country"] == {"isoCode": "IT", "currency": {"isoCode": "EUR"}}
    assert told["Product"]["product"]["selectedOrFirstAvailableVariant"]["price"]["amount"]
    assert told["Search"]["search"]["totalCount"] and told["Search"]["search"]["productFilters"]
    assert told["Images"]["products"]["nodes"][0]["featuredImage"]["url"]
    assert told["Extra"]["product"]["metafield"]["value"] and told["Extra"]["metaobjects"]["nodes"]
    assert all(told["Content"].values()) and told["Content"]["urlRedirects"]["nodes"]
    assert told["Begin"]["cartCreate"]["userErrors"] == []
    assert told["Begin"]["cartCreate"]["cart"]["priceExplanation"]
    assert told["Delivery"]["cart"]["totalQuantity"] == 2
    assert told["Me"]["customer"]["email"] == CUSTOMER


def test_the_first_command_works(shop: Served) -> None:
    found = re.search(r"<!-- test: start -->\n```bash\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    done = subprocess.run(
        ["bash", "-euc", found[1]], env={**os.environ, "SHOP": shop.url}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["data"]["shop"]["name"]


def test_the_contents_name_every_section() -> None:
    contents = TEXT.partition("On this page:")[2].partition("\n\n")[0]
    sections = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    assert contents.count("](#") == len(sections)
