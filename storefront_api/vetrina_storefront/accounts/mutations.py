"""The mutations of the API: the customer's names, addresses, consent; each is a flow of customers'."""

from typing import Any

import msgspec
import strawberry
from msgspec import UNSET

from vetrina.flows.customers import (
    CustomerChange,
    CustomerProblem,
    CustomerRefused,
    add_address,
    change_address,
    choose_address,
    drop_address,
    update_customer,
)
from vetrina.graphql import Info, answer, ctx_of, gid, int_key_of, root
from vetrina.kernel.context import Context
from vetrina.views.customers import CustomerAddressRow, addresses_of_customers
from vetrina.vocabulary import Address
from vetrina_storefront.accounts.addresses import TYPE, CustomerAddress
from vetrina_storefront.accounts.customer import Customer, CustomerEmailAddress, email_row, who_asks
from vetrina_storefront.accounts.user_errors import (
    UserErrorsCustomerAddressUserErrors,
    UserErrorsCustomerEmailMarketingUserErrors,
    UserErrorsCustomerUserErrors,
    address_errors,
    customer_errors,
)
from vetrina_storefront.addresses import mailing_address

BY_DOOR = ""
"""The token that flows are given: the door has looked at it already, and its context says who asks."""
_KEPT_AS = {"phone_number": "phone", "territory_code": "country", "zone_code": "province"}


@strawberry.input(description="A postal address. What is not given stays as it is.")
class CustomerAddressInput:
    address1: str | None = strawberry.UNSET
    address2: str | None = strawberry.UNSET
    city: str | None = strawberry.UNSET
    company: str | None = strawberry.UNSET
    first_name: str | None = strawberry.UNSET
    last_name: str | None = strawberry.UNSET
    phone_number: str | None = strawberry.UNSET
    territory_code: str | None = strawberry.UNSET
    zip: str | None = strawberry.UNSET
    zone_code: str | None = strawberry.UNSET


@strawberry.input(description="What a customer changes of himself. What is not given stays as it is.")
class CustomerUpdateInput:
    first_name: str | None = strawberry.UNSET
    last_name: str | None = strawberry.UNSET


@strawberry.type(description="What came of a new address.")
class CustomerAddressCreatePayload:
    customer_address: CustomerAddress | None
    user_errors: list[UserErrorsCustomerAddressUserErrors]


@strawberry.type(description="What came of a changed address.")
class CustomerAddressUpdatePayload:
    customer_address: CustomerAddress | None
    user_errors: list[UserErrorsCustomerAddressUserErrors]


@strawberry.type(description="What came of an address that is kept no more.")
class CustomerAddressDeletePayload:
    deleted_address_id: strawberry.ID | None
    user_errors: list[UserErrorsCustomerAddressUserErrors]


@strawberry.type(description="What came of a change.")
class CustomerUpdatePayload:
    customer: Customer | None
    user_errors: list[UserErrorsCustomerUserErrors]


@strawberry.type(description="What came of the wish to be written to.")
class CustomerEmailMarketingSubscribePayload:
    email_address: CustomerEmailAddress | None
    user_errors: list[UserErrorsCustomerEmailMarketingUserErrors]


@strawberry.type(description="What came of the wish not to be written to.")
class CustomerEmailMarketingUnsubscribePayload:
    email_address: CustomerEmailAddress | None
    user_errors: list[UserErrorsCustomerEmailMarketingUserErrors]


@strawberry.type
class AccountMutation:
    @root(description="Keep one more address.")
    async def customer_address_create(
        self, info: Info, address: CustomerAddressInput, default_address: bool | None = False
    ) -> CustomerAddressCreatePayload | None:
        async def change() -> dict[str, Any]:
            ctx = ctx_of(info)
            kept = await add_address(ctx, BY_DOOR, Address(**_given(address)))
            if default_address:
                await choose_address(_beside(ctx), BY_DOOR, kept.id)
            return {"customer_address": mailing_address(str(kept.id), kept.address)}

        return await answer(CustomerAddressCreatePayload, change(), told=address_errors)

    @root(description="Change an address, or make it the one that is proposed first.")
    async def customer_address_update(
        self,
        info: Info,
        address_id: strawberry.ID,
        address: CustomerAddressInput | None = None,
        default_address: bool | None = None,
    ) -> CustomerAddressUpdatePayload | None:
        async def change() -> dict[str, Any]:
            ctx, key = ctx_of(info), int_key_of(address_id, TYPE, field=("address_id",))
            before = await _kept(ctx, key)
            if before.is_default and default_address is False:
                raise CustomerRefused(_NOT_DEMOTED)
            after = await change_address(ctx, BY_DOOR, key, _given(address)) if address is not None else before
            if default_address:
                await choose_address(_beside(ctx), BY_DOOR, key)
            return {"customer_address": mailing_address(str(key), after.address)}

        return await answer(CustomerAddressUpdatePayload, change(), told=address_errors)

    @root(description="Keep an address no more.")
    async def customer_address_delete(
        self, info: Info, address_id: strawberry.ID
    ) -> CustomerAddressDeletePayload | None:
        async def change() -> dict[str, Any]:
            key = int_key_of(address_id, TYPE, field=("address_id",))
            await drop_address(ctx_of(info), BY_DOOR, key)
            return {"deleted_address_id": gid(TYPE, key)}

        return await answer(CustomerAddressDeletePayload, change(), told=address_errors)

    @root(description="Change one's names.")
    async def customer_update(self, info: Info, input: CustomerUpdateInput) -> CustomerUpdatePayload | None:  # noqa: A002
        async def change() -> dict[str, Any]:
            names = (UNSET if name is strawberry.UNSET else name for name in (input.first_name, input.last_name))
            first, last = names
            await update_customer(ctx_of(info), BY_DOOR, CustomerChange(first_name=first, last_name=last))
            return {"customer": await who_asks(info)}

        return await answer(CustomerUpdatePayload, change(), told=customer_errors)

    @root(description="Be written to.")
    async def customer_email_marketing_subscribe(self, info: Info) -> CustomerEmailMarketingSubscribePayload | None:
        return await answer(CustomerEmailMarketingSubscribePayload, _consent(info, is_given=True))

    @root(description="Be written to no more.")
    async def customer_email_marketing_unsubscribe(self, info: Info) -> CustomerEmailMarketingUnsubscribePayload | None:
        return await answer(CustomerEmailMarketingUnsubscribePayload, _consent(info, is_given=False))


_NOT_DEMOTED = CustomerProblem(
    code="DEMOTING_CUSTOMER_DEFAULT_ADDRESS_NOT_ALLOWED",
    message="Make another address the default one instead.",
    field=("default_address",),
)


async def _consent(info: Info, *, is_given: bool) -> dict[str, Any]:
    await update_customer(ctx_of(info), BY_DOOR, CustomerChange(accepts_marketing=is_given))
    return {"email_address": email_row(await who_asks(info))}


async def _kept(ctx: Context, key: int) -> CustomerAddressRow:
    """One of the customer's addresses. Raises CustomerRefused."""
    held = await addresses_of_customers(ctx.db, [ctx.actor.id or 0])
    row = next((row for row in held.get(ctx.actor.id or 0, []) if row.id == key), None)
    if row is None:
        problem = "No such address is kept."
        raise CustomerRefused(CustomerProblem(code="NOT_FOUND", message=problem, field=("address_id",)))
    return row


def _given(address: CustomerAddressInput) -> dict[str, str | None]:
    """What the input says, in the shop's own words; a blank is nothing."""
    named = {name: getattr(address, name) for name in CustomerAddressInput.__annotations__}
    return {_KEPT_AS.get(name, name): value or None for name, value in named.items() if value is not strawberry.UNSET}


def _beside(ctx: Context) -> Context:
    """For what goes with a change that an Idempotency-Key has made already: doing it again changes nothing."""
    return msgspec.structs.replace(ctx, claim=None)
