"""taxBuyerIdentityUpdate, Cart.taxVatId, Order.taxTreatment."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import strawberry

from vetrina.flows.quoting import buyer_reference
from vetrina.graphql import Info, answer, batch, ctx_of, key_of, root
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.views.orders.placed import OrderView
from vetrina_tax.flows.buyers import GivenId, give_vat_id
from vetrina_tax.rules.numbers import VatId
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import buyers_of


class TreatmentRow(msgspec.Struct, frozen=True):
    """Why an order is taxed as it is, as its buyer sees it."""

    scheme: str
    country: str
    mention: str
    vat_id: str | None


@strawberry.type(description="A VAT id given for a cart, and what VIES has said of it.")
class TaxVatId:
    vat_id: str
    state: str = strawberry.field(description="valid, invalid, or unanswered: VIES is asked again by itself.")


@strawberry.type(description="Why an order is taxed as it is.")
class TaxOrderTreatment:
    scheme: str = strawberry.field(
        description="domestic, registered, origin, oss, reverse_charge, export, import or exempt."
    )
    country: str = strawberry.field(description="Whose tax it is, ISO 3166.")
    mention: str = strawberry.field(description="What the invoice has to say; often empty.")
    vat_id: str | None


@strawberry.type(description="Why nothing changed: a stable code, and where and what for people.")
class TaxUserError:
    code: str
    field: list[str] | None
    message: str


@strawberry.type(description="The VAT id as it stands now; null once it is taken back.")
class TaxBuyerIdentityUpdatePayload:
    vat_id: TaxVatId | None
    user_errors: list[TaxUserError]


async def load_vat_ids(carts: Sequence[Any], info: Info) -> list[GivenId | None]:
    """All in one statement."""
    references = [buyer_reference(cart.key) for cart in carts]
    found = await buyers_of(ctx_of(info).db, references)
    return [
        GivenId(str(VatId(row.country, row.number)), row.state or "unanswered") if row else None
        for row in map(found.get, references)
    ]


async def load_treatments(orders: Sequence[OrderView], info: Info) -> list[TreatmentRow | None]:
    """What the order's own row says."""
    said = [order.tax_treatment for order in orders]
    return [
        TreatmentRow(one["scheme"], one["country"], one.get("mention", ""), one.get("vat_id")) if one else None
        for one in said
    ]


@strawberry.type
class TaxOnCart:
    tax_vat_id: TaxVatId | None = batch(
        load_vat_ids, personal=True, description="The VAT id given with taxBuyerIdentityUpdate."
    )


@strawberry.type
class TaxOnOrder:
    tax_treatment: TaxOrderTreatment | None = batch(
        load_treatments, personal=True, description="Null for orders that nobody taxed here."
    )


def mutation(settings: TaxSettings) -> type[Any]:
    """The mutation, by the settings of this Runtime."""

    @strawberry.type
    class TaxBuyerMutation:
        @root(description="Give the buyer's VAT id for a cart, or take it back with an empty one.")
        async def tax_buyer_identity_update(
            self, info: Info, cart_id: strawberry.ID, vat_id: str | None = None
        ) -> TaxBuyerIdentityUpdatePayload:
            async def change(ctx: Context) -> Mapping[str, Any]:
                ctx.may_run_again()
                return {"vat_id": await give_vat_id(ctx, settings, cart_key_of(cart_id), vat_id or "")}

            return await answer(TaxBuyerIdentityUpdatePayload, change(ctx_of(info)))

    return TaxBuyerMutation


def cart_key_of(given: str) -> str:
    """The secret in a cart's id, or a bare one; what cannot be one leads to no cart."""
    if given.isascii() and given.isalnum():
        return given
    try:
        return key_of(given, "Cart")
    except BadInput:
        return ""
