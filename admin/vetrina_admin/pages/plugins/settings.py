"""A plugin's settings as a form made from their model."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import PydanticUserError

from vetrina.kernel.errors import NotAllowed, NotSignedIn, Refusal
from vetrina.plugin.desk import PluginCard, SettingsCard, plugin_settings
from vetrina_admin.pages.model_forms import Sheet, draft_of, shape_of
from vetrina_admin.pages.model_forms.shapes import Shape
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit

KEY = "settings"


async def settings_sheet(visit: Visit, card: PluginCard, typed: Sheet | None) -> dict[str, Any]:
    """What the page of a plugin needs to draw its settings: the sheet, or why there is none."""
    if not card.has_settings:
        return {"sheet": None, "settings": None, "no_settings": ""}
    try:
        known = await plugin_settings(visit.site, visit.ctx, card.name)
    except (NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        return {"sheet": None, "settings": None, "no_settings": told(visit.say, refusal)}
    except PydanticUserError as error:  # a field of a type that no schema can describe
        return {"sheet": None, "settings": None, "no_settings": visit.say("plugins.no_form", problem=str(error)[:300])}
    sheet = typed or (fresh(visit, card.name, known) if known is not None else None)
    return {"sheet": sheet, "settings": known, "no_settings": ""}


def fresh(visit: Visit, name: str, known: SettingsCard) -> Sheet:
    shape = shape_of(known.model)
    return Sheet(
        key=KEY,
        shape=shape,
        draft=draft_of(known.model, shape, known.values, visit.language),
        target=f"/admin/plugins/{name}/settings",
        secrets=frozenset(_secrets(shape, known.values, "")),
    )


def typed_again(sheet: Sheet, draft: dict[str, Any], wrong: Mapping[str, str] | None = None, open_: str = "") -> Sheet:
    return Sheet(
        key=KEY,
        shape=sheet.shape,
        draft=draft,
        target=sheet.target,
        wrong=wrong or {},
        open=open_,
        secrets=sheet.secrets,
    )


def _secrets(shape: Shape, values: Mapping[str, Any], path: str) -> Iterator[str]:
    """Paths of the secrets that are kept: they are shown as {"isSet": true}."""
    for name, field in shape.fields:
        value = values.get(name)
        if not isinstance(value, dict):
            continue
        inside = cast("dict[str, Any]", value)
        if field.kind == "secret" and inside.get("isSet"):
            yield f"{path}{name}"
        elif field.kind == "group":
            yield from _secrets(field, inside, f"{path}{name}.")
