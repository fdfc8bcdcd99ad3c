"""A plugin's settings: a typed schema, secrets sealed at rest, and a try before they are kept."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic_core import to_jsonable_python

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import Vault

S = TypeVar("S", bound=BaseModel)

SEALED = "$sealed"
"""Key of the one-entry object that stands where a secret was."""
UNCHANGED = ""
"""What a form sends for a secret that is to stay as it is."""


class PluginSettings(BaseModel):
    """What the shop decides about a plugin: typed fields with titles, each with a default.

    Form, JSON Schema, validation and documentation come from it. `pydantic.SecretStr` fields are sealed at rest and
    never shown again. The same holds for the models of `Form` blocks:

    * `title` and `description` of a field are English; other languages stand beside them, and so do the names of
      options: `Field(title="Finish", json_schema_extra={"it": {"title": "Finitura", "options": {"matt": "Opaca"}}})`.
      A model's own title and description go into its `model_config`: `ConfigDict(title=..., json_schema_extra=...)`.
    * a text of more than 255 characters (`max_length`) is asked for in several lines; `list[str]` one per line;
      `dict[str, Decimal]` in rows; a list of models as cards, called by their first text; what has no form of its
      own, such as a list of lists, is written as JSON. A secret inside a list is to be typed again at every change.
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
    """Validate what was given; a secret left empty keeps its value. Raises pydantic.ValidationError."""
    before = known.model_dump(by_alias=False) if known is not None else {}
    return model.model_validate(_filled(dict(given), before))


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


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: change(part) for name, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [change(part) for part in cast("list[Any]", value)]
    return value


def _purpose(owner: str) -> str:
    return f"plugin-settings:{owner}"
