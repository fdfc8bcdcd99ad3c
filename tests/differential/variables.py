"""The variables of a document: declared where one may stand for a value, and sent with every run."""

from random import Random
from typing import Any

import msgspec
from graphql import GraphQLNonNull
from tests.differential.inputs import Values, Variable, literal, spoilt
from tests.differential.shapes import without_null


class Declared(msgspec.Struct, frozen=True):
    """A variable's type and default."""

    kind: Any
    default: Any = msgspec.UNSET

    @property
    def may_be_null(self) -> bool:
        return without_null(self.kind) is self.kind

    @property
    def is_required(self) -> bool:
        return not self.may_be_null and self.default is msgspec.UNSET

    def written(self, name: str) -> str:
        default = "" if self.default is msgspec.UNSET else f" = {literal(self.kind, self.default)}"
        return f"${name}: {self.kind}{default}"


class Variables:
    """Those of one document. `uses` are the ones in the operation or fragment that is being written."""

    def __init__(self, random: Random, values: Values, features: set[str]) -> None:
        self._random = random
        self._values = values
        self._features = features
        self.declared: dict[str, Declared] = {}
        self.uses: set[str] = set()

    def at(self, kind: Any, *, has_default: bool, name: str = "v") -> Variable:
        """A variable for a place of a type: of that type, a stricter one, or looser with a default."""
        self._features.add("variable")
        same = [one for one, declared in self.declared.items() if str(declared.kind) == str(kind)]
        if same and self._random.random() < 0.25:
            self._features.add("variable used twice")
            found = self._random.choice(same)
        else:
            found = f"{name}{len(self.declared)}"
            with self._values.without_variables():  # a default is constant
                self.declared[found] = self._declaration(kind, has_default, name)
        self.uses.add(found)
        return Variable(found)

    def has_default(self, variable: Variable) -> bool:
        return self.declared[variable.name].default is not msgspec.UNSET

    def written(self) -> str:
        """The declarations of what is used."""
        return ", ".join(self.declared[name].written(name) for name in sorted(self.uses))

    def sent(self) -> dict[str, Any]:
        """Variables as a request sends them; now and then one that does not fit."""
        sent = dict[str, Any]()
        for name, declared in self.declared.items():
            drawn = self._random.random()
            if drawn < 0.3 and not declared.is_required:
                self._features.add("variable left out")
            elif drawn < 0.36 and declared.may_be_null:
                self._features.add("variable null")
                sent[name] = None
            else:
                with self._values.without_variables():
                    sent[name] = self._values.drawn(declared.kind, name.rstrip("0123456789"))
        if self.declared and self._random.random() < 0.07:
            self._features.add("broken variable")
            name = self._random.choice(list(self.declared))
            if self._random.random() < 0.2:
                sent.pop(name, None)
            else:
                sent[name] = spoilt(sent.get(name), self._random)
        if self._random.random() < 0.03:
            self._features.add("variable nobody declared")
            sent["nobody"] = 1
        return sent

    def _declaration(self, kind: Any, has_default: bool, name: str) -> Declared:
        drawn = self._random.random()
        looser = without_null(kind)
        if looser is not kind:
            if drawn < 0.5:
                return Declared(kind)
            if has_default and drawn < 0.65:
                return Declared(looser)
            self._features.add("variable with a default")
            return Declared(kind if drawn < 0.7 else looser, self._values.drawn(kind, name))
        if drawn < 0.2:
            self._features.add("variable of a stricter type")
            stricter: Any = GraphQLNonNull(kind)
            return Declared(stricter)
        if drawn < 0.5:
            self._features.add("variable with a default")
            return Declared(kind, self._values.drawn(kind, name))
        return Declared(kind)
