"""Forget a person: what goes at once, what the law keeps and until when, and the ledger of both.

Art. 17 of Regulation (EU) 2016/679 lets a person have his data erased, except what a law obliges to keep (17(3)(b)).
Orders are such: Art. 2220 of the Codice Civile keeps the books and what they rest on for ten years from the last
entry, Art. 39 of D.P.R. 633/1972 the invoices with the buyer's name and address. So of an order its amounts, its goods
and the address it was billed to stay until the tenth year after its own has ended; then that goes too. While an order
is under way its contact stays as well (Art. 6(1)(b)): without it nothing can be brought or refunded.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from vetrina.flows.auditing import audited
from vetrina.flows.tidying import forget_carts
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session, id_in, table_of
from vetrina.kernel.errors import BadInput
from vetrina.kernel.jobs import Job, put_off
from vetrina.kernel.messages import emit
from vetrina.shop.accounts import service as accounts
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.events import CustomerForgotten
from vetrina.shop.customers.models import Customer, CustomerAddress, CustomerConsent, CustomerLink, CustomerToken
from vetrina.shop.mail import service as mails
from vetrina.shop.metafields import service as metafields
from vetrina.shop.orders.models import Order, OrderLine, Return, ReturnLine
from vetrina.shop.payments.models import PaymentRequest
from vetrina.views.persons import FoundPerson, find_person, person_sheet
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState

BOOKS = 10
"""Years for which the books are kept, after the one an order was placed in."""
UNDER_WAY = timedelta(days=90)
"""After this an order counts as settled even if nobody has written down that its goods arrived."""
FORGET_ORDERS = "core.forget-orders"
ERASE = "erase-person"
"""The verb of the job in which a plugin forgets: <plugin>.erase-person."""
LAW = "amounts, goods and billing address of orders, for ten years (Art. 2220 c.c., Art. 39 D.P.R. 633/1972)"
CONTACT = "contact and delivery address of orders under way (Art. 6(1)(b) GDPR)"
ORDERING = "carts that are being ordered now"
_DONE_WITH = (FulfilmentStatus.FULFILLED, FulfilmentStatus.RESTOCKED)
_PAID_OFF = (
    FinancialStatus.PAID, FinancialStatus.PARTIALLY_REFUNDED, FinancialStatus.REFUNDED, FinancialStatus.VOIDED,
)  # fmt: skip


def subject_of(ctx: Context, email: str) -> str:
    """What stands for a person where he must not be named: the same for the same address in this shop alone."""
    return ctx.shop.vault.sign("person", email.strip().lower())


async def person_found(ctx: Context, email: str) -> FoundPerson:
    """Where a person appears in the core. Needs customers.read. Raises BadInput for what is no address."""
    ctx.require("customers.read")
    return await find_person(ctx.db, _address(email))


async def export_core(ctx: Context, person: FoundPerson) -> dict[str, Any]:
    """All the core holds about a person; that it was asked for is in the audit trail. Needs customers.read."""
    ctx.require("customers.read")
    sheet = await person_sheet(ctx.db, person)
    async with ctx.tx() as session:
        await audited(ctx, session, "person.exported", f"person:{subject_of(ctx, person.email)}")
    return sheet


@once
async def begin_erasure(ctx: Context, email: str, confirmation: str, owners: Mapping[str, Sequence[str]]) -> int:
    """Forget a person in the core at once, and put off what plugins do; the erasure's id in the ledger.

    `owners` are the plugins that hold personal data with the names of what they hold; each forgets in a job of its
    own, tried until it succeeds. `confirmation` is the address once more. Raises BadInput. Needs customers.write.
    """
    ctx.require("customers.write")
    folded = _address(email)
    if confirmation.strip().lower() != folded:
        raise BadInput(
            field=("confirmation",),
            problem="Type the address once more: what is erased does not return.",
            reason="confirmation",
            wanted=folded,
        )
    async with ctx.tx() as session:
        person = await find_person(session, folded)
        erasure_id = await customers.begin_erasure(session, subject_of(ctx, folded), ctx.now(), ctx.actor.name)
        told = await _forget_in_core(ctx, session, person, erasure_id)
        sealed = ctx.shop.vault.seal("person-erasure", msgspec.json.encode(person).decode())
        for owner, names in owners.items():
            for name in names:
                await customers.put_part(session, erasure_id, owner, name)
            payload = {"erasure": erasure_id, "person": sealed}
            await put_off(session, f"{owner}.{ERASE}", str(erasure_id), payload, ctx.now())
        after = {"rows": told, "asked": sorted(owners)}
        await audited(ctx, session, "person.erased", f"person:{subject_of(ctx, folded)}", after=after)
        session.outcome = erasure_id
    return erasure_id


def erased_person(ctx: Context, payload: Mapping[str, Any]) -> tuple[int, FoundPerson]:
    """The erasure a plugin's job is about, and the person: named nowhere but here."""
    opened = ctx.shop.vault.open("person-erasure", payload["person"])
    return payload["erasure"], msgspec.json.decode(opened, type=FoundPerson)


async def erase_part(
    ctx: Context, erasure_id: int, part: tuple[str, str], kept: str, erase: Callable[[Session], Awaitable[int]]
) -> None:
    """Let a plugin, `part` being its name and what it holds, forget in one transaction with the ledger's entry.

    It writes its own tables alone, and not for longer than any plugin may. Raises what it raises.
    """
    owner, name = part
    async with ctx.tx() as session:
        ctx.db.lend(session, owner)
        count = await erase(session)
        ctx.db.lend(session, None)
        await customers.put_part(session, erasure_id, owner, name, rows=count, kept=kept, done_at=ctx.now())


async def erasure_failed(ctx: Context, erasure_id: int, part: tuple[str, str], error: str) -> None:
    """Write down what went wrong, in words that name nobody; the job tries again."""
    async with ctx.tx() as session:
        await customers.put_part(session, erasure_id, *part, error=error)


async def erasure_done(ctx: Context, erasure_id: int, owner: str) -> None:
    """A plugin has forgotten all it holds, which was not known by name while it was off."""
    async with ctx.tx() as session:
        await customers.settle_unnamed(session, erasure_id, owner, ctx.now())


async def forget_orders(ctx: Context, payload: Mapping[str, Any]) -> None:
    """The job: orders of people who were forgotten, when something of them may go that had to stay until now."""
    async with ctx.tx() as session:
        await _forget_orders(ctx, session, payload["orders"], payload["erasure"])


JOBS = (Job(name=FORGET_ORDERS, run=forget_orders),)


def kept_until(placed_at: datetime) -> datetime:
    """When the books no longer need an order."""
    return datetime(placed_at.year + BOOKS + 1, 1, 1, tzinfo=UTC)


def _address(email: str) -> str:
    folded = texts.line(email, field=("email",), required=True).lower()
    if "@" not in folded:
        raise BadInput(field=("email",), problem="The e-mail address is not valid.", reason="email")
    return folded


async def _forget_in_core(ctx: Context, session: Session, person: FoundPerson, erasure_id: int) -> dict[str, int]:
    for customer_id in person.customer_ids:
        params = {"customer": customer_id, "key": f"erased:{draw_key()}", "at": ctx.now()}
        await session.execute(_FORGET_CUSTOMER, params)
        await emit(session, CustomerForgotten(customer_id=customer_id), ctx.now())
    for statement in _FORGET_ROWS:
        await session.execute(statement, {"ids": list(person.customer_ids)})
    await accounts.forget_customers(session, person.customer_ids)
    await metafields.forget_owners(session, "Customer", list(person.customer_ids))
    letters = await mails.forget_recipients(session, [person.email])
    carts, ordering = await forget_carts(session, person.cart_ids)
    orders, kept = await _forget_orders(ctx, session, list(person.order_ids), erasure_id)
    counts = {"customers": len(person.customer_ids), "carts": carts, "orders": orders, "mails": letters}
    reasons = {"carts": ORDERING if ordering else "", "orders": kept}
    for name, rows in counts.items():
        kept_for = reasons.get(name, "")
        await customers.put_part(session, erasure_id, "core", name, rows=rows, kept=kept_for, done_at=ctx.now())
    return counts


async def _forget_orders(ctx: Context, session: Session, order_ids: Sequence[int], erasure_id: int) -> tuple[int, str]:
    """Take off orders what may go now, and come back for the rest; how many were touched, and what stays."""
    later: dict[datetime, list[int]] = {}
    count, kept = 0, dict[str, None]()
    for order in await session.rows(_Order, _ORDERS, {"ids": list(order_ids)}):
        if not order.is_settled(ctx.now()):
            later.setdefault(order.placed_at + UNDER_WAY, []).append(order.id)
            kept[CONTACT] = kept[LAW] = None
            continue
        is_free = ctx.now() >= kept_until(order.placed_at)
        billing = None if is_free else _billed_to(order.billing_address or order.shipping_address)
        await session.execute(_FORGET_ORDER, {"order": order.id, "billing": billing, "at": ctx.now()})
        await session.execute(_FORGET_LINES, {"order": order.id})
        for statement in (_FORGET_RETURNS, _FORGET_RETURN_LINES, _FORGET_REQUESTS):
            await session.execute(statement, {"order": order.id})
        count += 1
        if not is_free:
            later.setdefault(kept_until(order.placed_at), []).append(order.id)
            kept[LAW] = None
    for due_at, ids in later.items():
        key = f"{erasure_id}:{due_at.date()}"
        await put_off(session, FORGET_ORDERS, key, {"orders": ids, "erasure": erasure_id}, due_at)
    return count, "; ".join(kept)


def _billed_to(address: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What an invoice needs of an address: not the telephone."""
    return None if address is None else {name: value for name, value in address.items() if name != "phone"}


class _Order(msgspec.Struct, frozen=True):
    """What of an order decides how much of it must stay."""

    id: int
    placed_at: datetime
    state: str
    financial_status: str
    fulfilment_status: str
    shipping_address: dict[str, Any] | None
    billing_address: dict[str, Any] | None

    def is_settled(self, now: datetime) -> bool:
        if self.state == OrderState.CANCELLED or now >= self.placed_at + UNDER_WAY:
            return True
        return self.fulfilment_status in _DONE_WITH and self.financial_status in _PAID_OFF


_ORDERS = select(*(getattr(Order, name) for name in _Order.__struct_fields__)).where(
    id_in(Order.id, "ids")
).order_by(Order.id).with_for_update()  # fmt: skip
_FORGET_CUSTOMER = (
    update(Customer)
    .where(Customer.id == bindparam("customer"))
    .values(
        email=None,
        source_key=bindparam("key"),
        first_name=None,
        last_name=None,
        phone=None,
        language=None,
        password_hash=None,
        proven_at=None,
        accepts_marketing=False,
        tags=[],
        updated_at=bindparam("at"),
    )
)
_FORGET_ROWS = [
    delete(table_of(model)).where(id_in(model.customer_id, "ids"))
    for model in (CustomerAddress, CustomerToken, CustomerLink, CustomerConsent)
]
_FORGET_ORDER = (
    update(Order)
    .where(Order.id == bindparam("order"))
    .values(
        email=None,
        phone=None,
        shipping_address=None,
        billing_address=bindparam("billing", type_=table_of(Order).c.billing_address.type),
        note="",
        attributes=[],
        updated_at=bindparam("at"),
    )
)
_FORGET_RETURNS = update(Return).where(Return.order_id == bindparam("order")).values(note="", answer="")
_FORGET_RETURN_LINES = (
    update(ReturnLine)
    .where(ReturnLine.return_id.in_(select(Return.id).where(Return.order_id == bindparam("order"))))
    .values(note="")
)
_FORGET_REQUESTS = update(PaymentRequest).where(PaymentRequest.order_id == bindparam("order")).values(note="")
_FORGET_LINES = update(OrderLine).where(OrderLine.order_id == bindparam("order")).values(attributes=[])
