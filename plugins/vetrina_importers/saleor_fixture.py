"""Reading a Saleor fixture: its records by model, their lines, and the broken ones by what they belong to."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from vetrina.ports import RowProblem
from vetrina_importers.saleor_records import MODELS, Key, Record

T = TypeVar("T", bound=msgspec.Struct)
# PostgreSQL cannot store a NUL. An even number of backslashes before its escape is text about one.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class OwnerOnly(msgspec.Struct):
    """What a record belongs to, when nothing else of it can be read."""

    fields: "Owner"


class Owner(msgspec.Struct):
    product: Key | None = None
    variant: Key | None = None
    product_variant: Key | None = None


class Fixture(msgspec.Struct):
    """The records by model and key, the line of the file each begins on, and the broken ones by their owner."""

    records: dict[type[msgspec.Struct], dict[Key, msgspec.Struct]]
    lines: dict[tuple[type[msgspec.Struct], Key], int]
    of_product: dict[Key, list[RowProblem]]
    of_variant: dict[Key, list[RowProblem]]


def load(content: bytes) -> Iterator[RowProblem | Fixture]:
    """Yield what is wrong with records of no known product, then the fixture.

    Raises msgspec.DecodeError if the file is not a list.
    """
    fixture = Fixture(records=defaultdict(dict), lines={}, of_product=defaultdict(list), of_variant=defaultdict(list))
    wanted = dict(MODELS)
    for line, raw in _lines(content, msgspec.json.decode(content, type=list[msgspec.Raw])):
        try:
            record = msgspec.json.decode(raw, type=Record)
            if (kind := wanted.get(record.model)) is None:
                continue
            if _NUL.search(raw):
                raise msgspec.ValidationError("it contains the character NUL")
            fixture.records[kind][record.pk] = msgspec.json.decode(record.fields, type=kind)
            fixture.lines[kind, record.pk] = line
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            message = f"The record cannot be read: {str(error)[:200]}."
            problem = RowProblem(row=line, field=None, code="RECORD_INVALID", message=message)
            if not _is_owned(fixture, raw, problem):
                yield problem
    yield fixture


def all_of(fixture: Fixture, kind: type[T]) -> dict[Key, T]:
    """Every record of a model by its key, in the order of the file."""
    records = fixture.records.get(kind, {})
    return {key: record for key, record in records.items() if isinstance(record, kind)}


def line_of(fixture: Fixture, kind: type[msgspec.Struct], key: Key) -> int:
    return fixture.lines.get((kind, key), 1)


def grouped(fixture: Fixture, kind: type[T], key_of: Callable[[T], Key | None]) -> dict[Key, list[tuple[Key, T]]]:
    """Records with their keys under the key of what they belong to."""
    groups: dict[Key, list[tuple[Key, T]]] = defaultdict(list)
    for key, record in all_of(fixture, kind).items():
        if (owner := key_of(record)) is not None:
            groups[owner].append((key, record))
    return groups


def _is_owned(fixture: Fixture, raw: bytes, problem: RowProblem) -> bool:
    """Note the problem with the product or variant it would leave half, if that can still be told."""
    try:
        owner = msgspec.json.decode(raw, type=OwnerOnly).fields
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    variant = owner.variant if owner.variant is not None else owner.product_variant
    if variant is not None:
        fixture.of_variant[variant].append(problem)
    elif owner.product is not None:
        fixture.of_product[owner.product].append(problem)
    return variant is not None or owner.product is not None


def _lines(content: bytes, raws: list[msgspec.Raw]) -> Iterator[tuple[int, bytes]]:
    at, line = 0, 1
    for raw in raws:
        entry = bytes(raw)
        start = content.index(entry, at)
        line += content.count(b"\n", at, start)
        yield line, entry
        line += entry.count(b"\n")
        at = start + len(entry)
