"""The contract's scalars and how they are read and written."""

import re
from datetime import datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Color = NewType("Color", str)
DateTime = NewType("DateTime", datetime)
Decimal = NewType("Decimal", str)
HTML = NewType("HTML", str)
ISO8601DateTime = NewType("ISO8601DateTime", datetime)
JSON = NewType("JSON", object)
UnsignedInt64 = NewType("UnsignedInt64", int)
URL = NewType("URL", str)

_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,20})?")


def _decimal(value: Any) -> str:
    text = str(value)
    if isinstance(value, bool) or not _DECIMAL.fullmatch(text):
        raise GraphQLError("A Decimal is a number such as 12.50, as text.")
    return text


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError("A DateTime is ISO 8601, such as 2026-03-14T09:26:53Z.") from None
    if moment.tzinfo is None:
        raise GraphQLError("A DateTime names its offset, such as Z.")
    return moment


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _url(value: Any) -> str:
    if not isinstance(value, str) or not re.match(r"https?://[^\s/]+|/", value) or len(value) > 2_048:
        raise GraphQLError("A URL is an absolute http or https address.")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError("A text is expected.")
    return value


def _unsigned(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdigit() or int(value) >= 2**64:
        raise GraphQLError("An UnsignedInt64 is a whole number from 0 to 2^64 - 1, as text.")
    return int(value)


def as_it_is(value: Any) -> Any:
    """A value that is on the wire what it is in the row."""
    return value


SCALARS: dict[object, ScalarDefinition] = {
    Color: strawberry.scalar(name="Color", serialize=as_it_is, parse_value=_text, description="#RRGGBB"),
    DateTime: strawberry.scalar(
        name="DateTime", serialize=_written, parse_value=_moment, description="ISO 8601 with an offset"
    ),
    Decimal: strawberry.scalar(
        name="Decimal", serialize=as_it_is, parse_value=_decimal, description="A number, as text"
    ),
    HTML: strawberry.scalar(name="HTML", serialize=as_it_is, parse_value=_text, description="HTML from an allow-list"),
    ISO8601DateTime: strawberry.scalar(name="ISO8601DateTime", serialize=_written, parse_value=_moment),
    JSON: strawberry.scalar(name="JSON", serialize=as_it_is, parse_value=as_it_is, description="Any JSON value"),
    UnsignedInt64: strawberry.scalar(
        name="UnsignedInt64", serialize=str, parse_value=_unsigned, description="0 to 2^64 - 1, as text"
    ),
    URL: strawberry.scalar(name="URL", serialize=as_it_is, parse_value=_url, description="An absolute address"),
}
