"""The texts of law a checkout points to: those of the settings, else what the shop promises in its policies."""

from collections.abc import Mapping
from urllib.parse import quote

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import PortFailed
from vetrina.plugin.pages.voice import Voice
from vetrina.ports import PolicyText, ShopPolicies
from vetrina_checkout.settings import CheckoutSettings

ORDER = ("terms_of_sale", "terms_of_service", "refund_policy", "shipping_policy", "privacy_policy", "legal_notice")
"""The promises that are pointed to, in this order."""
SETTING: Mapping[str, str] = {
    "terms_of_sale": "terms",
    "terms_of_service": "terms",
    "refund_policy": "withdrawal",
    "privacy_policy": "privacy",
}
"""The setting that stands in for a promise."""


async def laws(ctx: Context, settings: CheckoutSettings, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Pairs of title and address."""
    given = {"terms": settings.terms, "withdrawal": settings.withdrawal, "privacy": settings.privacy}
    own = [(voice(f"legal.{name}"), given[name]) for name in given if given[name]]
    by_kind = {text.kind: text for text in await promised(ctx)}
    found = [by_kind[kind] for kind in ORDER if kind in by_kind and not given.get(SETTING.get(kind, ""))]
    return (*own, *((text.title, f"/checkout/policies/{quote(text.handle, safe='')}") for text in found))


async def promised(ctx: Context) -> tuple[PolicyText, ...]:
    """What the first keeper of promises says; nothing where it fails."""
    for provided in ctx.ports.all(ShopPolicies)[:1]:
        try:
            return await ctx.ports.ask(provided, provided.implementation.policies, ctx)
        except (PortFailed, Refusal):
            return ()
    return ()
