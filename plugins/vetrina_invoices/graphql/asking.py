"""invoicesDetailsUpdate for a cart, invoicesRequest for an order."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.graphql import Info, answer, ctx_of, key_of, root
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina_invoices.flows.parties import Details
from vetrina_invoices.flows.wishing import ask_for_invoice, give_details
from vetrina_invoices.settings import InvoicesSettings


@strawberry.input(description="Whom an invoice is made out to; what is left out is as the order has it.")
class InvoicesDetailsInput:
    name: str = ""
    vat_id: str = strawberry.field(default="", description="With its country, such as IT00743110157.")
    tax_code: str = strawberry.field(default="", description="The Italian codice fiscale.")
    street: str = ""
    zip: str = ""
    city: str = ""
    province: str = ""
    country: str = strawberry.field(default="", description="ISO 3166.")


@strawberry.type(description="Why nothing changed: a stable code, and where and what for people.")
class InvoicesUserError:
    code: str
    field: list[str] | None
    message: str


@strawberry.type(description="What the invoice will say; null once it is taken back.")
class InvoicesDetails:
    name: str
    vat_id: str
    tax_code: str


@strawberry.type(description="The details as they stand now.")
class InvoicesDetailsUpdatePayload:
    details: InvoicesDetails | None
    user_errors: list[InvoicesUserError]


@strawberry.type(description="Whether the invoice is issued now, or as soon as it is due.")
class InvoicesRequestPayload:
    is_asked: bool | None
    user_errors: list[InvoicesUserError]


def mutation(settings: InvoicesSettings) -> type[Any]:
    """The mutations, by the settings of this Runtime."""

    @strawberry.type
    class InvoicesMutation:
        @root(description="Ask for an invoice of what this cart will be, or take it back without details.")
        async def invoices_details_update(
            self, info: Info, cart_id: strawberry.ID, details: InvoicesDetailsInput | None = None
        ) -> InvoicesDetailsUpdatePayload:
            async def change(ctx: Context) -> Mapping[str, Any]:
                ctx.may_run_again()
                given = _given(details) if details is not None else None
                return {"details": await give_details(ctx, _key(cart_id, "Cart"), given)}

            return await answer(InvoicesDetailsUpdatePayload, change(ctx_of(info)))

        @root(description="Ask for the invoice of an order, by the id that only its buyer knows.")
        async def invoices_request(
            self, info: Info, order_id: strawberry.ID, details: InvoicesDetailsInput
        ) -> InvoicesRequestPayload:
            async def change(ctx: Context) -> Mapping[str, Any]:
                ctx.may_run_again()
                await ask_for_invoice(ctx, settings, _key(order_id, "Order"), _given(details))
                return {"is_asked": True}

            return await answer(InvoicesRequestPayload, change(ctx_of(info)))

    return InvoicesMutation


def _given(details: InvoicesDetailsInput) -> Details:
    names = Details.__struct_fields__
    return Details(**{name: getattr(details, name) or "" for name in names})


def _key(given: str, kind: str) -> str:
    """The secret in an id, or a bare one; what cannot be one leads to nothing."""
    if given.isascii() and given.isalnum():
        return given
    try:
        return key_of(given, kind)
    except BadInput:
        return ""
