"""What the shop decides: how long wishes are kept, and who sends the letters."""

from typing import Any

from pydantic import Field, SecretStr

from vetrina.kernel.errors import BadInput
from vetrina.plugin import Context, PluginSettings, Say


def _italian(title: str) -> dict[str, Any]:
    return {"it": {"title": title}}


class WishesSettings(PluginSettings):
    """Days are of 24 hours."""

    keep_days: int = Field(
        default=365,
        ge=1,
        title="Forget wishes after days",
        json_schema_extra=_italian("Dimentica i desideri dopo giorni"),
    )
    key: SecretStr = Field(
        default=SecretStr(""),
        title="Key of the mailing service",
        json_schema_extra=_italian("Chiave del servizio di posta"),
    )

    async def check(self, ctx: Context) -> None:
        """A key of the mailing service begins with mail_."""
        key = self.key.get_secret_value()
        if key and not key.startswith("mail_"):
            problem = Say("The mailing service does not know this key.", "Il servizio di posta non conosce la chiave.")
            raise BadInput(field=("key",), problem=problem)
