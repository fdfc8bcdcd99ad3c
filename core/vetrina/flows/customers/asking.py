"""Ask for an account or for a new password: the same work and the same answer, whether the address is known or not.

What is known of the address is looked up afterwards, by a job, and told by mail to whoever reads what is sent there.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.customers.links import mail_link
from vetrina.flows.customers.problems import count, network, stop_at, subject
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.jobs import Job, put_off
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.models import Customer
from vetrina.shop.customers.rules import (
    MAILED_ADDRESS,
    MAILED_NETWORK,
    Fault,
    Purpose,
    email_fault,
    folded,
    name_faults,
    password_fault,
)
from vetrina.shop.delivery.rules import is_phone

ANSWER = "customers.answer"
SEALED_FOR = "customer-asking"
LONGEST_GREETED = 40


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asks for an account. The password is chosen again when the address is confirmed."""

    email: str
    password: str
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    accepts_marketing: bool = False

    def __repr__(self) -> str:
        return "NewCustomer()"


class _Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be answered by mail; sealed while it waits."""

    purpose: str
    email: str
    language: str
    wishes: dict[str, Any] = {}
    customer_id: int | None = None
    """Who wants another address."""


@once
async def sign_up(ctx: Context, new: NewCustomer) -> None:
    """Ask for an account: a mail follows, to confirm it with or to say that there is one. Raises CustomerRefused.

    Nothing is true before it is confirmed, the password included: whoever asks need not be who reads the mail, and
    would know it.
    """
    phone = (new.phone or "").strip() or None
    names = {"first_name": _tidy(new.first_name), "last_name": _tidy(new.last_name)}
    wrong_phone = Fault("phone", "invalid", "The phone number is not valid.") if phone and not is_phone(phone) else None
    email = folded(new.email)
    faults = [email_fault(email), password_fault(new.password), *name_faults(**names), wrong_phone]
    stop_at(faults, "input")
    wishes = {**names, "phone": phone, "accepts_marketing": new.accepts_marketing}
    question = _Question(purpose=Purpose.ACTIVATE.value, email=email, language=ctx.place.language, wishes=wishes)
    async with ctx.tx() as session:
        await _put(ctx, session, question)


@once
async def recover(ctx: Context, email: str) -> None:
    """Ask for a new password: a mail follows, if there is such an account. Raises CustomerRefused, TooManyTries."""
    address = folded(email)
    stop_at([email_fault(address)])
    question = _Question(purpose=Purpose.RESET.value, email=address, language=ctx.place.language)
    async with ctx.tx() as session:
        await _put(ctx, session, question)


async def ask_for_address(ctx: Context, session: Session, customer_id: int, email: str) -> None:
    """A customer wants another address: a mail follows there, to confirm it. Raises TooManyTries."""
    question = _Question(purpose=Purpose.EMAIL.value, email=email, language=ctx.place.language, customer_id=customer_id)
    await _put(ctx, session, question)


async def answer(ctx: Context, payload: Mapping[str, Any]) -> None:
    """The job: look up what is known of the address, and write the mail."""
    question = msgspec.json.decode(ctx.shop.vault.open(SEALED_FOR, payload["sealed"]), type=_Question)
    async with ctx.tx() as session:
        known = await session.one(_Known, _BY_EMAIL, {"email_": question.email})
        has_account = known is not None and known.has_account
        purpose, customer_id, template = Purpose(question.purpose), known.id if known else None, ""
        match purpose:
            case Purpose.ACTIVATE if has_account:
                purpose, template = Purpose.RESET, "customer_exists"
            case Purpose.ACTIVATE:
                template = "customer_activate"
                customer_id = await customers.ensure_customer(session, question.email, question.language, ctx.now())
            case Purpose.RESET if has_account:
                template = "customer_recover"
            case Purpose.EMAIL if not has_account:
                template, customer_id = "customer_email", question.customer_id
            case _:
                return  # nobody is told that nobody is here
        wishes = {"email": question.email} if purpose is Purpose.EMAIL else question.wishes
        if customer_id is not None:
            await mail_link(
                ctx,
                session,
                customer_id=customer_id,
                purpose=purpose,
                to=question.email,
                language=question.language,
                template=template,
                wishes=wishes if purpose is not Purpose.RESET else {},
                first_name=_greeted(str(question.wishes.get("first_name") or "")),
            )


JOBS = (Job(name=ANSWER, run=answer),)


async def _put(ctx: Context, session: Session, question: _Question) -> None:
    limits = {
        subject(ctx, f"mailed-{question.purpose}", question.email): MAILED_ADDRESS,
        network(ctx, "mailed-by"): MAILED_NETWORK,
    }
    await count(ctx, session, limits)
    sealed = ctx.shop.vault.seal(SEALED_FOR, msgspec.json.encode(question).decode())
    await put_off(session, ANSWER, draw_key(), {"sealed": sealed}, ctx.now())


def _greeted(name: str) -> str:
    """A name as a letter says it: short, and nothing that mail programs make a link of.

    Anybody can have a letter written to anybody, and must not be able to say anything in it.
    """
    return "" if len(name) > LONGEST_GREETED or set(name) & set("./:@\\") else name


def _tidy(name: str | None) -> str | None:
    return " ".join(name.split()) or None if name else None


class _Known(msgspec.Struct, frozen=True):
    id: int
    has_account: bool


_BY_EMAIL = select(Customer.id, Customer.proven_at.is_not(None).label("has_account")).where(
    Customer.email == bindparam("email_")
)
