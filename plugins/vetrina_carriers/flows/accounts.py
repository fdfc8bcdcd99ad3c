"""Keeping accounts at carriers: register, change, try, switch off; and opening one to speak with its carrier."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import NotOurs
from vetrina.kernel.errors import BadInput, NotFound, Unavailable
from vetrina.plugin import Say
from vetrina.ports import CarrierRefused, Parcel
from vetrina_carriers.kinds import KINDS, Offered
from vetrina_carriers.lines import Account, line_of
from vetrina_carriers.models import CarriersAccount
from vetrina_carriers.views import MOST_ACCOUNTS, AccountRow, account_by_id, sealed_credentials

ACCOUNTS = "carriers.accounts"
PURPOSE = "carriers.credentials"
MOST_SERVICES = 20


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it is written down. An empty secret stays what it was."""

    name: str
    number: str
    secrets: Mapping[str, str]
    is_live: bool = False
    currency: str = "EUR"
    location_id: int | None = None
    parcel: Parcel = Parcel(weight=1_000)
    services: Sequence[Offered] = ()
    label_format: str = "pdf"

    def __repr__(self) -> str:
        return f"Sheet(name={self.name!r})"


@once
async def create_account(ctx: Context, carrier: str, sheet: Sheet) -> int:
    """Register an account; its id. Needs carriers.accounts. Raises BadInput, NotFound for an unknown carrier."""
    ctx.require(ACCOUNTS)
    values = _checked(carrier, sheet, {})
    async with ctx.tx() as session:
        if await session.value(_COUNT) >= MOST_ACCOUNTS:
            raise BadInput(
                field=("name",),
                problem=Say(
                    f"A shop has {MOST_ACCOUNTS} accounts at most.",
                    it=f"Un negozio ha al massimo {MOST_ACCOUNTS} contratti.",
                ),
                reason="many",
            )
        sealed = ctx.shop.vault.seal(PURPOSE, _written(sheet.secrets))
        account_id = await session.insert(
            CarriersAccount, carrier=carrier, sealed=sealed, is_active=True, created_at=ctx.now(), tried_at=None,
            trouble=None, **values,
        )  # fmt: skip
        after = {"carrier": carrier, "name": sheet.name, "is_live": sheet.is_live}
        await audited(ctx, session, "carriers_account.created", f"carriers_account:{account_id}", after=after)
        session.outcome = account_id
    return account_id


@once
async def change_account(ctx: Context, account_id: int, sheet: Sheet) -> None:
    """Write an account anew. Another number, or the other environment, wants its secrets typed again: they are told
    to somebody else then. Needs carriers.accounts. Raises BadInput, NotFound.
    """
    ctx.require(ACCOUNTS)
    async with ctx.tx() as session:
        row = await account_by_id(session, account_id)
        sealed = await sealed_credentials(session, account_id)
        if row is None or sealed is None:
            raise NotFound(what="The account", field=("id",))
        is_same = (row.number, row.is_live) == (sheet.number.strip(), sheet.is_live)
        known = _read(ctx, sealed) if is_same else {}
        values = _checked(row.carrier, sheet, known)
        written = _written({**known, **{name: value for name, value in sheet.secrets.items() if value}})
        resealed = ctx.shop.vault.seal(PURPOSE, written)
        await session.execute(_CHANGE, {"account": account_id, "sealed_": resealed, **_renamed(values)})
        after = {"name": sheet.name, "is_live": sheet.is_live, "services": [each.code for each in sheet.services]}
        await audited(ctx, session, "carriers_account.changed", f"carriers_account:{account_id}",
                      before={"name": row.name, "is_live": row.is_live}, after=after)  # fmt: skip


@once
async def switch_account(ctx: Context, account_id: int, is_active: bool) -> None:
    """Use an account, or no longer; what was bought with it is still followed. Needs carriers.accounts."""
    ctx.require(ACCOUNTS)
    async with ctx.tx() as session:
        if not await session.execute(_SWITCH, {"account": account_id, "is_": is_active}):
            raise NotFound(what="The account", field=("id",))
        verb = "on" if is_active else "off"
        await audited(ctx, session, f"carriers_account.switched-{verb}", f"carriers_account:{account_id}")


async def try_account(ctx: Context, account_id: int) -> str | None:
    """Ask the carrier whether the account is good, and remember it; what is wrong, or None. Needs carriers.accounts."""
    ctx.require(ACCOUNTS)
    account = await open_account(ctx, account_id)
    trouble: str | None = None
    try:
        await line_of(account).attempt(ctx)
    except CarrierRefused as refused:
        trouble = str(refused.facts["problem"])[:300]
    except Unavailable as silence:
        trouble = str(silence)[:300] or "no answer"
    async with ctx.tx() as session:
        await session.execute(_TRIED, {"account": account_id, "at_": ctx.now(), "trouble_": trouble})
    return trouble


async def open_account(ctx: Context, account_id: int) -> Account:
    """An account with its secrets, to speak with its carrier. Raises NotFound, CarrierRefused where its seal is not
    the shop's any more.
    """
    row = await account_by_id(ctx.db, account_id)
    sealed = await sealed_credentials(ctx.db, account_id)
    if row is None or sealed is None:
        raise NotFound(what="The account", field=("account_id",))
    return opened(ctx, row, sealed)


def opened(ctx: Context, row: AccountRow, sealed: str) -> Account:
    """The same, from what was read already. Raises CarrierRefused."""
    return Account(
        id=row.id, carrier=row.carrier, name=row.name, is_live=row.is_live, number=row.number,
        secrets=_read(ctx, sealed), currency=row.currency, location_id=row.location_id, parcel=row.usual,
        services=row.offered, label_format=row.label_format,
    )  # fmt: skip


def _read(ctx: Context, sealed: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(ctx.shop.vault.open(PURPOSE, sealed), type=dict[str, str])
    except NotOurs:
        said = "Its credentials were sealed under another VETRINA_SECRET_KEY: type them again."
        raise CarrierRefused("ACCOUNT", said) from None


def _written(secrets: Mapping[str, str]) -> str:
    return msgspec.json.encode(dict(secrets)).decode()


def _checked(carrier: str, sheet: Sheet, known: Mapping[str, str]) -> dict[str, Any]:
    """Its columns. Raises BadInput, NotFound."""
    kind = KINDS.get(carrier)
    if kind is None:
        raise NotFound(what="The carrier", field=("carrier",))
    for name, title in kind.secrets:
        given = sheet.secrets.get(name, "")
        if not given and not known.get(name):
            said = Say(f"{title.en} is missing; after another number or environment it is typed again.",
                       f"Manca: {title.it}. Cambiando numero o ambiente va scritto di nuovo.")  # fmt: skip
            raise BadInput(field=(name,), problem=said, reason="required")
        if len(given) > 4_000 or not given.isprintable():
            raise BadInput(field=(name,), problem=Say("This cannot be it.", "Non può essere."), reason="long")
    if not sheet.services or len(sheet.services) > MOST_SERVICES:
        said = Say("Offer between one service and twenty.", "Offri da uno a venti servizi.")
        raise BadInput(field=("services",), problem=said, reason="required")
    if not kind.quotes and not all(each.prices for each in sheet.services):
        said = Say(f"{kind.title} tells no prices: write those of your contract with each service.",
                   f"{kind.title} non comunica i prezzi: scrivi quelli del contratto per ogni servizio.")  # fmt: skip
        raise BadInput(field=("services",), problem=said, reason="required")
    currency = sheet.currency.strip().upper()
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise BadInput(field=("currency",), problem=Say("A currency is written as EUR.", "Una valuta si scrive EUR."))
    return {
        "name": texts.line(sheet.name, field=("name",), limit=80, required=True),
        "number": texts.line(sheet.number, field=("number",), limit=60, required=True),
        "is_live": sheet.is_live,
        "currency": currency,
        "location_id": sheet.location_id,
        "parcel": msgspec.to_builtins(sheet.parcel),
        "services": msgspec.to_builtins(list(sheet.services)),
        "label_format": sheet.label_format,
    }


def _renamed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name}_": value for name, value in values.items()}


_A = CarriersAccount
_THIS = _A.id == bindparam("account")
_COUNT = select(func.count()).select_from(_A)
_CHANGE = (
    update(_A)
    .where(_THIS)
    .values(
        sealed=bindparam("sealed_"), name=bindparam("name_"), number=bindparam("number_"),
        is_live=bindparam("is_live_"), currency=bindparam("currency_"), location_id=bindparam("location_id_"),
        parcel=bindparam("parcel_"), services=bindparam("services_"), label_format=bindparam("label_format_"),
    )
)  # fmt: skip
_SWITCH = update(_A).where(_THIS).values(is_active=bindparam("is_"))
_TRIED = update(_A).where(_THIS).values(tried_at=bindparam("at_"), trouble=bindparam("trouble_"))
