"""Writes valid documents over any schema: every part of the language, steered to one type after the other."""

import re
from random import Random
from typing import Any

import msgspec
from graphql import (
    GraphQLBoolean,
    GraphQLNonNull,
    is_enum_type,
    is_interface_type,
    is_required_argument,
    is_union_type,
)
from tests.differential.cases import Case, Run
from tests.differential.inputs import Values, Variable, Words, any_word, literal, reaches
from tests.differential.routes import Grammar, Step
from tests.differential.shapes import is_list, is_of_plugin, is_output_composite, named, without_null
from tests.differential.variables import Variables

MOST_ALIASES = 22
MOST_DIRECTIVES = 12
STRANGE = (
    "class", "None", "self", "_", "__a", "def", "lambda", "True", "__class__", "__init__", "__struct_fields__",
    "keys", "rows", "row", "parents", "run", "info", "value_", "append", "msgspec", "L1", "l1", "x" * 60,
)  # fmt: skip
"""Aliases that mean something to whoever writes programs of them; each at most once in a document."""

_FLAG = GraphQLNonNull(GraphQLBoolean)


class Selected(msgspec.Struct):
    """What a response name stands for at one place: the field with its arguments, what is below unless it is a leaf."""

    signature: str
    below: "Scope | None"

    @property
    def field(self) -> str:
        return self.signature.partition("(")[0]


Scope = dict[str, Selected]
"""What is selected at one place of the response, by response name."""


class Fragment(msgspec.Struct):
    """A named fragment, the variables in it and how deep it goes."""

    name: str
    on: str
    body: str
    uses: set[str]
    depth: int
    scope: "Scope"


def write_case(grammar: Grammar, seed: int, index: int, words: Words = any_word) -> Case:
    """The case of a seed and an index: most are valid; those that are not say so among their features."""
    return Writer(grammar, Random(f"{seed}/{index}"), words).case(grammar.targets[index % len(grammar.targets)])


class Writer:
    def __init__(self, grammar: Grammar, random: Random, words: Words) -> None:
        self.grammar = grammar
        self.random = random
        self.features = set[str]()
        self.types = set[str]()
        self.fields = set[str]()
        self.values = Values(random, words, self.types, self.features)
        self.values.ask = self._variable_inside
        self.variables = Variables(random, self.values, self.features)
        self.fragments: list[Fragment] = []
        self.fragment_depth = 0
        self.shapes: dict[str, str] = {}
        """The type of each field that goes by its own name, wherever: another type must go by another name."""
        self.aliases = 0
        self.directives = 0
        self.budget = random.choice((2, 3, 4, 5, 6, 8, 8, 12, 20, 40))
        self.depth = random.choice((2, 3, 4, 5, 6, 9))
        self.strange = list(STRANGE)

    def case(self, target: str) -> Case:
        is_mutation, route = self.grammar.routes[target]
        others = self.random.choice((1, 1, 2)) if self.random.random() < 0.12 else 0
        operations = [self._operation(is_mutation, route, is_named=others > 0 or self.random.random() < 0.5)]
        for _ in range(others):
            self.features.add("several operations")
            self.budget = 4
            operations.append(self._operation(False, (), is_named=True))
        names = [name for name, _ in operations]
        name = self.random.choice(names) if others else names[0]
        if name is not None and not others and self.random.random() < 0.3:
            self.features.add("operation without its name")
            name = None
        parts = [text for _, text in operations]
        parts += [f"fragment {one.name} on {one.on} {one.body}" for one in self.fragments]
        self.random.shuffle(parts)
        text = "\n".join(parts)
        if self.random.random() < 0.02:
            text = self._spoilt(text)
        is_together = self.random.random() < 0.05 and "mutation" not in self.features
        world = self.random.getrandbits(40)
        runs = tuple(
            Run(self.variables.sent(), world if is_together else self.random.getrandbits(40))
            for _ in range(self.random.choice((2, 2, 2, 3, 5)))
        )
        return Case(
            text, name, runs, is_together, frozenset(self.features), frozenset(self.types), frozenset(self.fields)
        )

    def _operation(self, is_mutation: bool, route: tuple[Step, ...], *, is_named: bool) -> tuple[str | None, str]:
        could_be = not route and self.grammar.mutation is not None
        is_mutation = is_mutation or (could_be and self.random.random() < 0.2)
        root = self.grammar.mutation if is_mutation else self.grammar.query
        if is_mutation:
            self.features.add("mutation")
        self.variables.uses = set[str]()
        roots: Scope = {}
        body = self.selection(root, self.depth, roots, route)
        if not is_mutation and self.random.random() < 0.02:
            self.features.add("introspection")
            body = body[:-1] + ' __schema { queryType { name } } kind: __type(name: "Lab") { name fields { name } } }'
        if len(roots) > 1:
            self.features.add("several roots")
        context = self._in_context() if self.random.random() < 0.12 else ""
        name = f"Op{self.random.randint(0, 10**6)}" if is_named else None
        self.features.add("named operation" if is_named else "anonymous operation")
        declared = self.variables.written()
        if not is_mutation and name is None and not declared and not context and self.random.random() < 0.7:
            return None, body
        word = "mutation" if is_mutation else "query"
        return name, f"{word} {name or ''}{f'({declared})' if declared else ''}{context} {body}"

    def _in_context(self) -> str:
        directive = next(one for one in self.grammar.schema.directives if one.name == "inContext")
        self.features.add("in context")
        arguments = self._arguments(directive.args, frozenset())
        return f" @inContext{arguments}" if arguments else ""

    def selection(self, kind: Any, depth: int, scope: Scope, route: tuple[Step, ...] = ()) -> str:
        """A selection set at a type; with a route, one that goes its way."""
        self.types.add(kind.name)
        parts = [self._along(kind, depth, scope, route)] if route else []
        for _ in range(self.random.choice((1, 2, 2, 3, 4)) if self.budget > 0 else 1):
            parts.append(self._part(kind, depth, scope))
        self.random.shuffle(parts)
        return f"{{ {' '.join(part for part in parts if part) or '__typename'} }}"

    def _along(self, kind: Any, depth: int, scope: Scope, route: tuple[Step, ...]) -> str:
        step, rest = route[0], route[1:]
        if step.on is not None:
            return self._inline(kind, step.on, depth, scope, rest)
        assert step.field is not None
        return self._field(kind, step.field, depth, scope, rest, step.wanted)

    def _part(self, kind: Any, depth: int, scope: Scope) -> str:
        drawn = self.random.random()
        leaves = self.grammar.leaves[kind.name]
        if self.budget <= 0 and leaves:
            return self._field(kind, self.random.choice(leaves), depth, scope)
        if drawn < 0.06 or self.budget <= 0:
            return self._typename()
        if drawn < 0.2:
            return self._inline(kind, self.random.choice([None, *self.grammar.conditions[kind.name]]), depth, scope)
        if drawn < 0.32 and self.fragment_depth < 3:
            return self._spread(kind, depth, scope)
        fields = self.grammar.fields[kind.name]
        if not fields:
            return self._inline(kind, self.random.choice(self.grammar.conditions[kind.name]), depth, scope)
        if depth <= 1 or (leaves and self.random.random() < 0.55):
            return self._field(kind, self.random.choice(leaves), depth, scope) if leaves else self._typename()
        again = [key for key, one in scope.items() if one.below is not None]
        if again and self.random.random() < 0.25:
            return self._again(kind, depth, scope, self.random.choice(again))
        return self._field(kind, self.random.choice(fields), depth, scope)

    def _typename(self) -> str:
        self.features.add("typename")
        self.types.add("String")
        return "__typename" if self.random.random() < 0.8 else self._alias("__typename")

    def _alias(self, field: str) -> str:
        self.features.add("alias")
        self.aliases += 1
        if self.random.random() < 0.15:
            self.features.add("strange alias")
            return f"{self.strange.pop(self.random.randrange(len(self.strange)))}: {field}"
        return f"{self.random.choice('abcdefgz')}{self.aliases}: {field}"

    def _again(self, kind: Any, depth: int, scope: Scope, key: str) -> str:
        """A response name once more, with another selection: they must merge."""
        selected = scope[key]
        if selected.field not in self.grammar.fields[kind.name] or selected.below is None:
            return self._typename()
        self.features.add("merged fields")
        self.budget -= 1
        self.variables.uses |= set(re.findall(r"\$(\w+)", selected.signature))
        text = selected.signature
        if key != selected.field:
            self.aliases += 1
            text = f"{key}: {text}"
        of = named(kind.fields[selected.field].type)
        return f"{text}{self._conditions()} {self.selection(of, depth - 1, selected.below)}"

    def _field(
        self,
        kind: Any,
        name: str,
        depth: int,
        scope: Scope,
        route: tuple[Step, ...] = (),
        wanted: frozenset[str] = frozenset(),
    ) -> str:
        field = kind.fields[name]
        of = named(field.type)
        if self.aliases >= MOST_ALIASES and not route:
            return ""
        self.budget -= 1
        self.types.add(of.name)
        self.fields.add(f"{kind.name}.{name}")
        if is_of_plugin(name):
            self.features.add("plugin's field")
        signature = name + self._arguments(field.args, wanted)
        is_free = self.shapes.get(name, str(field.type)) == str(field.type)
        is_plain = is_free and (name not in scope or scope[name].signature == signature)
        if self.fragment_depth and field.args:
            is_plain = False  # fragments meet each other anywhere: what has arguments has a name of its own
        if is_plain and self.random.random() < 0.9:
            key, text = name, signature
            self.shapes[name] = str(field.type)
        else:
            text = self._swapped(kind, name, signature, scope) or self._alias(signature)
            key = text.partition(":")[0]
        selected = scope.setdefault(key, Selected(signature, {} if is_output_composite(of) else None))
        text += self._conditions()
        if selected.below is None:
            return text
        return f"{text} {self.selection(of, depth - 1, selected.below, route)}"

    def _swapped(self, kind: Any, name: str, signature: str, scope: Scope) -> str | None:
        """A field by the name of another one of its type."""
        own = str(kind.fields[name].type)
        others = [one for one in self.grammar.leaves[kind.name] if one != name and str(kind.fields[one].type) == own]
        if self.fragment_depth or not others or name not in self.grammar.leaves[kind.name]:
            return None
        alias = self.random.choice(others)
        if alias in scope or self.shapes.get(alias, own) != own or self.random.random() > 0.3:
            return None
        self.features.add("alias that is another field")
        self.aliases += 1
        self.shapes[alias] = own
        return f"{alias}: {signature}"

    def _inline(self, kind: Any, on: str | None, depth: int, scope: Scope, route: tuple[Step, ...] = ()) -> str:
        self.features.add(f"inline fragment {self._condition_kind(on)}")
        of = kind if on is None else self.grammar.composites[on]
        condition = "" if on is None else f" on {on}"
        self.budget -= 1
        return f"...{condition}{self._conditions(self._may_wait(kind))} {self.selection(of, depth, scope, route)}"

    def _condition_kind(self, on: str | None) -> str:
        if on is None:
            return "without condition"
        kind = self.grammar.composites[on]
        return "on a union" if is_union_type(kind) else "on an interface" if is_interface_type(kind) else "on an object"

    def _spread(self, kind: Any, depth: int, scope: Scope) -> str:
        fitting = [
            one for one in self.fragments
            if one.depth <= depth and self.grammar.possible[one.on] & self.grammar.possible[kind.name]
        ]  # fmt: skip
        if fitting and self.random.random() < 0.6:
            fragment = self.random.choice(fitting)
            self.features.add("fragment used twice")
        else:
            fragment = self._fragment(
                self.random.choice([kind.name, *self.grammar.conditions[kind.name]]), min(depth, 3)
            )
        if self.fragment_depth:
            self.features.add("fragment in a fragment")
        self.variables.uses |= fragment.uses
        for key, selected in fragment.scope.items():
            scope.setdefault(key, selected)
        text = f"...{fragment.name}{self._conditions(self._may_wait(kind))}"
        inner = [key for key, one in fragment.scope.items() if one.below is not None]
        if inner and depth > 1 and self.random.random() < 0.4:  # more of it here than where it is spread as well
            text += f" {self._again(kind, depth, scope, self.random.choice(inner))}"
        return text

    def _fragment(self, on: str, depth: int) -> Fragment:
        self.features.add(f"fragment {self._condition_kind(on)}")
        uses, self.variables.uses = self.variables.uses, set[str]()
        self.fragment_depth += 1
        scope: Scope = {}
        body = self.selection(self.grammar.composites[on], depth, scope)
        self.fragment_depth -= 1
        fragment = Fragment(f"Part{len(self.fragments)}", on, body, self.variables.uses, depth, scope)
        self.fragments.append(fragment)
        self.variables.uses = uses
        return fragment

    def _may_wait(self, kind: Any) -> bool:
        """Whether @defer is allowed: mutations' roots are not put off."""
        return kind is not self.grammar.mutation and not self.fragment_depth

    def _conditions(self, may_wait: bool = False) -> str:
        """Directives for a field or a fragment."""
        drawn = self.random.random()
        if drawn > 0.12 or self.directives >= MOST_DIRECTIVES:
            return ""
        self.directives += 1
        if may_wait and drawn < 0.03:
            self.features.add("defer")
            if self.random.random() < 0.5:
                return f" @defer(if: {self._flag()})"
            return self.random.choice((" @defer", f' @defer(label: "l{self.directives}")'))
        names = ["include", "skip"]
        self.random.shuffle(names)
        return "".join(f" @{name}(if: {self._flag()})" for name in names[: 2 if drawn > 0.1 else 1])

    def _flag(self) -> str:
        if self.random.random() < 0.4:
            self.features.add("directive by literal")
            return self.random.choice(("true", "false"))
        self.features.add("directive by variable")
        variable = self.variables.at(_FLAG, has_default=False)
        if self.variables.has_default(variable):
            self.features.add("directive by default")
        return f"${variable.name}"

    def _arguments(self, declared: dict[str, Any], wanted: frozenset[str]) -> str:
        written = list[str]()
        for name, argument in declared.items():
            inner = wanted if reaches(argument.type, wanted) else frozenset[str]()
            if not inner and not is_required_argument(argument) and self.random.random() > 0.35:
                self.features.add("argument left out")
                continue
            value: Any = None if inner else self._variable_at(argument, name)
            if value is None:
                value = self.values.drawn(argument.type, name, wanted=inner)
                self._note(argument.type, value)
            is_block = self.random.random() < 0.1
            if is_block and isinstance(value, str) and not is_enum_type(named(argument.type)):
                self.features.add("block string")
            written.append(f"{name}: {literal(argument.type, value, is_block=is_block)}")
        self.random.shuffle(written)
        return f"({', '.join(written)})" if written else ""

    def _note(self, kind: Any, value: Any) -> None:
        of = named(kind)
        self.types.add(of.name)
        if is_enum_type(of) and value is not None:
            self.features.add("enum literal")
        if isinstance(value, list) and is_list(without_null(kind)):
            self.features.add("list literal")
        if isinstance(value, dict):
            self.features.add("object literal")

    def _variable_at(self, argument: Any, name: str) -> Variable | None:
        if self.random.random() > 0.35:
            return None
        return self.variables.at(argument.type, has_default=argument.default is not None, name=name)

    def _variable_inside(self, kind: Any, has_default: bool, name: str) -> Variable | None:
        if self.random.random() > 0.12:
            return None
        return self.variables.at(kind, has_default=has_default, name=name)

    def _spoilt(self, text: str) -> str:
        self.features.add("invalid document")
        where = self.random.randrange(len(text))
        before, after = text[:where], text[where:]
        return self.random.choice((f"{before} noSuchField {after}", before + after[1:], text[:-1]))
