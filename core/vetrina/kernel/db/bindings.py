"""What is left to do for a statement that is kept and called again: put the parameters in their places."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BindParameter
from sqlalchemy.sql.compiler import SQLCompiler

from vetrina.kernel.db.shapes import Shape

Convert = Callable[[Any], Any]
Places = tuple[int, ...]


class Call(msgspec.Struct, gc=False):
    """A statement ready for the driver."""

    text: str
    arguments: list[Any]
    shape: Shape
    moves_shared: bool = False
    """Whether it writes what everybody may be answered."""

    @property
    def columns(self) -> tuple[str, ...]:
        return self.shape.columns


class Binding(msgspec.Struct, frozen=True, gc=False):
    """One statement's text and arguments, with gaps where each call's parameters go."""

    text: str
    arguments: list[Any]
    plain: tuple[tuple[int, str], ...]
    converted: tuple[tuple[str, Convert, Places], ...]
    optional: tuple[tuple[str, Convert | None, Places], ...]
    """Parameters with a value of their own, which a call may replace."""
    shape: Shape
    moves_shared: bool

    def call(self, params: Mapping[str, Any]) -> Call:
        """Raises KeyError when a parameter is missing."""
        arguments = self.arguments.copy()
        for place, name in self.plain:
            arguments[place] = params[name]
        for name, convert, places in self.converted:
            value = convert(params[name])
            for place in places:
                arguments[place] = value
        for name, convert, places in self.optional:
            if name in params:
                value = params[name] if convert is None else convert(params[name])
                for place in places:
                    arguments[place] = value
        return Call(self.text, arguments, self.shape, self.moves_shared)


def bind(
    compiled: SQLCompiler,
    extracted: Sequence[BindParameter[Any]] | None,
    names: tuple[str, ...],
    shape: Shape,
    moves_shared: bool,
) -> Binding | None:
    """The binding of one statement, whose own values are `extracted`; None where each call needs the compiler.

    A writing statement is bound for calls that give it just these `names`.
    """
    required, optional = set[str](), set[str]()
    for parameter, name in compiled.bind_names.items():
        if name in names or parameter.required:
            required.add(name)
        elif not parameter.unique:
            optional.add(name)
        if parameter.callable or (parameter in compiled.post_compile_params and name in required | optional):
            return None
    text, order, values, converts = _written(compiled, extracted)
    places = {name: tuple(place for place, each in enumerate(order) if each == name) for name in order}
    arguments = [
        None if name in required else converts[name](values[name]) if name in converts else values[name]
        for name in order
    ]
    return Binding(
        text,
        arguments,
        tuple((place, name) for place, name in enumerate(order) if name in required and name not in converts),
        tuple((name, converts[name], places[name]) for name in places if name in required and name in converts),
        tuple((name, converts.get(name), places[name]) for name in places if name in optional),
        shape,
        moves_shared,
    )


def _written(
    compiled: SQLCompiler, extracted: Sequence[BindParameter[Any]] | None
) -> tuple[str, Sequence[str], Mapping[str, Any], Mapping[str, Convert]]:
    """Text, names in their order, the statement's own values, and what turns values into the driver's."""
    values = compiled.construct_params(None, extracted_parameters=extracted, escape_names=False, _check=False)
    converts: Any = compiled._bind_processors
    if not compiled.post_compile_params:
        return compiled.string, compiled.positiontup or (), values, converts
    expanded = compiled._process_parameters_for_postcompile(values)
    own = {**values, **expanded.additional_parameters}
    return expanded.statement, expanded.positiontup or (), own, {**converts, **expanded.processors}
