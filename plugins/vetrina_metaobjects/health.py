"""Whether metaobjects lead somewhere: definitions whose title names a field that is gone."""

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, HealthCheck, Say
from vetrina.plugin.declarations import Declaration
from vetrina_metaobjects.views import definitions


class FieldsGone(Refusal):
    """A definition names a field that it has no more. Facts: names."""

    code = "METAOBJECT_FIELDS_GONE"
    text = "These definitions name a field that they no longer have: {names}. Open and save them."
    texts = {"it": "Queste definizioni nominano un campo che non hanno più: {names}. Aprile e salvale."}


def checks() -> list[Declaration]:
    """One."""
    title = Say("Definitions of metaobjects hang together", it="Le definizioni dei metaobject sono coerenti")
    return [HealthCheck("definitions", title, look)]


async def look(ctx: Context) -> None:
    """Raises FieldsGone."""
    gone = [
        row.type
        for row in await definitions(ctx.db)
        if {row.title_key, row.seo_title_key, row.seo_description_key} - {""} - {sheet.key for sheet in row.sheets}
    ]
    if gone:
        raise FieldsGone(names=", ".join(gone)[:500])
