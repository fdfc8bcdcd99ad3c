"""Metafields: what the staff has defined of extra values, and what plugins have declared of them."""

from vetrina.flows.defining import (
    WRITERS,
    Definition,
    define_metafield,
    redefine_metafield,
    undefine_metafield,
)
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.plugin import desk
from vetrina.plugin.words import LANGUAGES, said
from vetrina.views.metafields import METAFIELD_TYPES, DefinitionRow, defined_metafields
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.refusals import Wrong, beside
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.visits import Visit

FIELDS = ("owner_type", "namespace", "key", "type", "name_en", "name_it", "description", "is_filterable")


async def definition_list(visit: Visit) -> Answer:
    """Definitions of the staff's, then those of plugins."""
    return render(
        visit,
        "metafields/list.html",
        defined=[(row, row.name_in(visit.language)) for row in await defined_metafields(visit.ctx.db)],
        declared=[(card, said(card.name, visit.language)) for card in desk.definitions(visit.site.collected)],
    )


async def new_definition(visit: Visit) -> Answer:
    return _form(visit, None, Form({"owner_type": ["Product"], "namespace": ["custom"]}))


async def create(visit: Visit, form: Form) -> Answer:
    try:
        await define_metafield(visit.ctx, _definition(form))
    except Refusal as refusal:
        return _form(visit, None, form, _wrong(visit, refusal))
    visit.tell("metafields.created")
    return see_other(visit, "/admin/metafields")


async def definition_page(visit: Visit) -> Answer:
    known = await _found(visit)
    return _form(visit, known, _written(known))


async def update(visit: Visit, form: Form) -> Answer:
    known = await _found(visit)
    try:
        await redefine_metafield(visit.ctx, known.id, _definition(form))
    except Refusal as refusal:
        return _form(visit, known, form, _wrong(visit, refusal))
    visit.tell("metafields.changed")
    return see_other(visit, "/admin/metafields")


async def delete(visit: Visit, _: Form) -> Answer:
    """Forget a definition; values stay."""
    await undefine_metafield(visit.ctx, (await _found(visit)).id)
    visit.tell("metafields.deleted")
    return see_other(visit, "/admin/metafields")


async def _found(visit: Visit) -> DefinitionRow:
    wanted = visit.number("definition")
    known = next((row for row in await defined_metafields(visit.ctx.db) if row.id == wanted), None)
    if known is None:
        raise NotFound(what="The definition")
    return known


def _form(visit: Visit, known: DefinitionRow | None, typed: Form, errors: Wrong | None = None) -> Answer:
    return render(
        visit,
        "metafields/definition.html",
        status=422 if errors else 200,
        known=known,
        typed=typed,
        errors=errors or Wrong(),
        fields=FIELDS,
        owners=[(owner, visit.say(f"metafields.owner_{owner}")) for owner in WRITERS],
        types=[(kind, kind) for kind in sorted(METAFIELD_TYPES, key=lambda kind: (kind.startswith("list."), kind))],
    )


def _wrong(visit: Visit, refusal: Refusal) -> Wrong:
    """Where the fault is; that there is no name at all is told beside the first of them."""
    errors = beside(visit.say, refusal, *FIELDS)
    if refusal.field and refusal.field[0] == "names":
        return Wrong({f"name_{refusal.field[1] if len(refusal.field) > 1 else LANGUAGES[0]}": errors[""]})
    return errors


def _definition(form: Form) -> Definition:
    return Definition(
        owner_type=form.get("owner_type"),
        namespace=form.get("namespace").strip(),
        key=form.get("key").strip(),
        type=form.get("type"),
        names={language: form.get(f"name_{language}") for language in LANGUAGES},
        description=form.get("description"),
        is_filterable=form.has("is_filterable"),
    )


def _written(known: DefinitionRow) -> Form:
    """What the form shows of a definition as it is."""
    texts = {
        "owner_type": known.owner_type,
        "namespace": known.namespace,
        "key": known.key,
        "type": known.type,
        "description": known.description,
        **{f"name_{language}": name for language, name in known.names.items()},
    }
    switch = {"is_filterable": ["on"]} if known.is_filterable else {}
    return Form({name: [text] for name, text in texts.items()} | switch)


ROOM = Room(
    name="metafields",
    path="/metafields",
    can="catalog.read",
    icon="tags",
    group="catalogue",
    screens=(
        page("/metafields", "catalog.read", definition_list),
        page("/metafields/new", "shop.write", new_definition),
        action("/metafields", "shop.write", create),
        page("/metafields/{definition:int}", "shop.write", definition_page),
        action("/metafields/{definition:int}", "shop.write", update),
        action("/metafields/{definition:int}/delete", "shop.write", delete),
    ),
)
