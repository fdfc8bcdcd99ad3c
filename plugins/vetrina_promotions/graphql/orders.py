"""Order.promotionsGiftCards: whoever may see the order gets the codes of the cards it bought."""

from collections.abc import Sequence
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, batch, ctx_of
from vetrina.graphql.scalars import DateTime, Decimal
from vetrina.kernel.crypto import NotOurs, Vault
from vetrina.kernel.money import decimal_text
from vetrina.views.orders.placed import OrderView
from vetrina_promotions.codes import CARD_CODE
from vetrina_promotions.views.cards import SoldCardRow, cards_of_orders


class BoughtRow(msgspec.Struct, frozen=True):
    """A card as its buyer sees it."""

    code: str | None
    last_characters: str
    balance: str
    currency: str
    expires_at: Any


@strawberry.type(description="A gift card that an order bought. Its code is as good as money.")
class PromotionsBoughtGiftCard:
    code: str | None = strawberry.field(description="Null once it is disabled, or was forgotten with its buyer.")
    last_characters: str
    balance: Decimal = strawberry.field(description="In major units of `currency`.")
    currency: str
    expires_at: DateTime | None


async def load_bought(rows: Sequence[OrderView], info: Info) -> list[list[BoughtRow]]:
    """The cards of each order; an order is only seen by whoever has its secret."""
    ctx = ctx_of(info)
    found = await cards_of_orders(ctx.db, [row.id for row in rows])
    return [[_bought(ctx.shop.vault, card) for card in found.get(row.id, ())] for row in rows]


@strawberry.type
class PromotionsOnOrder:
    promotions_gift_cards: list[PromotionsBoughtGiftCard] | None = batch(
        load_bought, description="Gift cards that the order bought, once it is paid."
    )


def _bought(vault: Vault, card: SoldCardRow) -> BoughtRow:
    balance = decimal_text(card.balance, card.currency)
    return BoughtRow(_code(vault, card), card.tail, balance, card.currency, card.expires_at)


def _code(vault: Vault, card: SoldCardRow) -> str | None:
    if card.sealed is None or card.disabled_at is not None:
        return None
    try:
        return vault.open(CARD_CODE, card.sealed)
    except NotOurs:
        return None  # sealed under another VETRINA_SECRET_KEY: the card is good, its code is only with its holder
