"""The forms that create a discount, one for each kind; and what they mean."""

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from pydantic import BaseModel, Field, create_model

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Done, Form, Text
from vetrina.views.catalog.eligibility import collection_names
from vetrina.views.markets import atlas
from vetrina_promotions.admin.fields import aware
from vetrina_promotions.admin.forms import BuyGetForm, OrderForm, ProductsForm, ShippingForm
from vetrina_promotions.drafts import MOST_COLLECTIONS, ScopeDraft, TermsDraft, terms_of
from vetrina_promotions.flows.promotions import PromotionSheet, create_promotion
from vetrina_promotions.rules import Kind

Choices = tuple[tuple[str, str], ...]


class KindOfDiscount(msgspec.Struct, frozen=True):
    """One kind: its form, and what people read before they choose it."""

    kind: Kind
    path: str
    title: Say
    form: type[BaseModel]
    about: Say


KINDS = (
    KindOfDiscount(
        "products", "products", Say("Discount on products", "Sconto sui prodotti"), ProductsForm,
        Say("A percentage or an amount off products and collections that you choose.",
            "Una percentuale o un importo in meno su prodotti e collezioni che scegli."),
    ),
    KindOfDiscount(
        "order", "order", Say("Discount on the order", "Sconto sull'ordine"), OrderForm,
        Say("A percentage or an amount off everything in the cart, also in steps.",
            "Una percentuale o un importo in meno su tutto il carrello, anche a scaglioni."),
    ),
    KindOfDiscount(
        "buy_get", "buy-get", Say("Buy some, get others", "Compra e ricevi"), BuyGetForm,
        Say("Such as three for two: whoever buys some gets others free or for less.",
            "Come il 3x2: chi compra alcuni prodotti ne riceve altri gratis o a meno."),
    ),
    KindOfDiscount(
        "shipping", "shipping", Say("Free delivery", "Spedizione gratuita"), ShippingForm,
        Say("Delivery for nothing or for less, for instance from an amount on.",
            "Spedizione gratis o a meno, per esempio da un certo importo."),
    ),
)  # fmt: skip
BY_KIND = {kind.kind: kind for kind in KINDS}


def showing(kind: KindOfDiscount) -> Callable[[Context, Asked], Awaitable[Sequence[Block]]]:
    """The page with the kind's form."""

    async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
        form, currency = await drawn_form(ctx, kind.form)
        return [Text(kind.about), Form("create", form, Say("Create", "Crea"), {"currency": currency})]

    return show


def creating(kind: KindOfDiscount) -> Callable[[Context, Asked, Any], Awaitable[Done]]:
    """What its button does."""

    async def create(ctx: Context, asked: Asked, sent: Any) -> Done:
        promotion_id = await create_promotion(ctx, await sheet_of(ctx, kind, sent))
        return Done(Say("The discount is there.", "Lo sconto è pronto."), to=f"discounts/{promotion_id}")

    return create


async def sheet_of(ctx: Context, kind: KindOfDiscount, sent: Any) -> PromotionSheet:
    """What was written in a kind's form. Raises BadInput."""
    code = getattr(sent, "code", "").strip()
    return PromotionSheet(
        title=sent.title,
        terms=await terms_of(ctx.db, _draft(kind.kind, sent)),
        is_automatic=not code,
        codes=(code,) if code else (),
        customers=tuple(sent.emails),
        starts_at=aware(sent.starts_at),
        ends_at=aware(sent.ends_at),
        usage_limit=sent.usage_limit,
        per_customer=sent.per_customer,
    )


async def drawn_form(ctx: Context, form: type[BaseModel], *, is_new: bool = True) -> tuple[type[BaseModel], str]:
    """The form with the shop's collections, markets and currencies to choose from, and its own currency."""
    collections = tuple((str(row.id), row.title) for row in await collection_names(ctx.db, MOST_COLLECTIONS))
    known = await atlas(ctx.db)
    markets = tuple((str(market.id), market.name) for market in known.markets)
    currencies = tuple(sorted({market.currency for market in known.markets}))
    return _drawn(form, collections, markets, currencies, is_new), known.profile.currency


@lru_cache(maxsize=32)
def _drawn(
    form: type[BaseModel], collections: Choices, markets: Choices, currencies: tuple[str, ...], is_new: bool
) -> type[BaseModel]:
    """A form that only lasts as long as nothing it offers changes; what is sent is read by the kind's own."""
    offered = {"collections": collections, "buys_collections": collections, "markets": markets}
    fields: dict[str, Any] = {
        name: _with(form.model_fields[name], {"items": _named(choices)})
        for name, choices in offered.items()
        if name in form.model_fields
    }
    if "currency" in form.model_fields:
        names = {code: code for code in currencies}
        fields["currency"] = _with(form.model_fields["currency"], {"enum": list(currencies), "names": names})
    drawn = create_model(form.__name__, __base__=form, **fields)
    if not is_new:
        del drawn.model_fields["code"]
        drawn.model_rebuild(force=True)
    return drawn


def _with(field: Any, more: dict[str, Any]) -> tuple[Any, Any]:
    extra: dict[str, Any] = dict(field.json_schema_extra or {})
    if "names" in more:
        names = more.pop("names")
        for language in ("en", "it"):
            extra[language] = {**extra.get(language, {}), "options": names}
    return field.annotation, Field(
        default=field.default, title=field.title, description=field.description, json_schema_extra={**extra, **more}
    )


def _named(choices: Choices) -> dict[str, Any]:
    names = dict(choices)
    return {"type": "string", "enum": list(names), "en": {"options": names}, "it": {"options": names}}


def _draft(kind: Kind, sent: Any) -> TermsDraft:
    def given(name: str, default: Any = None) -> Any:
        return getattr(sent, name, default)

    return TermsDraft(
        kind=kind,
        value=given("value", "percentage"),
        off=given("off"),
        currency=given("currency") or None,
        each=given("each", default=kind == "buy_get"),
        scope=ScopeDraft(
            collections=tuple(given("collections", ())),
            products=tuple(given("products", ())),
            variants=tuple(given("variants", ())),
        ),
        spares_reduced=given("spares_reduced", default=False),
        minimum=given("minimum", "none"),
        least=given("least"),
        tier_by=given("tier_by", "subtotal"),
        tiers=tuple((step.at, step.off) for step in given("tiers", ())),
        buys=ScopeDraft(collections=tuple(given("buys_collections", ())), products=tuple(given("buys_products", ()))),
        buys_quantity=given("buys_quantity") or 0,
        buys_subtotal=given("buys_subtotal"),
        gets_quantity=given("gets_quantity") or 0,
        most_times=given("most_times"),
        most_delivery=given("most_delivery"),
        markets=tuple(int(key) for key in given("markets", ()) if key.isascii() and key.isdecimal()),
        customers=sent.customers,
        combines=tuple(sent.combines),
    )
