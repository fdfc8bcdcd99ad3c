"""The delivery addresses of a cart: several may be kept, one is where it goes."""

from collections.abc import Iterable, Sequence

import msgspec

from vetrina.flows.cart.changes import (
    CartCaution,
    CartOutcome,
    CartProblem,
    CartRefused,
    Edit,
    change_cart,
    refusable,
)
from vetrina.flows.cart.fitting import check_count
from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads
from vetrina.shop.cart import service as carts
from vetrina.shop.cart.rules import MOST_ADDRESSES
from vetrina.shop.delivery.rules import AddressFault, address_faults, tidied
from vetrina.views.carts import CartAddressRow, address_of, cart_addresses
from vetrina.views.customers import addresses_of_customers
from vetrina.vocabulary import Address

Path = tuple[str, ...]

CODES = {
    "required": "ADDRESS_FIELD_IS_REQUIRED",
    "too_long": "ADDRESS_FIELD_IS_TOO_LONG",
    "html": "ADDRESS_FIELD_CONTAINS_HTML_TAGS",
    "url": "ADDRESS_FIELD_CONTAINS_URL",
    "emoji": "ADDRESS_FIELD_CONTAINS_EMOJIS",
    "pattern": "ADDRESS_FIELD_DOES_NOT_MATCH_EXPECTED_PATTERN",
    "zip": "INVALID_ZIP_CODE_FOR_COUNTRY",
    "province": "PROVINCE_NOT_FOUND",
}
"""A fault of an address in the words of CartErrorCode."""


class AddressInput(msgspec.Struct, frozen=True, kw_only=True):
    """An address to deliver to. Without a country it is in the cart's; without a word on being selected, the first is.

    `is_strict` asks for all that delivering needs, not only for what no address may hold. Without an address it is the
    one that the cart's customer keeps under `kept_id`, where he asks himself.
    """

    address: Address | None
    kept_id: int | None = None
    is_selected: bool | None = None
    is_one_time: bool = False
    is_strict: bool = False


class AddressChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of an address; None leaves as it is. An address is replaced as a whole."""

    id: int
    address: Address | None = None
    is_selected: bool | None = None
    is_one_time: bool | None = None
    is_strict: bool = False


class NewAddress(msgspec.Struct, frozen=True):
    """A checked address."""

    address: Address
    is_selected: bool | None
    is_one_time: bool


@refusable
async def add_addresses(ctx: Context, key: str, addresses: Sequence[AddressInput]) -> CartOutcome:
    """Add delivery addresses. One that the cart has already is not added again, and warned of."""

    async def change(edit: Edit) -> None:
        found = await with_kept(edit.session, _asking(ctx, edit.cart.customer_id, addresses), addresses)
        new = checked_addresses(found, edit.cart.country, ("addresses",))
        await _add(edit, await cart_addresses(edit.session, [edit.cart.id]), new)

    return await change_cart(ctx, key, change)


@refusable
async def replace_addresses(ctx: Context, key: str, addresses: Sequence[AddressInput]) -> CartOutcome:
    """Put these delivery addresses in the place of all others."""

    async def change(edit: Edit) -> None:
        found = await with_kept(edit.session, _asking(ctx, edit.cart.customer_id, addresses), addresses)
        new = checked_addresses(found, edit.cart.country, ("addresses",))
        before = await cart_addresses(edit.session, [edit.cart.id])
        if before:
            edit.touch()
            await carts.drop_addresses(edit.session, [row.id for row in before])
        await _add(edit, [], new)

    return await change_cart(ctx, key, change)


@refusable
async def update_addresses(ctx: Context, key: str, changes: Sequence[AddressChange]) -> CartOutcome:
    """Change delivery addresses of the cart; selecting one takes the selection from the others."""

    async def change(edit: Edit) -> None:
        check_count(changes, ("addresses",))
        rows = {row.id: row for row in await cart_addresses(edit.session, [edit.cart.id])}
        _check_known([entry.id for entry in changes], rows, ("addresses",), "id")
        _check_one_selected([entry.is_selected for entry in changes], ("addresses",))
        selected = next((entry.id for entry in changes if entry.is_selected), None)
        after = [_changed(edit, rows[entry.id], entry, index, selected) for index, entry in enumerate(changes)]
        changed = [row for row in after if row != rows[row.id]]
        if not changed:
            return
        edit.touch()
        if selected is not None:
            await carts.unselect_addresses(edit.session, edit.cart.id)
        for row in changed:
            await _store(edit, row)

    return await change_cart(ctx, key, change)


@refusable
async def remove_addresses(ctx: Context, key: str, address_ids: Sequence[int]) -> CartOutcome:
    """Forget delivery addresses; when the selected one goes, none is selected."""

    async def change(edit: Edit) -> None:
        check_count(address_ids, ("address_ids",))
        rows = {row.id: row for row in await cart_addresses(edit.session, [edit.cart.id])}
        _check_known(address_ids, rows, ("address_ids",))
        if address_ids:
            edit.touch()
            await carts.drop_addresses(edit.session, address_ids)

    return await change_cart(ctx, key, change)


async def with_kept(reads: Reads, customer_id: int | None, addresses: Sequence[AddressInput]) -> list[AddressInput]:
    """The same with the addresses that are meant by what a customer keeps who asks himself; others are not found."""
    if customer_id is None or all(entry.kept_id is None for entry in addresses):
        return list(addresses)
    kept = {row.id: row for row in (await addresses_of_customers(reads, [customer_id])).get(customer_id, [])}
    return [
        msgspec.structs.replace(entry, address=address_of(kept[entry.kept_id].address))
        if entry.address is None and entry.kept_id in kept
        else entry
        for entry in addresses
    ]


def checked_addresses(addresses: Sequence[AddressInput], country: str, field: Path) -> list[NewAddress]:
    """Addresses as they will be stored. Raises CartRefused with every fault of all of them."""
    check_count(addresses, field)
    _check_one_selected([entry.is_selected for entry in addresses], field)
    problems, checked = list[CartProblem](), list[NewAddress]()
    for index, entry in enumerate(addresses):
        at = (*field, str(index), "address")
        if entry.address is None:
            problems.append(_no_customer_address(at))
            continue
        address = _at_home(tidied(entry.address), country)
        problems.extend(address_problems(address, (*at, "delivery_address"), is_strict=entry.is_strict))
        checked.append(NewAddress(address, entry.is_selected, entry.is_one_time))
    if problems:
        raise CartRefused(*problems)
    if len(checked) > MOST_ADDRESSES:
        raise CartRefused(_too_many(field))
    return checked


def chosen(addresses: Sequence[NewAddress], *, has_selected: bool) -> list[tuple[Address, bool, bool]]:
    """Which of new addresses is selected: the one that says so, else the first that does not refuse, if none is."""
    wanted = next((index for index, entry in enumerate(addresses) if entry.is_selected), None)
    if wanted is None and not has_selected:
        wanted = next((index for index, entry in enumerate(addresses) if entry.is_selected is None), None)
    return [(entry.address, index == wanted, entry.is_one_time) for index, entry in enumerate(addresses)]


def address_problems(address: Address, field: Path, *, is_strict: bool) -> Iterable[CartProblem]:
    """The faults of an address as problems of the input it came from."""
    for fault in address_faults(address, is_strict=is_strict):
        yield CartProblem(code=CODES[fault.kind], message=fault.message, field=(*field, _wire_field(fault)))


def _asking(ctx: Context, customer_id: int | None, addresses: Sequence[AddressInput]) -> int | None:
    """The cart's customer where it is he who asks. Raises CartRefused where somebody else wants what he keeps.

    Whoever knows a cart's key opens the cart with it, and not its customer's account.
    """
    if customer_id is None or (ctx.actor.kind == "buyer" and ctx.actor.id == customer_id):
        return customer_id
    message = "Only the cart's customer may use an address he keeps; ask with his access token."
    problems = [
        CartProblem(
            code="MISSING_CUSTOMER_ACCESS_TOKEN",
            message=message,
            field=("addresses", str(index), "address", "copy_from_customer_address_id"),
        )
        for index, entry in enumerate(addresses)
        if entry.address is None and entry.kept_id is not None
    ]
    if problems:
        raise CartRefused(*problems)
    return None


async def _add(edit: Edit, before: Sequence[CartAddressRow], new: Sequence[NewAddress]) -> None:
    known = {address_of(row.address): row for row in before}
    twins = {entry.address: known[entry.address] for entry in new if entry.address in known}
    edit.warnings.extend(_duplicate(twin) for twin in twins.values())
    fresh = [entry for entry in new if entry.address not in known]
    if len(before) + len(fresh) > MOST_ADDRESSES:
        raise CartRefused(_too_many(("addresses",)))
    reselected = next((twins[entry.address] for entry in new if entry.is_selected and entry.address in twins), None)
    if reselected is not None and reselected.is_selected:
        reselected = None
    rows = chosen(fresh, has_selected=reselected is not None or any(row.is_selected for row in before))
    if not rows and reselected is None:
        return
    edit.touch()
    if reselected is not None or any(is_selected for _, is_selected, _ in rows):
        await carts.unselect_addresses(edit.session, edit.cart.id)
    if reselected is not None:
        await _store(edit, msgspec.structs.replace(reselected, is_selected=True))
    await carts.add_addresses(edit.session, edit.cart.id, rows)


async def _store(edit: Edit, row: CartAddressRow) -> None:
    address = address_of(row.address)
    await carts.change_address(
        edit.session, row.id, address=address, is_selected=row.is_selected, is_one_time=row.is_one_time
    )


def _changed(edit: Edit, row: CartAddressRow, entry: AddressChange, index: int, selected: int | None) -> CartAddressRow:
    address = row.address
    if entry.address is not None:
        new = _at_home(tidied(entry.address), edit.cart.country)
        at = ("addresses", str(index), "address", "delivery_address")
        problems = tuple(address_problems(new, at, is_strict=entry.is_strict))
        if problems:
            raise CartRefused(*problems)
        address = carts.plain_address(new)
    return msgspec.structs.replace(
        row,
        address=address,
        is_selected=row.id == selected if selected is not None else row.is_selected and entry.is_selected is not False,
        is_one_time=row.is_one_time if entry.is_one_time is None else entry.is_one_time,
    )


def _at_home(address: Address, country: str) -> Address:
    return address if address.country else msgspec.structs.replace(address, country=country)


def _check_known(ids: Sequence[int], rows: dict[int, CartAddressRow], field: Path, *rest: str) -> None:
    problems = [
        CartProblem(
            code="INVALID_DELIVERY_ADDRESS_ID",
            message="The specified delivery address is not in this cart.",
            field=(*field, str(index), *rest),
        )
        for index, key in enumerate(ids)
        if key not in rows
    ]
    if problems:
        raise CartRefused(*problems)


def _check_one_selected(flags: Sequence[bool | None], field: Path) -> None:
    if sum(flag is True for flag in flags) > 1:
        message = "Only one delivery address can be selected."
        raise CartRefused(CartProblem(code="ONLY_ONE_DELIVERY_ADDRESS_CAN_BE_SELECTED", message=message, field=field))


def _too_many(field: Path) -> CartProblem:
    message = f"A cart can have {MOST_ADDRESSES} delivery addresses."
    return CartProblem(code="TOO_MANY_DELIVERY_ADDRESSES", message=message, field=field)


def _no_customer_address(field: Path) -> CartProblem:
    message = "An address is needed, or one that the customer keeps who is signed in and whose cart it is."
    return CartProblem(code="INVALID", message=message, field=field, reason="ADDRESS_NOT_FOUND")


def _duplicate(row: CartAddressRow) -> CartCaution:
    return CartCaution(
        code="DUPLICATE_DELIVERY_ADDRESS",
        message="The cart has this delivery address already.",
        target="CartSelectableAddress",
        target_id=row.id,
    )


def _wire_field(fault: AddressFault) -> str:
    """The contract calls two of our fields by their codes."""
    return {"country": "country_code", "province": "province_code"}.get(fault.field, fault.field)
