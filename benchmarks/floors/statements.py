"""A request's statements as they were heard at the driver, with places for the values of the next request."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, cast

from benchmarks.floors.driver import Link, Rows
from benchmarks.support.recording import Sent, Template

Columns = Callable[[Sequence[Any]], tuple[Any, ...]]


class Statements:
    """What a floor sends. It names the statements whose rows it reads; the rest are sent all the same."""

    def __init__(self, sent: Sequence[Sent]) -> None:
        self._rest = list(sent)

    def answering(self, *columns: str, places: Sequence[Any] = ()) -> Template:
        """The first statement not named yet that answers these columns."""
        return self._take([each for each in self._rest if set(columns) <= set(each.columns)], columns, places)

    def saying(self, *parts: str, places: Sequence[Any] = ()) -> Template:
        """The first statement not named yet whose text has these parts."""
        return self._take([each for each in self._rest if all(part in each.text for part in parts)], parts, places)

    @property
    def rest(self) -> list[Sent]:
        """The statements that nobody named: what finds out where the buyer is."""
        assert not any(each.is_write for each in self._rest), "a write that the floor does not do"
        return self._rest

    def _take(self, found: list[Sent], wanted: tuple[str, ...], places: Sequence[Any]) -> Template:
        assert found, f"no statement has {wanted}"
        self._rest.remove(found[0])
        return Template(found[0], *places)


def columns_of(template: Template, *names: str, first: int | None = None) -> Columns:
    """Takes the named columns out of a row; `first` is the position of one to put before them."""
    positions = template.at(*names)
    return cast(Columns, itemgetter(*positions) if first is None else itemgetter(first, *positions))


async def fetch(link: Link, template: Template, *values: Any) -> Rows:
    """Send a statement with these values in its places."""
    return await link.fetch(template.text, template.bound(*values))


async def replay(link: Link, sent: Sequence[Sent]) -> None:
    """Send statements as they were recorded, in one transaction if there are writes among them."""
    writes = [index for index, each in enumerate(sent) if each.is_write]
    for index, each in enumerate(sent):
        if writes and index == writes[0]:
            await link.begin()
        if each.is_write and not each.columns:
            await link.run(each.text, each.arguments)
        else:
            await link.fetch(each.text, each.arguments)
        if writes and index == writes[-1]:
            await link.commit()
