"""What the demo's extra values mean: their names in both languages, and which of them buyers filter by."""

from vetrina.demo.catalogue import METAFIELD_TYPES
from vetrina.flows.defining import Definition, define_metafield
from vetrina.kernel.context import Context

NAMES = {
    "food.ingredients": ("Ingredients", "Ingredienti"),
    "food.allergens": ("Allergens", "Allergeni"),
    "food.origin": ("Origin", "Origine"),
    "food.energy_kcal": ("Energy (kcal per 100 g)", "Energia (kcal per 100 g)"),
    "food.storage": ("Storage", "Conservazione"),
    "food.cooking_minutes": ("Cooking time (minutes)", "Tempo di cottura (minuti)"),
    "food.alcohol_percent": ("Alcohol (% vol.)", "Alcol (% vol.)"),
    "care.washing": ("Washing", "Lavaggio"),
    "make.material": ("Material", "Materiale"),
    "make.made_in": ("Made in", "Prodotto in"),
}
FILTERS = frozenset({"food.cooking_minutes", "make.material"})


async def define_metafields(ctx: Context) -> None:
    """Define every metafield that products of the demo have."""
    for name, kind in METAFIELD_TYPES:
        namespace, key = name.split(".")
        english, italian = NAMES[name]
        await define_metafield(
            ctx,
            Definition(
                owner_type="Product",
                namespace=namespace,
                key=key,
                type=kind,
                names={"en": english, "it": italian},
                is_filterable=name in FILTERS,
            ),
        )
