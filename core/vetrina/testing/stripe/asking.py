"""What is read from the books by the API: one object, a page of them, a search that lags behind."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from vetrina.testing.stripe.books import Books, Thing, listed
from vetrina.testing.stripe.forms import Form, integer, known_only
from vetrina.testing.stripe.problems import invalid

RANGES: Mapping[str, Callable[[int, int], bool]] = {
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}
FILTERS: Mapping[str, tuple[str, ...]] = {
    "payment_intent": (),
    "charge": ("payment_intent", "transfer_group"),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "payout": ("status",),
    "webhook_endpoint": (),
    "balance_transaction": ("currency", "source", "type"),
}
"""By which fields objects of a kind may be listed."""
_CLAUSE = re.compile(r"""\s*metadata\[(['"])(?P<name>[^'"]{1,40})\1\]\s*:\s*(['"])(?P<value>[^'"]{1,500})\3\s*""")


def page(books: Books, kind: str, form: Form, path: str) -> Thing:
    """A list, newest first: filtered, and after `starting_after`. Consistent with everything that was answered."""
    more = ("created", "ending_before", "limit", "starting_after", "arrival_date", "payout")
    known_only(form, (*FILTERS[kind], *more))
    wanted = {name: form[name] for name in FILTERS[kind] if name in form}
    if kind == "balance_transaction" and "payout" in form:
        wanted["payout_of_double"] = form["payout"]
    found = books.all(kind, lambda thing: all(thing[name] == value for name, value in wanted.items()))[::-1]
    for field in ("created", "arrival_date"):
        found = [thing for thing in found if _is_within(thing.get(field), form.get(field))]
    return _paged(books, found, form, path)


def search(books: Books, kind: str, form: Form, path: str, lag: int) -> Thing:
    """Objects by one value of their metadata, if they are older than `lag` seconds: the index is always behind."""
    known_only(form, ("limit", "page", "query"))
    clause = _CLAUSE.fullmatch(str(form.get("query", "")))
    if clause is None:
        raise invalid("This double searches by metadata['name']:'value' alone.", param="query")
    name, value, until = clause["name"], clause["value"], books.now() - lag
    found = books.all(kind, lambda thing: thing["metadata"].get(name) == value and thing["created"] <= until)[::-1]
    return {**_paged(books, found, form, path), "object": "search_result", "next_page": None}


def _paged(books: Books, found: list[Thing], form: Form, path: str) -> Thing:
    limit = integer(form, "limit") or 10
    if not 1 <= limit <= 100:
        raise invalid("A limit is between 1 and 100.", param="limit")
    after = form.get("starting_after")
    if after is not None:
        places = [place for place, thing in enumerate(found) if thing["id"] == after]
        if not places:
            raise invalid(f"No such object: '{after}'", code="resource_missing", param="starting_after")
        found = found[places[0] + 1 :]
    page_found = [books.expanded(thing, []) for thing in found[:limit]]
    return listed(page_found, path, has_more=len(found) > limit)


def _is_within(value: int | None, asked: Any) -> bool:
    if asked is None or value is None:
        return asked is None
    if isinstance(asked, dict):
        limits = cast("dict[str, str]", asked)
        return all(RANGES[name](value, int(limit)) for name, limit in limits.items())
    return value == int(asked)
