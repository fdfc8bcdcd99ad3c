"""What can be seen: accounts without their secrets, labels, parcels that are followed, papers for staff."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, or_, select, text

from vetrina.kernel.db import Reads, id_in
from vetrina.ports import Parcel
from vetrina_carriers.kinds import KINDS, Kind, Offered
from vetrina_carriers.models import CarriersAccount, CarriersLabel, CarriersManifest, CarriersPaper, CarriersWatch

MOST_ACCOUNTS = 50
ALIVE = ("waiting", "asking", "bought", "unsure")
"""States in which a parcel needs no other label."""


class AccountRow(msgspec.Struct, frozen=True):
    """An account as staff see it."""

    id: int
    carrier: str
    name: str
    is_live: bool
    is_active: bool
    number: str
    currency: str
    location_id: int | None
    parcel: dict[str, Any]
    services: list[Any]
    label_format: str
    created_at: datetime
    tried_at: datetime | None
    trouble: str | None

    @property
    def kind(self) -> Kind:
        return KINDS[self.carrier]

    @property
    def usual(self) -> Parcel:
        """What a parcel is that nobody has weighed."""
        return msgspec.convert(self.parcel, Parcel)

    @property
    def offered(self) -> tuple[Offered, ...]:
        return msgspec.convert(self.services, tuple[Offered, ...])

    def service(self, code: str) -> Offered | None:
        return next((each for each in self.offered if each.code == code), None)


class LabelRow(msgspec.Struct, frozen=True):
    """A label and where it stands. Amounts in minor units of `currency`, `insured` of the order's."""

    id: int
    key: str
    account_id: int
    carrier: str
    order_id: int | None
    fulfilment_id: int | None
    service: str
    state: str
    reference: str | None
    tracking_number: str
    tracking_url: str
    quoted: int | None
    amount: int | None
    currency: str | None
    insured: int | None
    why: str | None
    problem: str | None
    turn: int
    leased_until: datetime | None
    asked_at: datetime
    bought_at: datetime | None
    ended_at: datetime | None
    noted_at: datetime | None
    manifest_id: int | None


class PaperRow(msgspec.Struct, frozen=True):
    """What is printed, in base64."""

    label_id: int
    format: str
    content: str


class WatchRow(msgspec.Struct, frozen=True):
    """A parcel that is, or was, asked about."""

    fulfilment_id: int
    order_id: int
    carrier: str
    account_id: int
    tracking_number: str
    began_at: datetime
    next_at: datetime
    quiet: int
    heard_at: datetime | None
    expected_on: str | None
    trouble: str | None
    ended_at: datetime | None


async def accounts(db: Reads, *, only_active: bool = False) -> list[AccountRow]:
    """All there are: there are few. The first active one of a carrier is its usual one."""
    return await db.rows(AccountRow, _ACTIVE if only_active else _ACCOUNTS)


async def account_by_id(db: Reads, account_id: int) -> AccountRow | None:
    """One of them, or None."""
    return await db.one(AccountRow, _ACCOUNT, {"account": account_id})


async def usual_account(db: Reads, carrier: str) -> AccountRow | None:
    """The one that a carrier is asked by where nobody has chosen."""
    return next((row for row in await accounts(db, only_active=True) if row.carrier == carrier), None)


async def sealed_credentials(db: Reads, account_id: int) -> str | None:
    """What only the vault can read."""
    return await db.value(_SEALED, {"account": account_id})


async def label_by_id(db: Reads, label_id: int) -> LabelRow | None:
    """One label, or None."""
    return await db.one(LabelRow, _LABEL, {"label": label_id})


async def label_by_key(db: Reads, key: str) -> LabelRow | None:
    """The label of a wish, or None."""
    return await db.one(LabelRow, _BY_KEY, {"key_": key})


async def label_by_reference(db: Reads, carrier: str, reference: str) -> LabelRow | None:
    """The label of a shipment, the latest if its carrier used a reference twice."""
    return await db.one(LabelRow, _BY_REFERENCE, {"carrier_": carrier, "reference_": reference})


async def label_list(db: Reads, *, size: int, below: int | None = None, state: str | None = None) -> list[LabelRow]:
    """Labels, the latest first; of one state."""
    params: dict[str, Any] = {"below": 2**63 - 1 if below is None else below, "size": size}
    if state is None:
        return await db.rows(LabelRow, _LABELS, params)
    return await db.rows(LabelRow, _LABELS_IN, {**params, "state_": state})


async def labels_of_orders(db: Reads, order_ids: Sequence[int]) -> list[LabelRow]:
    """Every label of these orders, in the order they were asked for."""
    return await db.rows(LabelRow, _OF_ORDERS, {"orders": list(order_ids)})


async def labels_to_close(db: Reads, account_id: int) -> list[LabelRow]:
    """Bought with the account and on no list yet, at most 500."""
    return await db.rows(LabelRow, _TO_CLOSE, {"account": account_id})


async def labels_to_settle(db: Reads, now: datetime, before: datetime) -> list[int]:
    """Those that nobody is at work on: asked for before then, or taken by somebody who did not come back."""
    return [row[0] for row in await db.fetch(_TO_SETTLE, {"now": now, "before": before})]


async def labels_to_note(db: Reads) -> list[int]:
    """Bought, and their parcels do not know it yet."""
    return [row[0] for row in await db.fetch(_TO_NOTE)]


async def label_request(db: Reads, label_id: int) -> dict[str, Any] | None:
    """What the carrier was or is to be told; None once it is forgotten."""
    return await db.value(_REQUEST, {"label": label_id})


async def papers(db: Reads, label_ids: Sequence[int]) -> list[PaperRow]:
    """What is printed of these labels, in their order; what is forgotten is left out."""
    return await db.rows(PaperRow, _PAPERS, {"labels": list(label_ids)})


async def watches_due(db: Reads, carrier: str, now: datetime, most: int) -> list[WatchRow]:
    """Parcels of a carrier to be asked about, whoever has waited longest first."""
    return await db.rows(WatchRow, _WATCHES_DUE, {"carrier_": carrier, "now": now, "most": most})


async def watches_open(db: Reads, since: datetime, most: int = 1_000) -> list[WatchRow]:
    """Parcels that are still followed, or were until after `since`; the oldest first."""
    return await db.rows(WatchRow, _WATCHES_OPEN, {"since": since, "most": most})


async def watches_begun(db: Reads, start: datetime, end: datetime) -> list[WatchRow]:
    """Parcels that were followed from within a period on."""
    return await db.rows(WatchRow, _WATCHES_BEGUN, {"start": start, "end": end})


async def label_costs(db: Reads, start: datetime, end: datetime) -> list[tuple[str, str, int, int]]:
    """Carrier, currency, labels with a price and their sum, of those bought within a period and not given back."""
    return [(row[0], row[1], row[2], row[3]) for row in await db.fetch(_COSTS, {"start": start, "end": end})]


async def manifest_list(db: Reads, size: int = 20) -> list[tuple[int, str, int, str | None, datetime]]:
    """Days closed lately: id, account's name, labels, the carrier's reference, when."""
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await db.fetch(_MANIFESTS, {"size": size})]


_A = CarriersAccount
_ANY_ACCOUNT = select(*(getattr(_A, name) for name in AccountRow.__struct_fields__))
_ACCOUNTS = _ANY_ACCOUNT.order_by(_A.id).limit(MOST_ACCOUNTS)
_ACTIVE = _ANY_ACCOUNT.where(_A.is_active.is_(True)).order_by(_A.id).limit(MOST_ACCOUNTS)
_ACCOUNT = _ANY_ACCOUNT.where(_A.id == bindparam("account"))
_SEALED = select(_A.sealed).where(_A.id == bindparam("account"))
_L = CarriersLabel
_ANY_LABEL = select(*(getattr(_L, name) for name in LabelRow.__struct_fields__))
_LABEL = _ANY_LABEL.where(_L.id == bindparam("label"))
_BY_KEY = _ANY_LABEL.where(_L.key == bindparam("key_"))
_BY_REFERENCE = (
    _ANY_LABEL.where(_L.carrier == bindparam("carrier_"), _L.reference == bindparam("reference_"))
    .order_by(_L.id.desc())
    .limit(1)
)
_LABELS = _ANY_LABEL.where(_L.id < bindparam("below")).order_by(_L.id.desc()).limit(bindparam("size"))
_LABELS_IN = _LABELS.where(_L.state == bindparam("state_"))
_OF_ORDERS = _ANY_LABEL.where(id_in(_L.order_id, "orders")).order_by(_L.id)
_TO_CLOSE = (
    _ANY_LABEL.where(_L.account_id == bindparam("account"), _L.state == "bought", _L.manifest_id.is_(None))
    .order_by(_L.id)
    .limit(500)
)
_TO_SETTLE = (
    select(_L.id)
    .where(
        text("carriers_label.state IN ('waiting', 'asking')"),  # as the index says it, which is of these alone
        or_(
            (_L.state == "waiting")
            & (_L.asked_at <= bindparam("before"))
            & (_L.leased_until.is_(None) | (_L.leased_until <= bindparam("now"))),
            (_L.state == "asking") & (_L.leased_until <= bindparam("now")),
        ),
    )
    .order_by(_L.id)
    .limit(50)
)
_TO_NOTE = (
    select(_L.id)
    .where(text("carriers_label.state = 'bought'"), _L.noted_at.is_(None), _L.fulfilment_id.is_not(None))
    .order_by(_L.id)
    .limit(50)
)
_REQUEST = select(_L.request).where(_L.id == bindparam("label"))
_PAPERS = (
    select(CarriersPaper.label_id, CarriersPaper.format, CarriersPaper.content)
    .where(id_in(CarriersPaper.label_id, "labels"))
    .order_by(CarriersPaper.label_id)
)
_W = CarriersWatch
_ANY_WATCH = select(*(getattr(_W, name) for name in WatchRow.__struct_fields__))
_WATCHES_DUE = (
    _ANY_WATCH.where(_W.carrier == bindparam("carrier_"), _W.ended_at.is_(None), _W.next_at <= bindparam("now"))
    .order_by(_W.next_at, _W.fulfilment_id)
    .limit(bindparam("most"))
)
_WATCHES_OPEN = (
    _ANY_WATCH.where(or_(_W.ended_at.is_(None), _W.ended_at >= bindparam("since")))
    .order_by(_W.began_at, _W.fulfilment_id)
    .limit(bindparam("most"))
)
_WATCHES_BEGUN = (
    _ANY_WATCH.where(_W.began_at >= bindparam("start"), _W.began_at < bindparam("end"))
    .order_by(_W.fulfilment_id)
    .limit(20_000)
)
_COST = func.coalesce(_L.amount, _L.quoted)
"""What the carrier told with the label, else with its price."""
_COSTS = (
    select(_L.carrier, _L.currency, func.count(), func.sum(_COST))
    .where(
        _L.state == "bought",
        _COST.is_not(None),
        _L.currency.is_not(None),
        _L.bought_at >= bindparam("start"),
        _L.bought_at < bindparam("end"),
    )
    .group_by(_L.carrier, _L.currency)
    .order_by(_L.carrier, _L.currency)
)
_M = CarriersManifest
_MANIFESTS = (
    select(_M.id, _A.name, _M.count, _M.reference, _M.created_at)
    .join(_A, _A.id == _M.account_id)
    .order_by(_M.id.desc())
    .limit(bindparam("size"))
)
