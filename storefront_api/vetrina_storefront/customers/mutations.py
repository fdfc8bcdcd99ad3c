"""The mutations of customers. Each is one flow; what goes in and comes out is translated here."""

import strawberry

from vetrina.flows import customers
from vetrina.flows.customers import Opened, Purpose
from vetrina.graphql import Info, ctx_of, gid, root
from vetrina.graphql.scalars import URL
from vetrina.views.customers import CustomerRow, customers_by_id
from vetrina_storefront.address_inputs import MailingAddressInput, mailing_value
from vetrina_storefront.customers.inputs import (
    CustomerAccessTokenCreateInput,
    CustomerActivateInput,
    CustomerCreateInput,
    CustomerResetInput,
    CustomerUpdateInput,
    address_changes,
    change_of,
    key_in,
    new_customer,
)
from vetrina_storefront.customers.payloads import (
    AnswerRow,
    CustomerAccessTokenCreatePayload,
    CustomerAccessTokenDeletePayload,
    CustomerAccessTokenRenewPayload,
    CustomerActivateByUrlPayload,
    CustomerActivatePayload,
    CustomerAddressCreatePayload,
    CustomerAddressDeletePayload,
    CustomerAddressUpdatePayload,
    CustomerCreatePayload,
    CustomerDefaultAddressUpdatePayload,
    CustomerRecoverPayload,
    CustomerResetByUrlPayload,
    CustomerResetPayload,
    CustomerUpdatePayload,
    ProblemRow,
    access_row,
    answered,
)
from vetrina_storefront.customers.people import kept_address

ADDRESS = "MailingAddress"


@strawberry.type
class CustomerMutation:
    @root(description="Asks for an account. A mail follows; whether the address has one already only it tells.")
    async def customer_create(self, info: Info, input: CustomerCreateInput) -> CustomerCreatePayload | None:  # noqa: A002
        async def ask() -> AnswerRow:
            await customers.sign_up(ctx_of(info), new_customer(input))
            message = f"We have sent an email to {input.email.strip()}, please click the link included to verify it."
            told = [ProblemRow("CUSTOMER_DISABLED", ["input", "email"], message)]
            return AnswerRow(customer_user_errors=told, user_errors=told)

        return await answered(ask)

    @root(description="Signs in: a token for whoever knows the password.")
    async def customer_access_token_create(
        self,
        info: Info,
        input: CustomerAccessTokenCreateInput,  # noqa: A002
    ) -> CustomerAccessTokenCreatePayload | None:
        async def sign_in() -> AnswerRow:
            access = await customers.sign_in(ctx_of(info), input.email, input.password)
            return AnswerRow(customer_access_token=access_row(access))

        return await answered(sign_in)

    @root(description="Lets a token stand for another term.")
    async def customer_access_token_renew(
        self, info: Info, customer_access_token: str
    ) -> CustomerAccessTokenRenewPayload | None:
        async def renew() -> AnswerRow:
            return AnswerRow(
                customer_access_token=access_row(await customers.renew(ctx_of(info), customer_access_token))
            )

        return await answered(renew)

    @root(description="Signs out: the token opens nothing any more.")
    async def customer_access_token_delete(
        self, info: Info, customer_access_token: str
    ) -> CustomerAccessTokenDeletePayload | None:
        async def sign_out() -> AnswerRow:
            token_id = await customers.sign_out(ctx_of(info), customer_access_token)
            return AnswerRow(
                deleted_access_token=customer_access_token,
                deleted_customer_access_token_id=gid("CustomerAccessToken", token_id),
            )

        return await answered(sign_out)

    @root(description="Confirms an address by what a mail said, and chooses the account's password.")
    async def customer_activate(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        input: CustomerActivateInput,  # noqa: A002
    ) -> CustomerActivatePayload | None:
        async def activate() -> AnswerRow:
            key, secret, password = key_in(id, "Customer") or 0, input.activation_token, input.password
            return await _opened(
                info, await customers.activate(ctx_of(info), key, secret, password, "activation_token")
            )

        return await answered(activate)

    @root(description="The same, by the link as it was mailed.")
    async def customer_activate_by_url(
        self, info: Info, activation_url: URL, password: str
    ) -> CustomerActivateByUrlPayload | None:
        async def activate() -> AnswerRow:
            ctx = ctx_of(info)
            key, secret = customers.read_link(ctx, Purpose.ACTIVATE, str(activation_url), "activation_url")
            return await _opened(info, await customers.activate(ctx, key, secret, password, "activation_url"))

        return await answered(activate)

    @root(description="Asks for a new password. A mail follows if the address has an account.")
    async def customer_recover(self, info: Info, email: str) -> CustomerRecoverPayload | None:
        async def recover() -> AnswerRow:
            await customers.recover(ctx_of(info), email)
            return AnswerRow()

        return await answered(recover)

    @root(description="Chooses a new password by what a mail said; every token of the account ends.")
    async def customer_reset(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        input: CustomerResetInput,  # noqa: A002
    ) -> CustomerResetPayload | None:
        async def reset() -> AnswerRow:
            key, secret, password = key_in(id, "Customer") or 0, input.reset_token, input.password
            return await _opened(info, await customers.reset(ctx_of(info), key, secret, password, "reset_token"))

        return await answered(reset)

    @root(description="The same, by the link as it was mailed.")
    async def customer_reset_by_url(
        self, info: Info, password: str, reset_url: URL
    ) -> CustomerResetByUrlPayload | None:
        async def reset() -> AnswerRow:
            ctx = ctx_of(info)
            key, secret = customers.read_link(ctx, Purpose.RESET, str(reset_url), "reset_url")
            return await _opened(info, await customers.reset(ctx, key, secret, password, "reset_url"))

        return await answered(reset)

    @root(description="Changes the customer who asks; a new address has to be confirmed by a mail first.")
    async def customer_update(
        self, info: Info, customer: CustomerUpdateInput, customer_access_token: str
    ) -> CustomerUpdatePayload | None:
        async def update() -> AnswerRow:
            updated = await customers.update_customer(ctx_of(info), customer_access_token, change_of(customer))
            found = await _customer(info, updated.customer_id)
            return AnswerRow(customer=found, customer_access_token=access_row(updated.access))

        return await answered(update)

    @root(description="Keeps another address; the first is the default.")
    async def customer_address_create(
        self, info: Info, address: MailingAddressInput, customer_access_token: str
    ) -> CustomerAddressCreatePayload | None:
        async def add() -> AnswerRow:
            row = await customers.add_address(ctx_of(info), customer_access_token, mailing_value(address))
            return AnswerRow(customer_address=kept_address(row))

        return await answered(add)

    @root(description="Changes an address; what is left out of it stays.")
    async def customer_address_update(
        self,
        info: Info,
        address: MailingAddressInput,
        customer_access_token: str,
        id: strawberry.ID,  # noqa: A002
    ) -> CustomerAddressUpdatePayload | None:
        async def change() -> AnswerRow:
            key, changes = key_in(id, ADDRESS), address_changes(address)
            row = await customers.change_address(ctx_of(info), customer_access_token, key, changes)
            return AnswerRow(customer_address=kept_address(row))

        return await answered(change)

    @root(description="Keeps an address no more.")
    async def customer_address_delete(
        self,
        info: Info,
        customer_access_token: str,
        id: strawberry.ID,  # noqa: A002
    ) -> CustomerAddressDeletePayload | None:
        async def drop() -> AnswerRow:
            key = await customers.drop_address(ctx_of(info), customer_access_token, key_in(id, ADDRESS))
            return AnswerRow(deleted_customer_address_id=gid(ADDRESS, key))

        return await answered(drop)

    @root(description="Makes an address the one that is meant when none is named.")
    async def customer_default_address_update(
        self, info: Info, address_id: strawberry.ID, customer_access_token: str
    ) -> CustomerDefaultAddressUpdatePayload | None:
        async def choose() -> AnswerRow:
            key = key_in(address_id, ADDRESS)
            return AnswerRow(
                customer=await _customer(info, await customers.choose_address(ctx_of(info), customer_access_token, key))
            )

        return await answered(choose)


async def _opened(info: Info, opened: Opened) -> AnswerRow:
    return AnswerRow(
        customer=await _customer(info, opened.customer_id), customer_access_token=access_row(opened.access)
    )


async def _customer(info: Info, customer_id: int) -> CustomerRow | None:
    return (await customers_by_id(ctx_of(info).db, [customer_id])).get(customer_id)
