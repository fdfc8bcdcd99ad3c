"""plugins/HOOKS.md: what a plugin may contribute, serve, react to, ask for and set, read from the code itself."""

import ast
import inspect
import textwrap
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from pydantic import BaseModel, SecretStr

import vetrina.events
import vetrina.graphql
import vetrina.plugin
import vetrina.plugin.admin
import vetrina.ports
from vetrina.graphql import guarding
from vetrina.kernel.registry import Policy
from vetrina.kernel.settings import Settings
from vetrina.plugin import hookspecs
from vetrina.plugin.admin import SLOTS
from vetrina.plugin.manifest import Manifest
from vetrina.views.permissions import CORE_PERMISSIONS

FAILURES = {
    "veto": "its refusal reaches the buyer, its failure does not stop the sale",
    "required": "fails closed: without its answer nothing goes on",
    "optional": "is skipped, logged and counted",
}


GRAPHQL = f"""
Fields and roots of plugins are classes of strawberry whose fields are made by `root` and `batch` of `vetrina.graphql`.
A name begins with the plugin's, in camel case, unless the manifest's `speaks` claims it; so do the names of types.
What is added may be null, mutations excepted. Of two plugins that want one name the later is left out. A field answers
within {guarding.DEADLINE:g} s, a mutation within {guarding.MUTATION_DEADLINE:g} s; what raises, is too slow, or answers
for too few parents leaves null behind, with an error, and everything around it as it is.
"""
SUITES_SAID = """
What whoever serves a port inherits in a test: the promises of the port, as tests. They stand in `vetrina.testing`.
"""


def reference(root: Path) -> str:
    """The whole document."""
    sections = (
        ("Hooks", hookspecs.__doc__ or "", _hooks()),
        ("Contributions", "What hooks return, and what their functions are given.", _contributions()),
        ("GraphQL", GRAPHQL, _graphql()),
        ("Admin", vetrina.plugin.admin.__doc__ or "", _admin()),
        ("Slots", "Where panels may appear; the manifest names those it uses.", _slots()),
        ("Ports", "Protocols a plugin may serve. Their values are named after them.", _ports()),
        ("Contract suites", SUITES_SAID, _suites()),
        ("Values of the ports", "What passes through the ports. Amounts are in minor units, times in UTC.", _values()),
        ("Events", "Facts, heard after their commit: at least once, in order per subject.", _events()),
        ("Permissions", "What `ctx.require` may ask for.", _permissions(root)),
        ("Manifest", "Keys of plugin.toml; those with a value may be left out.", _manifest()),
        ("Settings of the process", "Read once from the environment.", _process_settings()),
        ("Settings of the plugins", "Kept per shop; secrets are sealed.", _plugin_settings(root)),
    )
    parts = ["# Hooks, ports, events", "Written by `make docs` from the code."]
    for title, opening, body in sections:
        parts += [f"## {title}", _prose(opening), *body]
    return "\n\n".join(parts) + "\n"


def _hooks() -> Iterator[str]:
    for name, hook in vars(hookspecs).items():
        if hasattr(hook, "vetrina_spec"):
            yield _entry(name, _code(hook), _prose(hook.__doc__))


def _contributions() -> Iterator[str]:
    for name in vetrina.plugin.__all__:
        found = getattr(vetrina.plugin, name)
        if inspect.isclass(found):
            yield _entry(name, _prose(found.__doc__), _fields(found))


def _graphql() -> Iterator[str]:
    for name in ("root", "batch", "ctx_of", "once"):
        function = getattr(vetrina.graphql, name)
        yield _entry(name, _code(function), _prose(function.__doc__))


def _admin() -> Iterator[str]:
    for name, found in vars(vetrina.plugin.admin).items():
        if inspect.isclass(found) and found.__module__ == vetrina.plugin.admin.__name__:
            yield _entry(name, _prose(found.__doc__), _fields(found))


def _slots() -> Iterator[str]:
    yield "\n".join(f"* `{slot}`: {said}" for slot, said in SLOTS.items())


def _suites() -> Iterator[str]:
    suites: dict[type[Any], type[Any]] = resolve_name("vetrina.testing.suites:SUITES")
    for port, suite in suites.items():
        promises = [name.removeprefix("test_").replace("_", " ") for name in vars(suite) if name.startswith("test_")]
        told = "\n".join(f"* {promise}" for promise in promises)
        yield _entry(f"{suite.__name__}, for {port.__name__}", _prose(suite.__doc__), told)


def _manifest() -> Iterator[str]:
    yield _fields(Manifest)


def _ports() -> Iterator[str]:
    for name in vetrina.ports.__all__:
        port = getattr(vetrina.ports, name)
        policy = getattr(port, "policy", None)
        if isinstance(policy, Policy):
            promise = f"Policy: **{policy.kind}** within {policy.deadline:g} s; {FAILURES[policy.kind]}."
            yield _entry(name, _prose(port.__doc__), promise, _methods(port))


def _values() -> Iterator[str]:
    for name in vetrina.ports.__all__:
        value = getattr(vetrina.ports, name)
        if hasattr(value, "__struct_fields__"):
            yield _entry(name, _prose(value.__doc__), _fields(value))


def _events() -> Iterator[str]:
    for name in vetrina.events.__all__:
        event = getattr(vetrina.events, name)
        if hasattr(event, "noun"):
            subject = f"Subject: `{event.noun}:{{{event.subject_field}}}`."
            yield _entry(name, _prose(event.__doc__), subject, _fields(event))


def _permissions(root: Path) -> Iterator[str]:
    known = dict(CORE_PERMISSIONS)
    for manifest in sorted(root.glob("plugins/*/plugin.toml")):
        known |= tomllib.loads(manifest.read_text()).get("permissions", {})
    yield "\n".join(
        ["| permission | what it allows |", "|---|---|", *(f"| `{code}` | {said} |" for code, said in known.items())]
    )


def _process_settings() -> Iterator[str]:
    yield _model(Settings, "VETRINA_")


def _plugin_settings(root: Path) -> Iterator[str]:
    for path in sorted(root.glob("plugins/*/plugin.toml")):
        manifest = tomllib.loads(path.read_text())
        if "settings" in manifest:
            model: type[BaseModel] = resolve_name(manifest["settings"])
            yield _entry(manifest["name"], _prose(model.__doc__), _model(model, ""))


def _entry(title: str, *parts: str) -> str:
    return "\n\n".join([f"### {title}", *(part for part in parts if part)])


def _model(model: type[BaseModel], prefix: str) -> str:
    """A table of a settings class: what each field is called, what it is unless set, and what it means."""
    said = _said_of_fields(model)
    lines = ["| setting | unless set | meaning |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        called = (prefix + name).upper() if prefix else name
        meaning = " ".join((field.description or said.get(name, "")).split())
        lines.append(f"| `{called}` | {_shown(field.default)} | {meaning} |")
    return "\n".join(lines)


def _shown(default: Any) -> str:
    if isinstance(default, SecretStr):
        return "one for development only" if default else ""
    return f"`{default}`" if default not in (None, "", ()) else ""


def _fields(holder: type[Any]) -> str:
    """The annotated fields of a class and of its parents, each with what is said of it."""
    lines: list[str] = []
    for parent in reversed(holder.__mro__):
        if parent.__module__.startswith("vetrina") and parent is not vetrina.events.Event:
            said = _said_of_fields(parent)
            lines += [f"* `{name}: {kind}`{_after(said.get(name))}" for name, kind in _annotations(parent)]
    return "\n".join(lines)


def _methods(port: type[Any]) -> str:
    blocks = [
        f"{_code(method)}\n\n{_prose(method.__doc__)}".strip()
        for name, method in vars(port).items()
        if inspect.isfunction(method) and not name.startswith("_")
    ]
    return "\n\n".join(blocks)


def _code(function: Any) -> str:
    """The signature as it is written, without decorators and body."""
    node = _parsed(function)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    node.decorator_list, node.body = [], []
    written = ast.unparse(node).rstrip(":").replace("'", "")
    return f"```python\n{written}\n```"


def _annotations(holder: type[Any]) -> Iterator[tuple[str, str]]:
    for node in _parsed(holder).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            kind = ast.unparse(node.annotation)
            if not kind.startswith("ClassVar"):
                default = f" = {ast.unparse(node.value)}" if node.value is not None else ""
                yield node.target.id, kind + default


def _said_of_fields(holder: type[Any]) -> dict[str, str]:
    """The text that follows a field in its class."""
    body = _parsed(holder).body
    return {
        field.target.id: text.value.value
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def _parsed(thing: Any) -> Any:
    return ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]


def _prose(text: str | None) -> str:
    return inspect.cleandoc(text or "")


def _after(text: str | None) -> str:
    return f": {' '.join(text.split())}" if text else ""
