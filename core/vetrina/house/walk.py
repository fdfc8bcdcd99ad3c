"""A walk through one compiled query, for core/README.md: the document, its plan, the loops generated for it."""

from pkgutil import resolve_name

from vetrina.graphql.plan.explaining import explained, planned, sources

QUERY = """\
{
  products(first: 24) {
    nodes {
      id
      handle
      name: title
      featuredImage { url altText }
      variants(first: 3) { nodes { availableForSale price { amount currencyCode } } }
    }
  }
}"""
SHOWN = ("Product", "MoneyV2")
"""Types whose generated loops are shown; the others look alike."""


def walk() -> str:
    """The walk as Markdown. Types with an interface among their fields show it without its members: rows decide."""
    schema = resolve_name("vetrina_storefront.schema:compose_storefront")()
    plan = planned(schema, QUERY)
    loops = sources(plan)
    parts = [
        _block("graphql", QUERY),
        "becomes this plan, from top to bottom:",
        _block("text", "\n".join(explained(plan))),
        "and for each type a loop over its rows, here those of " + " and ".join(f"`{name}`" for name in SHOWN) + ":",
        *(_block("python", loops[name].rstrip()) for name in SHOWN),
    ]
    return "\n\n".join(parts)


def _block(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"
