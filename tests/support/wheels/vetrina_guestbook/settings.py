"""What the shop decides about its guest book."""

import asyncio

from pydantic import Field, SecretStr

from vetrina.kernel.errors import BadInput
from vetrina.plugin import Context, PluginSettings


class GuestbookSettings(PluginSettings):
    """A greeting, a limit, and a key with which the moderator is asked."""

    greeting: str = Field(default="Hello", min_length=1, title="Greeting")
    limit: int = Field(default=10, ge=1, title="Lines a day")
    key: SecretStr = SecretStr("")
    ink: bool = True

    async def check(self, ctx: Context) -> None:
        """A key can be wrong, its holder can be asleep, or worse."""
        key = self.key.get_secret_value()
        if key == "wrong-key":
            raise BadInput(field=("key",), problem=f"The moderator does not know {key}.")
        if key == "sleeping-key":
            await asyncio.sleep(60)
        if key == "broken-key":
            raise RuntimeError(f"no line to the moderator with {key}")
