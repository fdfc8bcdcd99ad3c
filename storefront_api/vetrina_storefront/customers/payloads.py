"""What mutations of customers answer: what became of it, or what was wrong, in the contract's codes."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

import msgspec
import strawberry
from strawberry.utils.str_converters import to_camel_case

from vetrina.flows.customers import Access, CustomerRefused
from vetrina.graphql import read_from
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.errors import NotAllowed, NotSignedIn, Refusal, TooManyTries
from vetrina.views.customers import CustomerRow
from vetrina_storefront.addresses import MailingAddress, MailingAddressRow
from vetrina_storefront.customers.people import Customer
from vetrina_storefront.interfaces import DisplayableError


@strawberry.enum(description="What can be wrong with what a customer asks.")
class CustomerErrorCode(Enum):
    ALREADY_ENABLED = "ALREADY_ENABLED"
    BAD_DOMAIN = "BAD_DOMAIN"
    BLANK = "BLANK"
    CONTAINS_HTML_TAGS = "CONTAINS_HTML_TAGS"
    CONTAINS_URL = "CONTAINS_URL"
    CUSTOMER_DISABLED = "CUSTOMER_DISABLED"
    INVALID = "INVALID"
    INVALID_MULTIPASS_REQUEST = "INVALID_MULTIPASS_REQUEST"
    NOT_FOUND = "NOT_FOUND"
    PASSWORD_STARTS_OR_ENDS_WITH_WHITESPACE = "PASSWORD_STARTS_OR_ENDS_WITH_WHITESPACE"
    TAKEN = "TAKEN"
    TOKEN_INVALID = "TOKEN_INVALID"
    TOO_LONG = "TOO_LONG"
    TOO_SHORT = "TOO_SHORT"
    UNIDENTIFIED_CUSTOMER = "UNIDENTIFIED_CUSTOMER"


class ProblemRow(msgspec.Struct, frozen=True):
    """What was wrong, with its field in the wire's spelling."""

    code: str
    field: list[str] | None
    message: str


class AccessRow(msgspec.Struct, frozen=True):
    """A token, told once."""

    access_token: str
    expires_at: Any


class AnswerRow(msgspec.Struct, frozen=True, kw_only=True):
    """What any of the mutations answers: each type reads the part that it has."""

    customer: CustomerRow | None = None
    customer_access_token: AccessRow | None = None
    customer_address: MailingAddressRow | None = None
    deleted_customer_address_id: str | None = None
    deleted_access_token: str | None = None
    deleted_customer_access_token_id: str | None = None
    customer_user_errors: list[ProblemRow] = []
    user_errors: list[ProblemRow] = []


async def answered(change: Callable[[], Awaitable[AnswerRow]]) -> Any:
    """Make a change and answer with it; what the flow refuses becomes errors, in both of their lists."""
    try:
        return await change()
    except (NotAllowed, NotSignedIn, TooManyTries):
        raise
    except CustomerRefused as refused:
        problems = [ProblemRow(one.code, _wire(one.field), one.message) for one in refused.problems]
    except Refusal as refusal:
        problems = [ProblemRow("INVALID", _wire(refusal.field), refusal.message)]
    return AnswerRow(customer_user_errors=problems, user_errors=problems)


def access_row(access: Access | None) -> AccessRow | None:
    return None if access is None else AccessRow(access.token, access.expires_at)


def _wire(field: tuple[str, ...] | None) -> list[str] | None:
    return None if field is None else [to_camel_case(part) for part in field]


INSTEAD = "Use `customerUserErrors` instead."


@strawberry.type(description="What was wrong with what a customer asked.")
class CustomerUserError(DisplayableError):
    code: CustomerErrorCode | None

    is_type_of = read_from(ProblemRow)


@strawberry.type(description="What was wrong, without a code.")
class UserError(DisplayableError):
    is_type_of = read_from(ProblemRow)


@strawberry.type(description="Lets a front end ask as a customer.")
class CustomerAccessToken:
    access_token: str
    expires_at: DateTime

    is_type_of = read_from(AccessRow)


def _errors() -> Any:
    return strawberry.field(deprecation_reason=INSTEAD)


@strawberry.type
class CustomerAccessTokenCreatePayload:
    customer_access_token: CustomerAccessToken | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerAccessTokenDeletePayload:
    deleted_access_token: str | None
    deleted_customer_access_token_id: str | None
    user_errors: list[UserError]


@strawberry.type
class CustomerAccessTokenRenewPayload:
    customer_access_token: CustomerAccessToken | None
    user_errors: list[UserError]


@strawberry.type
class CustomerActivateByUrlPayload:
    customer: Customer | None
    customer_access_token: CustomerAccessToken | None
    customer_user_errors: list[CustomerUserError]


@strawberry.type
class CustomerActivatePayload:
    customer: Customer | None
    customer_access_token: CustomerAccessToken | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerAddressCreatePayload:
    customer_address: MailingAddress | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerAddressDeletePayload:
    customer_user_errors: list[CustomerUserError]
    deleted_customer_address_id: str | None
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerAddressUpdatePayload:
    customer_address: MailingAddress | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerCreatePayload:
    customer: Customer | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerDefaultAddressUpdatePayload:
    customer: Customer | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerRecoverPayload:
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerResetPayload:
    customer: Customer | None
    customer_access_token: CustomerAccessToken | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerResetByUrlPayload:
    customer: Customer | None
    customer_access_token: CustomerAccessToken | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()


@strawberry.type
class CustomerUpdatePayload:
    customer: Customer | None
    customer_access_token: CustomerAccessToken | None
    customer_user_errors: list[CustomerUserError]
    user_errors: list[UserError] = _errors()
