"""Stock over HTTP: goods come in, are counted and moved; levels and the ledger say so."""

from typing import Any

import pytest
from tests.support import stock
from tests.support.asking import Admin

from vetrina.kernel.context import Context

LEVEL = "stockLevel { onHand reserved available backorderLimit location { name } variant { sku } }"


def gid(kind: str, key: int) -> str:
    return f"gid://vetrina/{kind}/{key}"


async def change(admin: Admin, mutation: str, selection: str, **given: Any) -> Any:
    """Call a mutation of stock; its payload."""
    kind = {"stockReceive": "Receive", "stockCorrect": "Correct", "stockMove": "Move"}.get(mutation, "Backorder")
    document = f"""mutation ($input: Stock{kind}Input!) {{ {mutation}(input: $input) {{
        {selection} userErrors {{ code field message }} }} }}"""
    return (await admin.ask(document, {"input": given}))[mutation]


@pytest.fixture
async def oil(ctx: Context) -> str:
    return gid("ProductVariant", await stock.variant(ctx))


@pytest.fixture
async def main(ctx: Context) -> str:
    return gid("Location", await stock.main_location(ctx))


async def test_goods_come_in_once_however_often_the_note_is_booked(admin: Admin, oil: str, main: str) -> None:
    for _ in range(2):
        payload = await change(
            admin, "stockReceive", LEVEL, variantId=oil, locationId=main, quantity=12, reference="DDT 7"
        )
        assert payload["userErrors"] == []
        assert payload["stockLevel"] == {
            "onHand": 12, "reserved": 0, "available": 12, "backorderLimit": 0, "location": {"name": "Main"},
            "variant": {"sku": "oil"},
        }  # fmt: skip
    found = await admin.ask(
        """query ($id: ID!) { stockMovements(variantId: $id) { nodes {
            kind onHand reserved reference actor location { name } } } }""",
        {"id": oil},
    )
    assert found["stockMovements"]["nodes"] == [
        {"kind": "received", "onHand": 12, "reserved": 0, "reference": "DDT 7", "actor": "token:1",
         "location": {"name": "Main"}}
    ]  # fmt: skip


async def test_a_count_a_move_and_a_backorder_limit_show_in_the_levels(
    admin: Admin, ctx: Context, oil: str, main: str
) -> None:
    second = gid("Location", await stock.location(ctx))
    await change(admin, "stockReceive", "", variantId=oil, locationId=main, quantity=12)
    payload = await change(admin, "stockCorrect", LEVEL, variantId=oil, locationId=main, onHand=10)
    assert payload["stockLevel"]["onHand"] == 10
    payload = await change(
        admin, "stockMove", "stockLevels { onHand location { name } }", variantId=oil, sourceId=main, targetId=second,
        quantity=4,
    )  # fmt: skip
    assert payload["stockLevels"] == [
        {"onHand": 6, "location": {"name": "Main"}}, {"onHand": 4, "location": {"name": "Second"}},
    ]  # fmt: skip
    payload = await change(admin, "stockSetBackorder", LEVEL, variantId=oil, locationId=main, limit=3)
    assert payload["stockLevel"]["backorderLimit"] == 3
    found = await admin.ask("query ($id: ID!) { variant(id: $id) { stockLevels { onHand } } }", {"id": oil})
    assert found["variant"]["stockLevels"] == [{"onHand": 6}, {"onHand": 4}]


WRONG: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"quantity": 0}, "BAD_USER_INPUT", ["input", "quantity"]),
    ({"quantity": -1}, "BAD_USER_INPUT", ["input", "quantity"]),
    ({"quantity": 10**9}, "BAD_USER_INPUT", ["input", "quantity"]),
    ({"variantId": "gid://vetrina/ProductVariant/999"}, "NOT_FOUND", ["input", "variantId"]),
    ({"variantId": "gid://vetrina/Product/1"}, "BAD_USER_INPUT", ["input", "variantId"]),
    ({"variantId": "gid://vetrina/ProductVariant/9223372036854775808"}, "BAD_USER_INPUT", ["input", "variantId"]),
    ({"locationId": "gid://vetrina/Location/999"}, "NOT_FOUND", ["input", "locationId"]),
    ({"reference": "x" * 121}, "BAD_USER_INPUT", ["input", "reference"]),
    ({"reference": "nul\0"}, "BAD_USER_INPUT", ["input", "reference"]),
]  # fmt: skip


async def test_a_wrong_receipt_names_its_field_and_changes_nothing(
    admin: Admin, ctx: Context, oil: str, main: str
) -> None:
    for given, code, field in WRONG:
        wrong: dict[str, Any] = {"variantId": oil, "locationId": main, "quantity": 1, **given}
        payload = await change(admin, "stockReceive", LEVEL, **wrong)
        assert payload["stockLevel"] is None
        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [(code, field)]
    assert await stock.shelves(ctx.db) == []


async def test_a_quantity_that_is_no_int_is_refused_before_anything_runs(admin: Admin, oil: str, main: str) -> None:
    document = "mutation ($input: StockReceiveInput!) { stockReceive(input: $input) { userErrors { code } } }"
    for quantity in (2**31, 2**53, 1.5, "12", True, None):
        given = {"variantId": oil, "locationId": main, "quantity": quantity}
        assert await admin.refused(document, {"input": given}) == ["BAD_USER_INPUT"], quantity


async def test_half_a_character_is_no_text(admin: Admin, ctx: Context, oil: str, main: str) -> None:
    document = "mutation ($input: StockReceiveInput!) { stockReceive(input: $input) { userErrors { code } } }"
    given = {"variantId": oil, "locationId": main, "quantity": 1, "reference": "\ud800"}
    assert await admin.refused(document, {"input": given}) == ["BAD_REQUEST"]
    assert await stock.shelves(ctx.db) == []


async def test_what_buyers_hold_cannot_be_counted_away(admin: Admin, ctx: Context, main: str) -> None:
    variant_id = await stock.stocked(ctx, 5, "salt")
    async with ctx.tx() as session:
        await stock.hold(session, ctx, "attempt:1", (variant_id, 3))
    salt = gid("ProductVariant", variant_id)
    payload = await change(admin, "stockCorrect", LEVEL, variantId=salt, locationId=main, onHand=2)
    (error,) = payload["userErrors"]
    assert (error["code"], error["message"][:1]) == ("STOCK_IS_HELD", "3")


async def test_lists_go_on_where_they_stopped(admin: Admin, ctx: Context) -> None:
    for quantity in (3, 1, 2):
        await stock.stocked(ctx, quantity, f"v{quantity}")
    for field, expected in (("stockLevels", ["v3", "v1", "v2"]), ("lowStock", ["v1", "v2", "v3"])):
        seen, cursor, has_next = list[str](), None, True
        while has_next:
            document = f"""query ($after: String) {{ {field}(first: 2, after: $after) {{
                nodes {{ available variant {{ sku }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
            page = (await admin.ask(document, {"after": cursor}))[field]
            seen += [row["variant"]["sku"] for row in page["nodes"]]
            cursor, has_next = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert seen == expected


CURSORS = ["x", "W10", "WyJhIiwiYiJd", "WzFd", "WzEsMl0ü", "WzEsOTIyMzM3MjAzNjg1NDc3NTgwOF0"]


async def test_a_cursor_we_did_not_write_and_a_page_too_large_are_refused(admin: Admin) -> None:
    for field in ("stockLevels", "lowStock"):
        document = f"query ($after: String) {{ {field}(after: $after) {{ nodes {{ available }} }} }}"
        for cursor in CURSORS:
            assert await admin.refused(document, {"after": cursor}) == ["BAD_USER_INPUT"], (field, cursor)
        for first in (0, -1, 251):
            wrong = f"{{ {field}(first: {first}) {{ nodes {{ available }} }} }}"
            assert await admin.refused(wrong) == ["BAD_USER_INPUT"], (field, first)
