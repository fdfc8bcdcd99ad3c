"""Tell somebody of what happened to an order: one mail for each occasion, in the transaction of its delivery."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from vetrina.flows.mail import Mail, Words, post
from vetrina.plugin import Context
from vetrina.plugin.words import spoken
from vetrina_order_mails.composing import parts_of, sheet_of
from vetrina_order_mails.drawing.drawn import drawn
from vetrina_order_mails.facts import OrderFacts, facts_of
from vetrina_order_mails.parts import Happening, Parts
from vetrina_order_mails.rules import Wording
from vetrina_order_mails.shipped import shipped
from vetrina_order_mails.views import silent, words_of

log = structlog.get_logger(__name__)

PREFIX = "order_mails:"
"""What the keys of all mails begin with that this plugin posts."""


async def tell_buyer(ctx: Context, happening: Happening, *, too_old: timedelta, occasion: str = "") -> bool:
    """Post the mail to who ordered, in the order's language; whether there is one to be sent.

    There is none where the mail is switched off, the order has no address, or it all is moot or too old by now. The
    occasion is the mail, the order and what of it the mail is about, or `occasion` in the place of that.
    """
    facts = await facts_of(ctx, happening.order_id)
    if facts is None or facts.order.email is None:
        return False
    key = f"{PREFIX}{happening.mail}:{happening.order_id}:{occasion or happening.subject_id or ''}"
    return await post_all(ctx, facts, happening, [facts.order.email], spoken(facts.order.language), key, too_old)


async def post_all(
    ctx: Context,
    facts: OrderFacts,
    happening: Happening,
    addresses: Sequence[str],
    language: str,
    key: str,
    too_old: timedelta,
) -> bool:
    """The same mail to each of the addresses, all or none."""
    if not addresses or happening.mail in await silent(ctx.db):
        return False
    parts = await parts_of(ctx, facts, language, happening)
    if parts.is_moot or ctx.now() - parts.at > too_old:
        log.info("nothing to tell", mail=happening.mail, order=facts.order.number, is_moot=parts.is_moot)
        return False
    words = await worded(ctx, facts, parts, language, happening.mail)
    async with ctx.tx() as session:
        for number, address in enumerate(addresses):
            one = key if len(addresses) == 1 else f"{key}:{number}"
            mail = Mail(key=one, to=address, language=language, words=words, attachments=parts.encloses)
            await post(ctx, session, mail)
    return True


async def worded(
    ctx: Context,
    facts: OrderFacts,
    parts: Parts,
    language: str,
    mail: str,
    *,
    wording: Wording | None = None,
    is_test: bool = False,
) -> Words:
    """The mail in the shop's words, else in those that are shipped."""
    told = wording or await wording_of(ctx, mail, language)
    return drawn(await sheet_of(ctx, facts, parts, told, language, mail, is_test=is_test))


async def wording_of(ctx: Context, mail: str, language: str) -> Wording:
    """The words of a mail as they are now."""
    return await words_of(ctx.db, mail, language) or shipped(mail, language)
