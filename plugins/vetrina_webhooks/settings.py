"""What the shop decides: when an endpoint counts as dead, and how long deliveries are remembered."""

from pydantic import BaseModel, ConfigDict, Field


class WebhooksSettings(BaseModel):
    """Days are of 24 hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dead_after_days: int = Field(
        default=5,
        ge=1,
        le=60,
        title="Pause an endpoint after days without success",
        description="Counted from its first failure; one delivery that arrives starts the count again.",
    )
    dead_after_failures: int = Field(
        default=20,
        ge=1,
        le=1_000,
        title="Or after so many deliveries in a row were given up",
        description="A delivery is given up after ten attempts over three days.",
    )
    keep_days: int = Field(
        default=90,
        ge=7,
        le=730,
        title="Forget deliveries after days",
        description="With the answers they met. What still waits is kept.",
    )
