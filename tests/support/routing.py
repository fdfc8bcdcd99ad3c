"""What litestar reads from the functions behind routes is read once per process, not anew for each test's shop.

A process started by a test, as every real shop, does without this.
"""

from collections.abc import Callable
from copy import copy
from types import FunctionType
from typing import Any

import pytest
from litestar import Router
from litestar.handlers import base
from litestar.utils.signature import ParsedSignature

_signatures: dict[Any, ParsedSignature] = {}
_models: dict[Any, tuple[ParsedSignature, type[Any]]] = {}
_parse: Callable[..., ParsedSignature] = ParsedSignature.from_fn
_Models: Any = vars(base)["SignatureModel"]
_create: Callable[..., type[Any]] = _Models.create


def keep_routing(patch: pytest.MonkeyPatch) -> None:
    """Read each function once; copy of a Router what its registration changes, not all it leads to."""
    patch.setattr(ParsedSignature, "from_fn", staticmethod(_parsed))
    patch.setattr(_Models, "create", staticmethod(_model))
    patch.setattr("litestar.router.deepcopy", _copied)


def _parsed(fn: Any, signature_namespace: dict[str, Any]) -> ParsedSignature:
    """Functions that one `def` made with the same annotations have one signature, whatever they have closed over."""
    if not isinstance(fn, FunctionType) or fn.__kwdefaults__ or hasattr(fn, "__wrapped__"):
        return _parse(fn, signature_namespace)
    known = (tuple(fn.__annotations__.items()), fn.__defaults__, tuple(signature_namespace.items()))
    try:
        key = (fn.__code__, id(fn.__globals__), known)
        if key not in _signatures:
            _signatures[key] = _parse(fn, signature_namespace)
        return _signatures[key]
    except TypeError:  # what has no hash is read each time
        return _parse(fn, signature_namespace)


def _model(
    dependency_name_set: set[str], fn: Any, parsed_signature: ParsedSignature, type_decoders: Any, data_dto: Any = None
) -> type[Any]:
    """Kept with the signature it was made of: its place in memory is no other's then."""
    names = (getattr(fn, "__module__", None), getattr(fn, "__name__", None), frozenset(dependency_name_set))
    key = (id(parsed_signature), names, tuple(type_decoders), data_dto)
    if key not in _models:
        made = _create(dependency_name_set, fn, parsed_signature, type_decoders, data_dto)
        _models[key] = (parsed_signature, made)
    return _models[key][1]


def _copied(router: Router) -> Router:
    """The same addresses, with handlers and owners of its own."""
    copies: dict[int, Any] = {}

    def owned(one: Any) -> Any:
        """A copy of a handler or a router, below a copy of its router."""
        if one is None or id(one) in copies:
            return copies.get(id(one))
        fresh = copies[id(one)] = copy(one)
        fresh.owner = owned(one.owner)
        return fresh

    def routed(route: Any) -> Any:
        fresh = copy(route)
        if hasattr(route, "route_handlers"):
            fresh.route_handlers = [owned(handler) for handler in route.route_handlers]
        else:
            fresh.route_handler = owned(route.route_handler)
        return fresh

    fresh = owned(router)
    fresh.routes = [routed(route) for route in router.routes]
    return fresh
