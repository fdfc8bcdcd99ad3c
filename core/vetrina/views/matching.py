"""Which rows of a list are meant, as SQL: what searches and filters become."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement


class Matching(msgspec.Struct, frozen=True):
    """Conditions over the listed table, and values for the parameters they name."""

    conditions: tuple[ColumnElement[bool], ...] = ()
    params: dict[str, Any] = {}

    def __and__(self, other: "Matching") -> "Matching":
        return Matching(self.conditions + other.conditions, self.params | other.params)


EVERYTHING = Matching()
