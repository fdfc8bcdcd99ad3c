"""The demo's makers: a kind of metaobject with four entries, in both languages."""

from vetrina.plugin import Context, DemoRows
from vetrina.plugin.declarations import Declaration
from vetrina_metaobjects.flows import create_entry, define, translate_entry
from vetrina_metaobjects.sheets import DefinitionSheet, EntrySheet, FieldSheet

MAKER = DefinitionSheet(
    type="maker",
    name="Makers",
    fields=(
        FieldSheet(key="name", type="single_line_text_field", name="Name", is_required=True),
        FieldSheet(key="place", type="single_line_text_field", name="Place"),
        FieldSheet(key="since", type="number_integer", name="Since"),
        FieldSheet(key="story", type="multi_line_text_field", name="Story"),
        FieldSheet(key="website", type="url", name="Website"),
    ),
    seo_title_key="name",
    seo_description_key="story",
    has_pages=True,
)
MAKERS = (
    (
        {"name": "Frantoio Valdolmo", "place": "Imperia, Liguria", "since": "1911",
         "story": "Four generations and one mill. The Taggiasca olives are picked by hand and pressed the same night.",
         "website": "https://valdolmo.example"},
        {"story": "Quattro generazioni e un frantoio. Le olive Taggiasche si raccolgono a mano e si frangono la sera "
         "stessa."},
    ),
    (
        {"name": "Masseria Tre Fichi", "place": "Andria, Puglia", "since": "1968",
         "story": "Coratina olives, three fig trees and a dry-stone wall that is never finished.",
         "website": "https://trefichi.example"},
        {"story": "Olive Coratina, tre alberi di fico e un muretto a secco che non finisce mai."},
    ),
    (
        {"name": "Acetaia Corte Bruna", "place": "Modena, Emilia-Romagna", "since": "1882",
         "story": "Under the roof the barrels wait through hot summers and cold winters: vinegar needs both."},
        {"story": "Sotto il tetto le botti aspettano estati calde e inverni freddi: all'aceto servono entrambi."},
    ),
)  # fmt: skip


def rows() -> list[Declaration]:
    """What the demo shows of metaobjects."""
    return [DemoRows(write)]


async def write(ctx: Context) -> None:
    """Define makers and write some, published."""
    kind = await define(ctx, MAKER)
    for values, italian in MAKERS:
        entry = await create_entry(ctx, kind, EntrySheet(values=values), published_at=ctx.now())
        await translate_entry(ctx, entry, "it", italian)
