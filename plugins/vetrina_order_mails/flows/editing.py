"""What the staff does: write words, take back the shipped ones, switch a mail, send a test to oneself."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete

from vetrina.flows.auditing import audited
from vetrina.flows.mail import Mail, Words, post
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session, table_of
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.plugin.words import LANGUAGES, Say
from vetrina.views.staff_members import staff_member
from vetrina_order_mails.composing import parts_of
from vetrina_order_mails.facts import OrderFacts, facts_of
from vetrina_order_mails.flows.telling import PREFIX, worded
from vetrina_order_mails.kinds import MAILS, Kind
from vetrina_order_mails.models import OrderMailsSilence, OrderMailsText
from vetrina_order_mails.parts import Happening
from vetrina_order_mails.rules import Wording, checked
from vetrina_order_mails.views import words_of

READ, WRITE, ORDERS = "order_mails.read", "order_mails.write", "orders.read"


class NobodyToWriteTo(Refusal):
    """A test goes to whoever asks for it, and a program has no address."""

    code = "NOBODY_TO_WRITE_TO"
    text = "A test goes to your own address: sign in as a person to send one."
    texts = {"it": "Una prova va al tuo indirizzo: accedi come persona per inviarne una."}


def kind_of(mail: str) -> Kind:
    """The mail of that name. Raises NotFound."""
    kind = MAILS.get(mail)
    if kind is None:
        raise NotFound(what="The mail")
    return kind


@once
async def write_words(ctx: Context, mail: str, language: str, wording: Wording) -> None:
    """Write a mail in a language from now on with these words.

    Needs order_mails.write. Raises NotFound, BadInput, UnknownPlace.
    """
    ctx.require(WRITE)
    told = checked(kind_of(mail).places, wording)
    _check_language(language)
    before = await words_of(ctx.db, mail, language)
    async with ctx.tx() as session:
        await session.execute(_FORGET, {"mail_": mail, "language_": language})
        words = msgspec.structs.asdict(told)
        await session.insert(OrderMailsText, mail=mail, language=language, updated_at=ctx.now(), **words)
        await _audit(ctx, session, mail, "written", language, before=before, after=told)


@once
async def reset_words(ctx: Context, mail: str, language: str) -> None:
    """Write a mail in a language as it is shipped. Needs order_mails.write. Raises NotFound, BadInput."""
    ctx.require(WRITE)
    kind_of(mail)
    _check_language(language)
    before = await words_of(ctx.db, mail, language)
    async with ctx.tx() as session:
        if await session.execute(_FORGET, {"mail_": mail, "language_": language}):
            await _audit(ctx, session, mail, "reset", language, before=before)


@once
async def switch_mail(ctx: Context, mail: str, *, is_on: bool) -> None:
    """Write a mail from now on, or no longer. Needs order_mails.write. Raises NotFound."""
    ctx.require(WRITE)
    kind_of(mail)
    async with ctx.tx() as session:
        if is_on:
            changed = await session.execute(_SPEAK, {"mail_": mail}) > 0
        else:
            changed = await session.add_if_absent(OrderMailsSilence, mail=mail, since=ctx.now())
        if changed:
            await audited(ctx, session, f"order_mails.switched-{'on' if is_on else 'off'}", f"mail:{mail}")


async def shown(ctx: Context, mail: str, language: str, order_id: int, wording: Wording | None = None) -> Words:
    """The mail as it would be written now about that order; nothing is sent.

    Needs order_mails.read and orders.read. Raises NotFound, BadInput, UnknownPlace.
    """
    ctx.require(READ)
    ctx.require(ORDERS)
    kind = kind_of(mail)
    _check_language(language)
    told = checked(kind.places, wording) if wording is not None else None
    facts = await _facts(ctx, order_id)
    parts = await parts_of(ctx, facts, language, _shown(facts, mail))
    return await worded(ctx, facts, parts, language, mail, wording=told)


@once
async def send_test(ctx: Context, mail: str, language: str, order_id: int) -> str:
    """Send the mail about that order to whoever asks, marked as a test; the address it goes to.

    Needs order_mails.write and orders.read. Raises NotFound, BadInput, NobodyToWriteTo.
    """
    ctx.require(WRITE)
    ctx.require(ORDERS)
    kind_of(mail)
    _check_language(language)
    member = await staff_member(ctx.db, ctx.actor.id) if ctx.actor.id is not None else None
    if member is None:
        raise NobodyToWriteTo
    facts = await _facts(ctx, order_id)
    parts = await parts_of(ctx, facts, language, _shown(facts, mail))
    words = await worded(ctx, facts, parts, language, mail, is_test=True)
    words = msgspec.structs.replace(words, subject=f"[Test] {words.subject}")
    async with ctx.tx() as session:
        key = f"{PREFIX}test:{draw_key()}"
        mail_ = Mail(key=key, to=member.email, language=language, words=words, attachments=parts.encloses)
        await post(ctx, session, mail_)
        await audited(ctx, session, "order_mails.tested", f"mail:{mail}", after={"order": order_id})
        session.outcome = member.email
    return member.email


def _shown(facts: OrderFacts, mail: str) -> Happening:
    """As if the mail's occasion were now; of a partial cancellation, as if it were about the first line."""
    pieces = tuple((line.id, line.quantity) for line in facts.lines[:1])
    return Happening(mail=mail, order_id=facts.order.id, pieces=pieces)


async def _facts(ctx: Context, order_id: int) -> OrderFacts:
    facts = await facts_of(ctx, order_id)
    if facts is None:
        raise NotFound(what="The order")
    return facts


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise BadInput(
            field=("language",),
            problem=Say(
                f"Mails are written in {', '.join(LANGUAGES)}.", it=f"Le mail si scrivono in {', '.join(LANGUAGES)}."
            ),
        )


async def _audit(
    ctx: Context,
    session: Session,
    mail: str,
    what: str,
    language: str,
    *,
    before: Wording | None,
    after: Wording | None = None,
) -> None:
    def told(wording: Wording | None) -> dict[str, Any] | None:
        return {"language": language, **msgspec.structs.asdict(wording)} if wording is not None else None

    await audited(ctx, session, f"order_mails.{what}", f"mail:{mail}", before=told(before), after=told(after))


_TEXT = table_of(OrderMailsText)
_SILENCE = table_of(OrderMailsSilence)
_FORGET = delete(_TEXT).where(_TEXT.c.mail == bindparam("mail_"), _TEXT.c.language == bindparam("language_"))
_SPEAK = delete(_SILENCE).where(_SILENCE.c.mail == bindparam("mail_"))
