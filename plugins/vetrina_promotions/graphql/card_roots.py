"""Gift cards in the admin API: queries, and mutations that are one flow each."""

import decimal
from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from vetrina.graphql import (
    IdArgument,
    Info,
    PageInfo,
    UserError,
    answer,
    batch,
    ctx_of,
    forward,
    id_field,
    int_key_of,
    newest_first,
    root,
)
from vetrina.graphql.scalars import DateTime, Decimal
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound
from vetrina.kernel.money import decimal_text, from_decimal
from vetrina_promotions.flows import cards
from vetrina_promotions.graphql.roots import below_of
from vetrina_promotions.views.cards import CardRow, EntryRow, card_list, cards_by_id, entries_of

READ, WRITE = "promotions.cards.read", "promotions.cards.write"
CARD = "PromotionsGiftCard"


async def load_tails(rows: Sequence[CardRow], info: Info) -> list[str]:
    return [row.tail for row in rows]


async def load_balances(rows: Sequence[CardRow], info: Info) -> list[str]:
    return [decimal_text(row.balance, row.currency) for row in rows]


async def load_issued(rows: Sequence[CardRow], info: Info) -> list[str]:
    return [decimal_text(row.issued, row.currency) for row in rows]


async def load_states(rows: Sequence[CardRow], info: Info) -> list[str]:
    now = ctx_of(info).now()
    return [row.state(now) for row in rows]


async def load_entries(rows: Sequence[CardRow], info: Info) -> list[list[EntryRow]]:
    found = await entries_of(ctx_of(info).db, [row.id for row in rows])
    return [found.get(row.id, []) for row in rows]


@strawberry.type(description="One line of a card's ledger.")
class PromotionsGiftCardEntry:
    kind: str
    amount: int = strawberry.field(description="Signed, in minor units of the card's currency.")
    note: str
    actor: str
    at: DateTime


@strawberry.type(description="A gift card. Its code was told once.")
class PromotionsGiftCard:
    id: strawberry.ID = id_field(CARD)
    last_characters: str = batch(load_tails)
    currency: str
    balance: Decimal = batch(load_balances)
    issued: Decimal = batch(load_issued)
    state: str = batch(load_states, description="active, used, expired or disabled.")
    note: str
    expires_at: DateTime | None
    disabled_at: DateTime | None
    created_at: DateTime
    ledger: list[PromotionsGiftCardEntry] = batch(load_entries)


@strawberry.type(description="A gift card and its place in a connection.")
class PromotionsGiftCardEdge:
    cursor: str
    node: PromotionsGiftCard


@strawberry.type(description="A page of gift cards.")
class PromotionsGiftCardConnection:
    edges: list[PromotionsGiftCardEdge]
    nodes: list[PromotionsGiftCard]
    page_info: PageInfo


@strawberry.type(description="The card, and its code: keep it now, it is not told again.")
class PromotionsGiftCardIssuePayload:
    gift_card: PromotionsGiftCard | None
    code: str | None
    user_errors: list[UserError]


@strawberry.type(description="The card as it is now.")
class PromotionsGiftCardPayload:
    gift_card: PromotionsGiftCard | None
    user_errors: list[UserError]


@strawberry.type
class PromotionsCardQuery:
    @root(permission=READ, description="Gift cards, the newest first; `query` is found in last characters and notes.")
    async def promotions_gift_cards(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        query: str | None = None,
        open_only: bool = False,
    ) -> PromotionsGiftCardConnection | None:
        ctx, page = ctx_of(info), forward(first, after, int)
        rows = await card_list(
            ctx.db,
            now=ctx.now(),
            size=page.size + 1,
            below=below_of(page),
            text=(query or "")[:100],
            open_only=open_only,
        )
        found: Any = newest_first(rows, page)
        return found


@strawberry.type
class PromotionsCardMutation:
    @root(permission=WRITE, description="Issue a card with an amount in major units on it.")
    async def promotions_gift_card_issue(
        self, info: Info, amount: Decimal, currency: str, expires_at: DateTime | None = None, note: str = ""
    ) -> PromotionsGiftCardIssuePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            worth = from_decimal(decimal.Decimal(amount), currency, field=("amount",))
            issued = await cards.issue_card(ctx, worth, expires_at=expires_at, note=note)
            return {**await shown(ctx, issued.card_id), "code": issued.code}

        return await answer(PromotionsGiftCardIssuePayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Add an amount to a card, or with a minus take it off, saying why.")
    async def promotions_gift_card_adjust(
        self, info: Info, card_id: IdArgument, amount: Decimal, note: str
    ) -> PromotionsGiftCardPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            card = (await shown(ctx, key_of(card_id)))["gift_card"]
            if card is None:
                raise NotFound(what="The gift card", field=("id",))
            by = from_decimal(decimal.Decimal(amount), card.currency, field=("amount",))
            await cards.adjust_card(ctx, card.id, by.amount, note)
            return await shown(ctx, card.id)

        return await answer(PromotionsGiftCardPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="End a card for good: nothing is left on it.")
    async def promotions_gift_card_disable(self, info: Info, card_id: IdArgument) -> PromotionsGiftCardPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await cards.disable_card(ctx, key_of(card_id))
            return await shown(ctx, key_of(card_id))

        return await answer(PromotionsGiftCardPayload, change(ctx_of(info)))


def key_of(card_id: str) -> int:
    """The key a card's id holds. Raises BadInput."""
    return int_key_of(card_id, CARD, field=("id",))


async def shown(ctx: Context, card_id: int) -> dict[str, Any]:
    """A card after its change."""
    return {"gift_card": (await cards_by_id(ctx.db, [card_id])).get(card_id)}
