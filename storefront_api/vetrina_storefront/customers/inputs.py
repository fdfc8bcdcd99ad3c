"""What mutations of customers are given, and how it is read into what the flows take."""

import strawberry
from msgspec import UNSET

from vetrina.flows.customers import CustomerChange, NewCustomer
from vetrina.graphql import split_gid
from vetrina.kernel.errors import BadInput
from vetrina_storefront.address_inputs import MailingAddressInput, country_code


@strawberry.input(description="An address and its account's password.")
class CustomerAccessTokenCreateInput:
    email: str
    password: str


@strawberry.input(description="The secret of an activation link, and the password to choose.")
class CustomerActivateInput:
    activation_token: str
    password: str


@strawberry.input(description="Somebody who asks for an account.")
class CustomerCreateInput:
    accepts_marketing: bool | None = strawberry.UNSET
    email: str
    first_name: str | None = strawberry.UNSET
    last_name: str | None = strawberry.UNSET
    password: str
    phone: str | None = strawberry.UNSET


@strawberry.input(description="The secret of a reset link, and the password to choose.")
class CustomerResetInput:
    password: str
    reset_token: str


@strawberry.input(description="What is to become of a customer; what is left out stays.")
class CustomerUpdateInput:
    accepts_marketing: bool | None = strawberry.UNSET
    email: str | None = strawberry.UNSET
    first_name: str | None = strawberry.UNSET
    last_name: str | None = strawberry.UNSET
    password: str | None = strawberry.UNSET
    phone: str | None = strawberry.UNSET


def new_customer(given: CustomerCreateInput) -> NewCustomer:
    return NewCustomer(
        email=given.email,
        password=given.password,
        first_name=given.first_name or None,
        last_name=given.last_name or None,
        phone=given.phone or None,
        accepts_marketing=given.accepts_marketing is True,
    )


def change_of(given: CustomerUpdateInput) -> CustomerChange:
    """What was left out, and what was not."""
    named = {name: getattr(given, name) for name in CustomerChange.__struct_fields__}
    return CustomerChange(**{name: UNSET if value is strawberry.UNSET else value for name, value in named.items()})


def address_changes(given: MailingAddressInput) -> dict[str, str | None]:
    """The fields of an address that were named; a country by its code or its name."""
    named = {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}
    changes = {name: value or None for name, value in named.items()}
    if changes.get("country"):
        changes["country"] = country_code(str(changes["country"]))
    return changes


def key_in(given: str, type_name: str) -> int | None:
    """The number in an id; None for what is none of that type."""
    try:
        kind, key = split_gid(given)
    except BadInput:
        return None
    is_number = key.isascii() and key.isdigit() and len(key) < 19
    return int(key) if kind == type_name and is_number else None
