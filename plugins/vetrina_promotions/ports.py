"""What the plugin serves: discounts as price rules, their limits and gift cards as what can be used up."""

from vetrina.plugin import Provide
from vetrina.ports import PriceRules, Redeemable
from vetrina_promotions.cards import GiftCards
from vetrina_promotions.discounting.giving import SOURCE
from vetrina_promotions.pricing import PromotionRules
from vetrina_promotions.uses import PromotionUses


def provided() -> list[Provide]:
    """Discounts come before what later plugins do to prices, in the order the staff keeps."""
    return [
        Provide(PriceRules, SOURCE, PromotionRules()),
        Provide(Redeemable, SOURCE, PromotionUses()),
        Provide(Redeemable, "gift-cards", GiftCards()),
    ]
