"""What a plugin declares beside its code: health checks, ledgers, KPIs, personal data, metafields, demo rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.money import Money
from vetrina.plugin.words import Words


class HealthCheck(msgspec.Struct, frozen=True):
    """Whether something the plugin lives on works: `run` returns when it does, else raises a Refusal that says what.

    The admin says it in the reader's language: a Refusal's class has `texts = {"it": "..."}` beside its `text`.
    """

    name: str
    title: Words
    run: Callable[[Context], Awaitable[None]]
    deadline: float = 5.0
    """Seconds."""


class LedgerCheck(msgspec.Struct, frozen=True):
    """A book of the plugin's that has to add up, such as cards against their entries: `vetrina doctor shop` asks it.

    `run` answers what is wrong, a sentence each that names the row; nothing when all is well. It looks at a shop that
    is being sold from, so each statement has to be true at any instant.
    """

    name: str
    title: Words
    run: Callable[[Context], Awaitable[Sequence[str]]]


class Period(msgspec.Struct, frozen=True):
    """From `start` on and before `end`, both UTC."""

    start: datetime
    end: datetime


class Kpi(msgspec.Struct, frozen=True):
    """A key figure of the business. `code` begins with the plugin's name; `formula` says how, with its source (K-…).

    `compute` answers None where there is nothing to compute it from; ratios are fractions of 1.
    """

    code: str
    title: Words
    formula: Words
    unit: Literal["money", "count", "ratio", "days"]
    compute: Callable[[Context, Period], Awaitable[Money | Decimal | int | None]]
    better: Literal["up", "down"] = "up"
    permission: str = "shop.read"
    """Whoever lacks it does not see the figure."""


class Person(msgspec.Struct, frozen=True):
    """Whoever asks about himself: every customer and order that carries one of the addresses."""

    emails: tuple[str, ...]
    customer_ids: tuple[int, ...] = ()
    order_ids: tuple[int, ...] = ()


class PersonalData(msgspec.Struct, frozen=True):
    """What the plugin holds about people (Art. 15, 17 and 20 of Regulation (EU) 2016/679).

    `export` answers everything held, as plain values. `erase` forgets it, in the transaction it is given, and answers
    how many rows it touched; with `keep_for`, what a law obliges to keep stays until that long after it was written,
    and `because` names the law.
    """

    name: str
    holds: Words
    export: Callable[[Context, Person], Awaitable[Mapping[str, Any]]]
    erase: Callable[[Context, Session, Person], Awaitable[int]]
    keep_for: timedelta | None = None
    because: Words = ""


class MetafieldDefinition(msgspec.Struct, frozen=True):
    """A typed metafield in the plugin's own namespace, which is its name: values of another type are refused."""

    owner_type: str
    """The owner's public type name, such as Product."""
    key: str
    type: str
    """A type of the contract, such as number_integer or single_line_text_field."""
    name: Words
    description: Words = ""
    filterable: bool = False
    """Whether buyers may filter products by it: a facet of every list, for Product and ProductVariant."""


class DemoRows(msgspec.Struct, frozen=True):
    """Rows that make the plugin worth looking at in `vetrina demo`; run once, in a fresh demo shop."""

    run: Callable[[Context], Awaitable[None]]


Declaration = HealthCheck | LedgerCheck | Kpi | PersonalData | MetafieldDefinition | DemoRows
