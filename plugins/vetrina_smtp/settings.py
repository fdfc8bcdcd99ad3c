"""What the shop decides: which server, how it is spoken to, who the sender is."""

from pydantic import ConfigDict, Field, JsonValue, SecretStr, field_validator, model_validator

from vetrina.plugin import Context, PluginSettings, Say
from vetrina_smtp.connecting import Security, Server, connected


def _it(title: str, description: str = "", **more: JsonValue) -> dict[str, JsonValue]:
    return {"it": {"title": title, "description": description, **more}}


class SmtpSettings(PluginSettings):
    """They are tried before they are kept: the server is connected to and signed in to; nothing is sent."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra=_it(
            "Server di posta",
            "Vengono provate prima di essere salvate: ci si collega al server e si accede; non si invia nulla.",
        ),
    )

    host: str = Field(
        default="",
        max_length=253,
        title="Server",
        description="Such as smtp.example.com. One in your own network has to be named in VETRINA_PRIVATE_ADDRESSES.",
        json_schema_extra=_it(
            "Server", "Come smtp.example.com. Uno nella tua rete va indicato in VETRINA_PRIVATE_ADDRESSES."
        ),
    )
    port: int = Field(
        default=587,
        ge=1,
        le=65_535,
        title="Port",
        description="587 with STARTTLS, 465 with TLS from the start.",
        json_schema_extra=_it("Porta", "587 con STARTTLS, 465 con TLS dall'inizio."),
    )
    security: Security = Field(
        default="starttls",
        title="Encryption",
        description="Without any, no password is sent, and whoever is in between reads every mail.",
        json_schema_extra={
            "options": {"starttls": "STARTTLS", "tls": "TLS from the start", "none": "None"},
            **_it(
                "Cifratura",
                "Senza, non si invia alcuna password, e chi sta in mezzo legge ogni mail.",
                options={"starttls": "STARTTLS", "tls": "TLS dall'inizio", "none": "Nessuna"},
            ),
        },
    )
    username: str = Field(default="", max_length=320, title="User name", json_schema_extra=_it("Nome utente"))
    password: SecretStr = Field(
        default=SecretStr(""),
        max_length=500,
        title="Password",
        json_schema_extra={"bound_to": ["host", "port"], **_it("Password")},
    )
    sender: str = Field(
        default="",
        max_length=254,
        title="Sender",
        description="The address mails come from, such as shop@example.com; the server has to allow it.",
        json_schema_extra=_it(
            "Mittente", "L'indirizzo da cui partono le mail, come negozio@example.com; il server deve permetterlo."
        ),
    )
    sender_name: str = Field(
        default="",
        max_length=100,
        title="Sender's name",
        description="Empty: the shop's name.",
        json_schema_extra=_it("Nome del mittente", "Vuoto: il nome del negozio."),
    )

    @field_validator("host", "username", "sender", "sender_name")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        if not value.strip().isprintable():
            raise ValueError(Say("this is more than a line of text", "questo è più di una riga di testo"))
        return value.strip()

    @model_validator(mode="after")
    def _fits_together(self) -> "SmtpSettings":
        if self.host and "@" not in self.sender[1:-1]:
            raise ValueError(Say("name the address mails come from", "indica l'indirizzo da cui partono le mail"))
        if self.security == "none" and self.password.get_secret_value():
            raise ValueError(
                Say("a password is sent encrypted or not at all", "una password si invia cifrata o non si invia")
            )
        return self

    def server(self) -> Server:
        """What a connection needs."""
        return Server(
            host=self.host,
            port=self.port,
            security=self.security,
            username=self.username,
            password=self.password.get_secret_value(),
        )

    async def check(self, ctx: Context) -> None:
        """Connect and sign in. Raises ServerRefuses."""
        if self.host:
            async with connected(ctx, self.server()):
                pass
