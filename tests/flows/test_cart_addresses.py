"""A cart keeps several delivery addresses, goes to one, and refuses what no address may hold."""

import msgspec
import pytest
from tests.support.carts import ROME, opened, stored, told, warned

from vetrina.flows.cart.addresses import (
    AddressChange,
    AddressInput,
    add_addresses,
    remove_addresses,
    replace_addresses,
    update_addresses,
)
from vetrina.flows.cart.identity import Identity
from vetrina.kernel.context import Context
from vetrina.shop.cart.rules import MOST_ADDRESSES
from vetrina.views.carts import CartAddressRow, cart_addresses
from vetrina.vocabulary import Address

MILAN = Address(last_name="Rossi", address1="Corso Como 1", city="Milano", zip="20154", country="IT")
TURIN = Address(last_name="Rossi", address1="Via Po 1", city="Torino", zip="10123", country="IT")


async def kept(ctx: Context, key: str) -> list[CartAddressRow]:
    return await cart_addresses(ctx.db, [(await stored(ctx, key)).id])


async def selected(ctx: Context, key: str) -> list[str]:
    return [row.address["city"] for row in await kept(ctx, key) if row.is_selected]


def given(*addresses: Address, is_selected: bool | None = None) -> list[AddressInput]:
    return [AddressInput(address=address, is_selected=is_selected) for address in addresses]


async def test_the_first_address_is_selected_and_later_ones_only_when_they_say_so(ctx: Context) -> None:
    key = await opened(ctx)
    await add_addresses(ctx, key, given(ROME, MILAN))
    assert await selected(ctx, key) == ["Roma"]
    await add_addresses(ctx, key, given(TURIN, is_selected=True))
    assert await selected(ctx, key) == ["Torino"]
    assert [row.address["city"] for row in await kept(ctx, key)] == ["Roma", "Milano", "Torino"]


async def test_an_address_that_refuses_is_not_selected(ctx: Context) -> None:
    key = await opened(ctx)
    await add_addresses(ctx, key, given(ROME, is_selected=False))
    assert await selected(ctx, key) == []


async def test_only_one_can_ask_to_be_selected(ctx: Context) -> None:
    key = await opened(ctx)
    outcome = await add_addresses(ctx, key, given(ROME, MILAN, is_selected=True))
    assert told(outcome) == [("ONLY_ONE_DELIVERY_ADDRESS_CAN_BE_SELECTED", "addresses")]
    assert await kept(ctx, key) == []


async def test_the_same_address_again_is_a_warning_and_may_be_selected(ctx: Context) -> None:
    key = await opened(ctx)
    await add_addresses(ctx, key, given(ROME, MILAN))
    before = await stored(ctx, key)
    outcome = await add_addresses(ctx, key, given(msgspec.structs.replace(MILAN, city=" Milano ")))
    assert warned(outcome) == ["DUPLICATE_DELIVERY_ADDRESS"]
    assert outcome.warnings[0].target_id == (await kept(ctx, key))[1].id
    assert (await stored(ctx, key)).version == before.version
    await add_addresses(ctx, key, given(MILAN, is_selected=True))
    assert await selected(ctx, key) == ["Milano"]
    assert len(await kept(ctx, key)) == 2


async def test_an_address_without_a_country_is_in_the_carts(ctx: Context) -> None:
    key = await opened(ctx, identity=Identity(country="GB"))
    await add_addresses(ctx, key, given(Address(city="London")))
    assert (await kept(ctx, key))[0].address == {"city": "London", "country": "GB"}


async def test_strictly_all_that_delivering_needs_is_asked_for(ctx: Context) -> None:
    key = await opened(ctx)
    wrong = Address(address1="Main St 1", city="New York", zip="1", province="XX", country="US")
    strict = AddressInput(address=wrong, is_strict=True)
    at = "addresses.0.address.delivery_address"
    assert told(await add_addresses(ctx, key, [strict])) == [
        ("ADDRESS_FIELD_IS_REQUIRED", f"{at}.last_name"),
        ("INVALID_ZIP_CODE_FOR_COUNTRY", f"{at}.zip"),
        ("PROVINCE_NOT_FOUND", f"{at}.province_code"),
    ]
    assert (await add_addresses(ctx, key, given(wrong))).errors == ()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("company", "<script>", "ADDRESS_FIELD_CONTAINS_HTML_TAGS"), ("city", "x" * 256, "ADDRESS_FIELD_IS_TOO_LONG"),
        ("address1", "http://x.it", "ADDRESS_FIELD_CONTAINS_URL"), ("city", "Roma ❤️", "ADDRESS_FIELD_CONTAINS_EMOJIS"),
        ("phone", "never", "ADDRESS_FIELD_DOES_NOT_MATCH_EXPECTED_PATTERN"),
        ("city", "\0", "ADDRESS_FIELD_DOES_NOT_MATCH_EXPECTED_PATTERN"),
    ],
)  # fmt: skip
async def test_what_no_address_may_hold_is_refused(ctx: Context, field: str, value: str, code: str) -> None:
    key = await opened(ctx)
    outcome = await add_addresses(ctx, key, given(ROME, msgspec.structs.replace(ROME, **{field: value})))
    assert told(outcome) == [(code, f"addresses.1.address.delivery_address.{field}")]
    assert await kept(ctx, key) == []


async def test_addresses_of_accounts_cannot_be_copied_yet(ctx: Context) -> None:
    key = await opened(ctx)
    outcome = await add_addresses(ctx, key, [AddressInput(address=None)])
    assert (told(outcome), outcome.errors[0].reason) == ([("INVALID", "addresses.0.address")], "ADDRESS_NOT_FOUND")


async def test_a_cart_keeps_so_many_addresses(ctx: Context) -> None:
    key = await opened(ctx)
    many = [msgspec.structs.replace(ROME, address1=f"Via Roma {n}") for n in range(MOST_ADDRESSES)]
    assert (await add_addresses(ctx, key, given(*many))).errors == ()
    assert told(await add_addresses(ctx, key, given(MILAN))) == [("TOO_MANY_DELIVERY_ADDRESSES", "addresses")]


async def test_an_address_is_changed_and_the_selection_moves(ctx: Context) -> None:
    key = await opened(ctx)
    await add_addresses(ctx, key, given(ROME, MILAN))
    rome, milan = await kept(ctx, key)
    outcome = await update_addresses(
        ctx,
        key,
        [AddressChange(id=rome.id, is_one_time=True), AddressChange(id=milan.id, address=TURIN, is_selected=True)],
    )
    assert outcome.errors == ()
    after = [(row.address["city"], row.is_selected, row.is_one_time) for row in await kept(ctx, key)]
    assert after == [("Roma", False, True), ("Torino", True, False)]


async def test_a_change_of_nothing_keeps_version_and_selection(ctx: Context) -> None:
    key = await opened(ctx)
    await add_addresses(ctx, key, given(ROME))
    [rome] = await kept(ctx, key)
    before = await stored(ctx, key)
    await update_addresses(ctx, key, [AddressChange(id=rome.id, is_selected=True)])
    assert (await stored(ctx, key)).version == before.version
    await update_addresses(ctx, key, [AddressChange(id=rome.id, is_one_time=True)])
    assert await selected(ctx, key) == ["Roma"]
    await update_addresses(ctx, key, [AddressChange(id=rome.id, is_selected=False)])
    assert await selected(ctx, key) == []


async def test_addresses_of_other_carts_cannot_be_touched(ctx: Context) -> None:
    mine, other = await opened(ctx), await opened(ctx)
    await add_addresses(ctx, other, given(ROME))
    [rome] = await kept(ctx, other)
    changed = await update_addresses(ctx, mine, [AddressChange(id=rome.id, address=MILAN)])
    assert told(changed) == [("INVALID_DELIVERY_ADDRESS_ID", "addresses.0.id")]
    assert told(await remove_addresses(ctx, mine, [rome.id])) == [("INVALID_DELIVERY_ADDRESS_ID", "address_ids.0")]
    assert await kept(ctx, other) == [rome]


async def test_addresses_are_replaced_and_removed(ctx: Context) -> None:
    key = await opened(ctx)
    await add_addresses(ctx, key, given(ROME, MILAN))
    await replace_addresses(ctx, key, given(TURIN))
    assert [row.address["city"] for row in await kept(ctx, key)] == await selected(ctx, key) == ["Torino"]
    wrong = await replace_addresses(ctx, key, given(msgspec.structs.replace(ROME, city="<i>")))
    assert [code for code, _ in told(wrong)] == ["ADDRESS_FIELD_CONTAINS_HTML_TAGS"]
    assert await selected(ctx, key) == ["Torino"]
    await remove_addresses(ctx, key, [(await kept(ctx, key))[0].id])
    assert await kept(ctx, key) == []
