"""What a mutation refuses, in this API's closed words."""

from collections.abc import Mapping
from enum import Enum

import strawberry
from strawberry.utils.str_converters import to_camel_case

from vetrina.flows.customers import CustomerProblem, CustomerRefused
from vetrina.graphql import UserErrorRow, read_from
from vetrina.kernel.errors import Refusal
from vetrina_storefront.interfaces import DisplayableError


@strawberry.enum(description="What is wrong with what a customer says of himself.")
class UserErrorsCustomerUserErrorsCode(Enum):
    CONTAINS_HTML_TAGS = "CONTAINS_HTML_TAGS"
    CONTAINS_URL = "CONTAINS_URL"
    CUSTOMER_DOES_NOT_EXIST = "CUSTOMER_DOES_NOT_EXIST"
    CUSTOMER_INPUT_ARGUMENT_EMPTY = "CUSTOMER_INPUT_ARGUMENT_EMPTY"
    INVALID = "INVALID"
    TOO_LONG = "TOO_LONG"


@strawberry.enum(description="What is wrong with an address.")
class UserErrorsCustomerAddressUserErrorsCode(Enum):
    ADDRESS1_MISSING = "ADDRESS1_MISSING"
    ADDRESS_ARGUMENT_EMPTY = "ADDRESS_ARGUMENT_EMPTY"
    ADDRESS_ID_DOES_NOT_EXIST = "ADDRESS_ID_DOES_NOT_EXIST"
    CONTAINS_HTML_TAGS = "CONTAINS_HTML_TAGS"
    COUNTRY_NOT_EXIST = "COUNTRY_NOT_EXIST"
    CUSTOMER_ADDRESS_ALREADY_EXISTS = "CUSTOMER_ADDRESS_ALREADY_EXISTS"
    DELETING_CUSTOMER_DEFAULT_ADDRESS_NOT_ALLOWED = "DELETING_CUSTOMER_DEFAULT_ADDRESS_NOT_ALLOWED"
    DEMOTING_CUSTOMER_DEFAULT_ADDRESS_NOT_ALLOWED = "DEMOTING_CUSTOMER_DEFAULT_ADDRESS_NOT_ALLOWED"
    INVALID = "INVALID"
    INVALID_FOR_COUNTRY = "INVALID_FOR_COUNTRY"
    INVALID_FOR_COUNTRY_AND_PROVINCE = "INVALID_FOR_COUNTRY_AND_PROVINCE"
    INVALID_TERRITORY_CODE = "INVALID_TERRITORY_CODE"
    PHONE_NUMBER_NOT_VALID = "PHONE_NUMBER_NOT_VALID"
    REQUIRED = "REQUIRED"
    TERRITORY_CODE_MISSING = "TERRITORY_CODE_MISSING"
    TOO_LONG = "TOO_LONG"
    ZONE_CODE_MISSING = "ZONE_CODE_MISSING"


@strawberry.enum(description="Why somebody is written to as before.")
class UserErrorsCustomerEmailMarketingUserErrorsCode(Enum):
    CUSTOMER_ALREADY_SUBSCRIBED = "CUSTOMER_ALREADY_SUBSCRIBED"
    EMAIL_ADDRESS_NOT_FOUND = "EMAIL_ADDRESS_NOT_FOUND"
    FAILED_TO_SUBSCRIBE = "FAILED_TO_SUBSCRIBE"
    FAILED_TO_UNSUBSCRIBE = "FAILED_TO_UNSUBSCRIBE"


@strawberry.type(description="What was wrong, and where.")
class UserErrorsCustomerUserErrors(DisplayableError):
    code: UserErrorsCustomerUserErrorsCode | None
    field: list[str] | None
    message: str

    is_type_of = read_from(UserErrorRow)


@strawberry.type(description="What was wrong, and where.")
class UserErrorsCustomerAddressUserErrors(DisplayableError):
    code: UserErrorsCustomerAddressUserErrorsCode | None
    field: list[str] | None
    message: str

    is_type_of = read_from(UserErrorRow)


@strawberry.type(description="What was wrong, and where.")
class UserErrorsCustomerEmailMarketingUserErrors(DisplayableError):
    code: UserErrorsCustomerEmailMarketingUserErrorsCode | None
    field: list[str] | None
    message: str

    is_type_of = read_from(UserErrorRow)


_FIELDS = {"country": "territoryCode", "province": "zoneCode", "phone": "phoneNumber", "id": "addressId"}
"""Fields of an address that this API calls otherwise."""
_OF_ADDRESSES = {
    "NOT_FOUND": "ADDRESS_ID_DOES_NOT_EXIST",
    "TAKEN": "CUSTOMER_ADDRESS_ALREADY_EXISTS",
    "BLANK": "REQUIRED",
}
_OF_FIELDS = {
    "country": "COUNTRY_NOT_EXIST",
    "phone": "PHONE_NUMBER_NOT_VALID",
    "province": "INVALID_FOR_COUNTRY",
    "zip": "INVALID_FOR_COUNTRY",
}


def address_errors(refusal: Refusal) -> list[UserErrorRow]:
    """What was wrong with an address or its id."""
    if not isinstance(refusal, CustomerRefused):
        field = ["addressId"] if refusal.field is None else [to_camel_case(part) for part in refusal.field]
        return [UserErrorRow("ADDRESS_ID_DOES_NOT_EXIST", field, refusal.message)]
    return [UserErrorRow(_address_code(one), _path(one), one.message) for one in refusal.problems]


def customer_errors(refusal: Refusal) -> list[UserErrorRow]:
    """What was wrong with a name."""
    if not isinstance(refusal, CustomerRefused):
        return [UserErrorRow("INVALID", None, refusal.message)]
    known = UserErrorsCustomerUserErrorsCode.__members__
    return [
        UserErrorRow(one.code if one.code in known else "INVALID", ["input", *(_path(one) or [])[1:]], one.message)
        for one in refusal.problems
    ]


def _address_code(problem: CustomerProblem) -> str:
    field = problem.field[-1] if problem.field else ""
    if problem.code == "BLANK" and field == "address":
        return "ADDRESS_ARGUMENT_EMPTY"
    code = _OF_ADDRESSES.get(problem.code, problem.code)
    if code in UserErrorsCustomerAddressUserErrorsCode.__members__ and code != "INVALID":
        return code
    return _OF_FIELDS.get(field, "INVALID")


def _path(problem: CustomerProblem, names: Mapping[str, str] = _FIELDS) -> list[str] | None:
    return None if problem.field is None else [names.get(part, to_camel_case(part)) for part in problem.field]
