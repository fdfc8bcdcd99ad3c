"""When two answers are the same. The rule, as strict as graphql-core lets it be:

1. The data are the same bytes, key order included; the same mutations ran in the same order with the same arguments.
2. An error is its message, path, locations, extensions and cause. The order of errors is not compared: graphql-core's
   is that of its event loop.
3. Both answers hold the same errors, with one exception. Several fields may fail below one place that is nulled by
   propagation; graphql-core reports the first to do so and cuts the others off, perhaps after some of them reported.
   Which, again, its event loop decides. So an error lands where its null ends up: at its own path, or above it at the
   nearest place that may be null. Errors whose paths lie at or below the same outermost landing are a group. A group
   of one is compared like everything else. Of a larger group each answer holds at least one error that lands at the
   outermost landing, for without it that place would not be null, and none that graphql-core does not report when it
   runs without propagation, which tells every error there is, and none twice. Errors of the request as a whole, such
   as of its variables, have no path and no such excuse.

How often the exception was made use of is counted (`Verdict.is_lenient`).
"""

from collections import Counter

import msgspec
from tests.differential.answers import Answer, Everything, Path, Told


class Verdict(msgspec.Struct, frozen=True):
    """What differs, in words; None if nothing does. `is_lenient` when rule 3 was bent to the event loop."""

    difference: str | None = None
    is_lenient: bool = False


def needs_everything(reference: Answer, other: Answer) -> bool:
    """Whether errors differ, so that every error there is must be known to judge them."""
    return reference.errors != other.errors


def compare(reference: Answer, other: Answer, everything: Everything | None = None) -> Verdict:
    """Judge an answer by the reference's. `everything` where `needs_everything` says so."""
    if other.body != reference.body:
        return Verdict("the data are not the same bytes")
    if other.mutations != reference.mutations:
        return Verdict("not the same mutations ran")
    if not needs_everything(reference, other):
        return Verdict()
    assert everything is not None
    difference = _compare_groups(reference, other, everything)
    return Verdict(difference, is_lenient=difference is None)


def _compare_groups(reference: Answer, other: Answer, everything: Everything) -> str | None:
    if not all(error.place for error in (*reference.errors, *other.errors)):
        return "not the same errors of the request as a whole"
    landings = {error: landing(error.place, everything.never_null) for error in everything.errors}
    groups: dict[Path | None, list[Told]] = {}
    for error in everything.errors:
        groups.setdefault(_outermost(error, landings), []).append(error)
    for whose, answer in (("reference", reference), ("plan", other)):
        known = Counter(everything.errors)
        for error, times in Counter(answer.errors).items():
            if error not in known:
                return f"the {whose} reports what never happened: {error}"
            if times > known[error]:
                return f"the {whose} reports {times} times: {error}"
        for outermost, group in groups.items():
            reported = [error for error in answer.errors if error in group]
            if len(group) == 1 and reported != group:
                return f"the {whose} does not report: {group[0]}"
            if all(landings[error] != outermost for error in reported):
                return f"the {whose} does not say why {_shown(outermost)} is null; it could be {group}"
    return None


def landing(place: Path, never_null: frozenset[Path]) -> Path | None:
    """Where the null of an error at a place ends up; None for the whole data."""
    while place in never_null:
        place = place[:-1]
        if not place:
            return None
    return place or None


def _outermost(error: Told, landings: dict[Told, Path | None]) -> Path | None:
    own = landings[error]
    if None in landings.values():
        return None
    found: Path = own or ()
    for place in landings.values():
        if place is not None and len(place) < len(found) and error.place[: len(place)] == place:
            found = place
    return found


def _shown(place: Path | None) -> str:
    return "data" if place is None else ".".join(str(part) for part in place)
