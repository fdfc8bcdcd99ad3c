"""What the shop decides: whose account, which ways to pay, when money is taken."""

import hashlib
from typing import Any, Literal

from pydantic import ConfigDict, Field, JsonValue, SecretStr, field_validator

from vetrina.kernel.errors import BadInput, Unavailable
from vetrina.kernel.outgoing import ForbiddenAddress, Outgoing, read_target
from vetrina.plugin import Context, PluginSettings, Say
from vetrina_mollie.known import Known, known, learn
from vetrina_mollie.sdk import Line, NotDone, within
from vetrina_mollie.words import WAYS

API = "https://api.mollie.com"
PATIENCE = 8.0
"""Seconds for trying them."""


def _it(title: str, description: str = "", **more: JsonValue) -> dict[str, JsonValue]:
    return {"it": {"title": title, "description": description, **more}}


class MollieSettings(PluginSettings):
    """They are tried before they are kept: Mollie is asked which ways to pay the account takes."""

    model_config = ConfigDict(
        json_schema_extra=_it(
            "Pagamenti con Mollie",
            "Si provano prima di essere salvate: a Mollie si chiede quali pagamenti accetta il conto.",
        ),
    )

    api_key: SecretStr = Field(
        default=SecretStr(""),
        max_length=100,
        title="API key",
        description="Begins with test_ or live_. With a test key nothing is really paid.",
        json_schema_extra={
            "bound_to": ["api_address"],
            **_it("Chiave API", "Comincia con test_ o live_. Con una chiave di prova nulla è pagato davvero."),
        },
    )
    methods: list[str] = Field(
        default=["creditcard", "paypal", "ideal", "bancontact", "satispay", "klarna"],
        min_length=1,
        max_length=30,
        title="Ways to pay",
        description=f"By Mollie's names, in the order in which they are offered: {', '.join(WAYS)}.",
        json_schema_extra=_it(
            "Modi di pagare", f"Con i nomi di Mollie, nell'ordine in cui si offrono: {', '.join(WAYS)}."
        ),
    )
    currencies: list[str] = Field(
        default=["EUR"],
        min_length=1,
        max_length=10,
        title="Currencies to ask about",
        description="For these the account's limits are known; in others only Mollie's own rules hold.",
        json_schema_extra=_it(
            "Valute da verificare",
            "Di queste si conoscono i limiti del conto; per le altre valgono le regole di Mollie.",
        ),
    )
    capture: Literal["order", "dispatch"] = Field(
        default="order",
        title="Money is taken",
        description="On dispatch cards and Klarna only promise it when the order is placed; other ways pay at once.",
        json_schema_extra={
            "en": {"options": {"order": "With the order", "dispatch": "On dispatch"}},
            **_it(
                "Il denaro si incassa",
                "Alla spedizione: con l'ordine carte e Klarna lo promettono soltanto; gli altri pagano subito.",
                options={"order": "Con l'ordine", "dispatch": "Alla spedizione"},
            ),
        },
    )
    statement: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9 .,&-]{0,22}$",
        title="On the buyer's statement",
        description="Stands before the payment's number, such as BOTTEGA.",
        json_schema_extra=_it("Sull'estratto conto", "Precede il numero del pagamento, come BOTTEGA."),
    )
    organization_token: SecretStr = Field(
        default=SecretStr(""),
        max_length=200,
        title="Organisation access token",
        description="Begins with access_ and may read settlements. Without it payouts are not told.",
        json_schema_extra={
            "bound_to": ["api_address"],
            **_it(
                "Token dell'organizzazione",
                "Comincia con access_ e può leggere i settlement. Senza, gli accrediti non si conoscono.",
            ),
        },
    )
    webhook_address: str = Field(
        default="",
        max_length=255,
        title="Address of the shop for Mollie's messages",
        description="Such as https://shop.example, if Mollie reaches the shop at another address than buyers do.",
        json_schema_extra=_it(
            "Indirizzo del negozio per i messaggi di Mollie",
            "Come https://negozio.example, se Mollie raggiunge il negozio a un indirizzo diverso da chi compra.",
        ),
    )
    api_address: str = Field(
        default=API,
        max_length=255,
        title="Address of Mollie's API",
        description="Leave it as it is. A stand-in in your own network has to be named in VETRINA_PRIVATE_ADDRESSES.",
        json_schema_extra=_it(
            "Indirizzo dell'API di Mollie",
            "Lascialo com'è. Un sostituto nella tua rete va indicato in VETRINA_PRIVATE_ADDRESSES.",
        ),
    )

    @field_validator("api_key")
    @classmethod
    def _key_is_a_key(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if key and not (key.startswith(("test_", "live_")) and key.replace("_", "").isalnum() and key.isascii()):
            raise ValueError(Say("a key begins with test_ or live_", "una chiave comincia con test_ o con live_"))
        return value

    @field_validator("organization_token")
    @classmethod
    def _token_is_a_token(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if token and not (token.startswith("access_") and token.replace("_", "").isalnum() and token.isascii()):
            raise ValueError(Say("a token begins with access_", "un token comincia con access_"))
        return value

    @field_validator("methods")
    @classmethod
    def _methods_are_known(cls, value: list[str]) -> list[str]:
        names = list(dict.fromkeys(name.strip().lower() for name in value))
        unknown = [name for name in names if name not in WAYS]
        if unknown:
            raise ValueError(
                Say(f"this is not among them: {unknown[0][:40]}", f"questo non è tra quelli: {unknown[0][:40]}")
            )
        return names

    @field_validator("currencies")
    @classmethod
    def _currencies_are_codes(cls, value: list[str]) -> list[str]:
        codes = list(dict.fromkeys(code.strip().upper() for code in value))
        if not all(len(code) == 3 and code.isascii() and code.isalpha() for code in codes):
            raise ValueError(
                Say("a currency is a code of three letters, such as EUR", "una valuta è un codice come EUR")
            )
        return codes

    @field_validator("api_address", "webhook_address")
    @classmethod
    def _address_is_one(cls, value: str) -> str:
        try:
            target = read_target(value) if value else None
        except ForbiddenAddress as refusal:
            raise ValueError(str(refusal)) from refusal
        if target is not None and target.path not in ("", "/"):
            raise ValueError(Say("only scheme and host, without a path", "solo schema e host, senza percorso"))
        return value.rstrip("/")

    @property
    def is_ready(self) -> bool:
        """Whether payments can be taken."""
        return bool(self.api_key.get_secret_value())

    @property
    def mode(self) -> str:
        """test or live, as Mollie says it."""
        return self.api_key.get_secret_value().partition("_")[0]

    @property
    def tells_settlements(self) -> bool:
        """Settlements are of live money."""
        return self.mode == "live" and bool(self.organization_token.get_secret_value())

    @property
    def known(self) -> Known:
        """What is known of the account."""
        told = f"{self.api_address} {self.api_key.get_secret_value()}"
        return known(hashlib.sha256(told.encode()).hexdigest())

    def line(self, outgoing: Outgoing) -> Line:
        """Who speaks to Mollie for the profile."""
        return Line(outgoing, self.api_key.get_secret_value(), self.api_address)

    def books(self, outgoing: Outgoing) -> Line:
        """Who speaks to Mollie for the organisation."""
        return Line(outgoing, self.organization_token.get_secret_value(), self.api_address, is_key=False)

    async def learn(self, ctx: Context) -> list[str]:
        """Ask Mollie what the account takes. Raises KeyNotTaken, Unavailable."""
        async with within(PATIENCE):
            try:
                return await learn(self.line(ctx.shop.outgoing), self.known, self.currencies, ctx.now())
            except NotDone as no:
                raise Unavailable(f"Mollie does not tell: {no}") from None

    async def check(self, ctx: Context) -> None:
        """Ask Mollie what the account takes. Raises KeyNotTaken, BadInput for ways none of which it does."""
        if not self.is_ready:
            return
        found: Any = await self.learn(ctx)
        if not set(found) & set(self.methods):
            raise BadInput(
                field=("methods",),
                problem=Say(
                    f"The account takes none of these; it takes {', '.join(found)}.",
                    it=f"Il conto non accetta nessuno di questi; accetta {', '.join(found)}.",
                ),
            )
