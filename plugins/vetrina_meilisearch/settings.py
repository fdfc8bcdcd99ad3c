"""What the shop decides: which server, as whom, and what the index is called there."""

from pydantic import Field, JsonValue, SecretStr, field_validator

from vetrina.plugin import Context, PluginSettings, Say
from vetrina_meilisearch.client import Client, read_address


def _it(title: str, description: str = "") -> dict[str, JsonValue]:
    return {"it": {"title": title, "description": description}}


class MeilisearchSettings(PluginSettings):
    """They are tried before they are kept: the server is asked for its indexes."""

    url: str = Field(
        default="",
        max_length=500,
        title="Address of the server",
        description="Such as https://search.example.com. One in your own network has to be named in "
        "VETRINA_PRIVATE_ADDRESSES. Empty: the shop's own index answers.",
        json_schema_extra=_it(
            "Indirizzo del server",
            "Come https://search.example.com. Uno nella tua rete va indicato in VETRINA_PRIVATE_ADDRESSES. "
            "Vuoto: risponde l'indice del negozio.",
        ),
    )
    key: SecretStr = Field(
        default=SecretStr(""),
        max_length=500,
        title="API key",
        description="One that may search, write documents and manage indexes, settings and tasks.",
        json_schema_extra={
            "bound_to": ["url"],
            **_it("Chiave API", "Una che può cercare, scrivere documenti e gestire indici, impostazioni e attività."),
        },
    )
    index: str = Field(
        default="vetrina_products",
        pattern=r"^[A-Za-z0-9_-]{1,100}$",
        title="Name of the index",
        description="Shops that share a server have one each. While it is built anew there is a second, named _new.",
        json_schema_extra=_it(
            "Nome dell'indice",
            "Negozi che condividono un server ne hanno uno ciascuno. Mentre si ricostruisce ce n'è un secondo, _new.",
        ),
    )

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        try:
            return read_address(value)
        except ValueError:
            raise ValueError(Say("this is no address of a server", "questo non è l'indirizzo di un server")) from None

    def client(self, ctx: Context) -> Client:
        """Who speaks to the server."""
        return Client(ctx.shop.outgoing, self.url, self.key.get_secret_value())

    @property
    def next_index(self) -> str:
        """The index that is being built, to be swapped with the one that answers."""
        return f"{self.index}_new"

    async def check(self, ctx: Context) -> None:
        """Ask for the server's indexes. Raises MeilisearchUnusable."""
        if self.url:
            await self.client(ctx).stats(self.index)
