"""Stripe's form encoding: a[b][0]=c read as nested values, refused where a parameter is not known."""

import re
from collections.abc import Collection, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from vetrina.testing.stripe.problems import invalid

Form = dict[str, Any]
MOST_METADATA, LONGEST_KEY, LONGEST_VALUE = 50, 40, 500

_PART = re.compile(r"\[([^\]]*)\]")


def read_form(text: str) -> Form:
    """Nested dicts; what is numbered or has an empty index becomes a list."""
    form: Form = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        path = [name.partition("[")[0], *_PART.findall(name)]
        here = form
        for part in path[:-1]:
            here = here.setdefault(part, {})
        here[path[-1] or str(len(here))] = value
    return {name: _listed(value) for name, value in form.items()}


def known_only(form: Form, known: Collection[str]) -> None:
    """Raises StripeProblem for a parameter Stripe does not know: a typing error never passes for a setting."""
    for name in form:
        if name not in known and name != "expand":
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def integer(form: Mapping[str, Any], name: str) -> int | None:
    """A whole number, or None where there is none. Raises StripeProblem."""
    value = form.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"-?\d{1,18}", str(value)):
        raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def truth(form: Mapping[str, Any], name: str, default: bool = False) -> bool:
    """true or false. Raises StripeProblem."""
    value = form.get(name)
    if value is None:
        return default
    if value not in ("true", "false"):
        raise invalid(f"Invalid boolean: {value}", param=name)
    return value == "true"


def metadata(form: Mapping[str, Any]) -> dict[str, str]:
    """Keys and values within Stripe's limits. Raises StripeProblem."""
    given: dict[str, str] = form.get("metadata") or {}
    if len(given) > MOST_METADATA or any(
        len(key) > LONGEST_KEY or len(value) > LONGEST_VALUE for key, value in given.items()
    ):
        raise invalid("Metadata has up to 50 keys of 40 characters with values of 500.", param="metadata")
    return dict(given)


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inside = {name: _listed(part) for name, part in cast("Form", value).items()}
    return list(inside.values()) if inside and all(name.isdigit() for name in inside) else inside
