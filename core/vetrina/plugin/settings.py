"""A plugin's settings: a typed schema, secrets sealed at rest, and a try before they are kept."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError, to_jsonable_python

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import Vault

S = TypeVar("S", bound=BaseModel)

SEALED = "$sealed"
"""Key of the one-entry object that stands where a secret was."""
UNCHANGED = ""
"""What a form sends for a secret that is to stay as it is."""
BOUND = "bound_to"
"""In a secret's `json_schema_extra`: names of the fields beside it that say to whom it is told."""
ADDRESSES = ("address", "base_url", "endpoint", "host", "server", "url")
"""Fields a secret belongs to that declares none, where they stand beside it."""


class PluginSettings(BaseModel):
    """What the shop decides about a plugin: typed fields with titles, each with a default.

    Form, JSON Schema, validation and documentation come from it. `pydantic.SecretStr` fields are sealed at rest and
    never shown again. The same holds for the models of `Form` blocks:

    * `title` and `description` of a field are English; other languages stand beside them, and so do the names of
      options: `Field(title="Finish", json_schema_extra={"it": {"title": "Finitura", "options": {"matt": "Opaca"}}})`.
      A list of models whose fields are all short is drawn as one table with `{"layout": "table"}`, and
      `{"heading": {"en": "Price", "it": "Prezzo"}}` stands above a field and those after it.
      A model's own title and description go into its `model_config`: `ConfigDict(title=..., json_schema_extra=...)`.
    * a text of more than 255 characters (`max_length`) is asked for in several lines; `list[str]` one per line;
      `dict[str, Decimal]` in rows; a list of models as cards, called by their first text; what has no form of its
      own, such as a list of lists, is written as JSON. A secret inside a list is to be typed again at every change.
    * a secret belongs to the address it is told to: when that changes, the secret is to be typed again, so that whoever
      may change settings cannot have it sent to himself. `json_schema_extra={"bound_to": ["host", "port"]}` names the
      fields beside it that say where it goes; without that they are those called url, host, server, endpoint, address
      or base_url. Where all of them are emptied, the secret is forgotten.
    * a validator says what is wrong in the reader's language: `raise ValueError(Say(en="...", it="..."))`. What
      pydantic itself refuses is translated already.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    async def check(self, ctx: Context) -> None:
        """Try the settings before they are kept, such as by asking the vendor. Raises a Refusal that says why not."""


def seal(vault: Vault, owner: str, settings: BaseModel) -> dict[str, Any]:
    """The settings as they are kept: plain JSON, with every secret sealed for this plugin alone."""
    return cast("dict[str, Any]", to_jsonable_python(_sealed(vault, owner, settings.model_dump(by_alias=False))))


def unseal(vault: Vault, owner: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What `seal` was given, as plain values. Raises NotOurs where the shop's secret key is another one."""
    return cast("dict[str, Any]", _opened(vault, owner, dict(kept)))


def shown(settings: BaseModel) -> dict[str, Any]:
    """The settings as people and programs may see them: of a secret, whether there is one."""
    return cast("dict[str, Any]", to_jsonable_python(_veiled(settings.model_dump(by_alias=False))))


def completed(model: type[S], given: Mapping[str, Any], known: BaseModel | None) -> S:
    """Validate what was given; a secret left empty keeps its value, if it is told to whom it was told before.

    Raises pydantic.ValidationError, with the type `secret_again` for a secret whose address has changed.
    """
    if known is None:
        return model.model_validate(_filled(dict(given), {}))
    before: dict[str, Any] = known.model_dump(by_alias=False)
    settings = model.model_validate(_filled(dict(given), before))
    moved = dict(_moved(settings, known, given, ()))
    asked = [path for path, leads_somewhere in moved.items() if leads_somewhere]
    if asked:
        raise ValidationError.from_exception_data(
            model.__name__, [InitErrorDetails(type=_AGAIN, loc=path, input=None) for path in asked]
        )
    for path in moved:
        _forget(before, path)
    return model.model_validate(_filled(dict(given), before)) if moved else settings


def bound_to(model: type[BaseModel], field: FieldInfo) -> tuple[str, ...]:
    """The fields beside a secret that say to whom it is told. Raises KeyError for a name that is no field."""
    extra = cast("dict[str, Any]", field.json_schema_extra) if isinstance(field.json_schema_extra, dict) else {}
    declared: list[str] | None = extra.get(BOUND)
    if declared is None:
        return tuple(name for name in ADDRESSES if name in model.model_fields)
    for name in declared:
        model.model_fields[name]  # a name that is mistyped would protect nothing
    return tuple(declared)


def veiled(message: str, settings: BaseModel) -> str:
    """A message without the secrets it may quote."""
    for secret in _secrets(settings.model_dump(by_alias=False)):
        message = message.replace(secret, "…")
    return message


def problems_told(error: ValidationError) -> str:
    """Everything that is wrong, in a line, without what was given: it may be a secret."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}".removeprefix(": ") for entry in found)


def _secrets(value: Any) -> list[str]:
    if isinstance(value, SecretStr):
        return [value.get_secret_value()] if value.get_secret_value() else []
    parts: list[Any] = []
    if isinstance(value, dict):
        parts = list(cast("dict[str, Any]", value).values())
    elif isinstance(value, list | tuple):
        parts = list(cast("list[Any]", value))
    return [secret for part in parts for secret in _secrets(part)]


def _sealed(vault: Vault, owner: str, value: Any) -> Any:
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return {SEALED: vault.seal(_purpose(owner), secret)} if secret else ""
    return _each(value, partial(_sealed, vault, owner))


def _opened(vault: Vault, owner: str, value: Any) -> Any:
    if isinstance(value, dict) and set(cast("dict[str, Any]", value)) == {SEALED}:
        return vault.open(_purpose(owner), cast("dict[str, str]", value)[SEALED])
    return _each(value, partial(_opened, vault, owner))


def _veiled(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return {"isSet": bool(value.get_secret_value())}
    return _each(value, _veiled)


def _filled(given: Any, known: Any) -> Any:
    """Secrets that were not sent again, taken from what is known; those in lists have no place of their own."""
    if isinstance(known, SecretStr):
        is_same = given in (UNCHANGED, None) or isinstance(given, dict)
        return known.get_secret_value() if is_same else cast(Any, given)
    if not isinstance(given, dict) or not isinstance(known, dict):
        return cast(Any, given)
    before, sent = cast("dict[str, Any]", known), cast("dict[str, Any]", given)
    kept = {name: part.get_secret_value() for name, part in before.items() if isinstance(part, SecretStr)}
    return {**kept, **{name: _filled(part, before.get(name)) for name, part in sent.items()}}


def _moved(
    settings: BaseModel, known: BaseModel, given: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Paths of secrets that were not sent again though their address has changed, and whether it leads anywhere."""
    for name, field in type(settings).model_fields.items():
        now, was, sent = getattr(settings, name), getattr(known, name), given.get(name)
        if isinstance(now, BaseModel) and isinstance(was, BaseModel):
            inside = cast("dict[str, Any]", sent) if isinstance(sent, dict) else dict[str, Any]()
            yield from _moved(now, was, inside, (*path, name))
        elif isinstance(was, SecretStr) and was.get_secret_value() and (not sent or isinstance(sent, dict)):
            beside = bound_to(type(settings), field)
            if any(getattr(settings, other) != getattr(known, other) for other in beside):
                yield (*path, name), any(getattr(settings, other) for other in beside)


def _forget(before: dict[str, Any], path: tuple[str, ...]) -> None:
    for name in path[:-1]:
        before = before[name]
    before[path[-1]] = SecretStr("")


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: change(part) for name, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [change(part) for part in cast("list[Any]", value)]
    return value


def _purpose(owner: str) -> str:
    return f"plugin-settings:{owner}"


_AGAIN = PydanticCustomError("secret_again", "The address has changed: type this secret once more.")
