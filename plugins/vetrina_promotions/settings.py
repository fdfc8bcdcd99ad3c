"""What the shop decides: how long gift cards that it sells are good."""

from pydantic import Field

from vetrina.plugin import PluginSettings


class PromotionsSettings(PluginSettings):
    """Months are those of the calendar, cut at its last day."""

    card_months: int = Field(
        default=0,
        ge=0,
        le=240,
        title="Sold gift cards are good for months",
        description="0: they never expire. Those issued before keep their day.",
        json_schema_extra={
            "it": {
                "title": "Le carte regalo vendute valgono mesi",
                "description": "0: non scadono mai. Quelle già emesse conservano la loro scadenza.",
            }
        },
    )
