"""What the shop decides: whose account, in which mode, when money is taken, what stands on statements."""

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue, SecretStr, field_validator, model_validator

from vetrina.kernel.outgoing import ForbiddenAddress, Outgoing, read_target
from vetrina.plugin import Context, PluginSettings, Say
from vetrina_stripe.keys import try_keys
from vetrina_stripe.sdk import Line

API = "https://api.stripe.com"
TEST_KEYS, LIVE_KEYS = ("sk_test_", "rk_test_"), ("sk_live_", "rk_live_")


def _it(title: str, description: str = "", **more: JsonValue) -> dict[str, JsonValue]:
    return {"it": {"title": title, "description": description, **more}}


class StripeSettings(PluginSettings):
    """They are tried before they are kept: Stripe is asked for the account's balance. The webhook is to be made to
    /webhooks/payments/stripe.
    """

    model_config = ConfigDict(
        json_schema_extra=_it(
            "Pagamenti con Stripe",
            "Si provano prima di essere salvate: a Stripe si chiede il saldo del conto. Il webhook va creato su "
            "/webhooks/payments/stripe.",
        ),
    )

    publishable_key: str = Field(
        default="",
        pattern=r"^(pk_(test|live)_[A-Za-z0-9_]{1,240})?$",
        title="Publishable key",
        description="Begins with pk_. Browsers see it.",
        json_schema_extra=_it("Chiave pubblicabile", "Comincia con pk_. I browser la vedono."),
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        max_length=250,
        title="Secret key",
        description="Begins with sk_, or with rk_ if it is restricted: then it has to read and write payment intents, "
        "charges, refunds and disputes, and to read balance, payouts, account and, for the health check, webhooks.",
        json_schema_extra={
            "bound_to": ["api_address"],
            **_it(
                "Chiave segreta",
                "Comincia con sk_, o con rk_ se è limitata: allora deve leggere e scrivere payment intent, addebiti, "
                "rimborsi e contestazioni, e leggere saldo, bonifici in uscita, conto e, per il controllo, webhook.",
            ),
        },
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        max_length=250,
        title="Signing secret of the webhook",
        description="Begins with whsec_. Without it Stripe's messages are refused.",
        json_schema_extra={
            "bound_to": [],
            **_it(
                "Segreto di firma del webhook", "Comincia con whsec_. Senza, i messaggi di Stripe vengono rifiutati."
            ),
        },
    )
    webhook_secret_before: SecretStr = Field(
        default=SecretStr(""),
        max_length=250,
        title="Signing secret that is being replaced",
        description="While you roll the secret both are good. Write a dash when the old one is to be forgotten.",
        json_schema_extra={
            "bound_to": [],
            **_it(
                "Segreto di firma in sostituzione",
                "Durante il cambio valgono entrambi. Scrivi un trattino quando il vecchio va dimenticato.",
            ),
        },
    )
    account: str = Field(
        default="",
        pattern=r"^(acct_[A-Za-z0-9_]{1,60})?$",
        title="Account",
        description="Such as acct_1A2b3C. If it is named, keys and messages of any other are refused.",
        json_schema_extra=_it("Conto", "Come acct_1A2b3C. Se è indicato, chiavi e messaggi di altri sono rifiutati."),
    )
    capture: Literal["order", "dispatch"] = Field(
        default="order",
        title="Money is taken",
        description="On dispatch the bank only promises it when the order is placed, for about seven days.",
        json_schema_extra={
            "en": {"options": {"order": "With the order", "dispatch": "On dispatch"}},
            **_it(
                "Il denaro si incassa",
                "Alla spedizione: con l'ordine la banca lo promette soltanto, per circa sette giorni.",
                options={"order": "Con l'ordine", "dispatch": "Alla spedizione"},
            ),
        },
    )
    statement_suffix: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9 .,&-]{0,22}$",
        title="On the buyer's statement",
        description="Stands behind your account's own prefix, such as BOTTEGA. Empty: the account's default.",
        json_schema_extra=_it(
            "Sull'estratto conto", "Segue il prefisso del tuo conto, come BOTTEGA. Vuoto: quello predefinito del conto."
        ),
    )
    api_address: str = Field(
        default=API,
        max_length=255,
        title="Address of Stripe's API",
        description="Leave it as it is. A stand-in for trying things out in your own network has to be named in "
        "VETRINA_PRIVATE_ADDRESSES.",
        json_schema_extra=_it(
            "Indirizzo dell'API di Stripe",
            "Lascialo com'è. Un sostituto per le prove nella tua rete va indicato in VETRINA_PRIVATE_ADDRESSES.",
        ),
    )

    @field_validator("api_address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        address = value.strip().rstrip("/") or API
        try:
            is_right = read_target(address).path == "/"
        except ForbiddenAddress:
            is_right = False
        if not is_right:
            raise ValueError(Say("this is no address of a server", "questo non è l'indirizzo di un server"))
        return address

    @field_validator("secret_key")
    @classmethod
    def _is_secret_key(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if key and not key.startswith(TEST_KEYS + LIVE_KEYS):
            raise ValueError(
                Say("a secret key begins with sk_ or rk_", "una chiave segreta comincia con sk_ o con rk_")
            )
        return value

    @model_validator(mode="after")
    def _keys_belong_together(self) -> "StripeSettings":
        secret = self.secret_key.get_secret_value()
        if bool(secret) != bool(self.publishable_key):
            raise ValueError(
                Say("both keys are needed, or neither", "servono entrambe le chiavi, oppure nessuna delle due")
            )
        if secret and self.publishable_key.startswith("pk_live_") != self.is_live:
            raise ValueError(
                Say("one key is for testing and the other one is live", "una chiave è di prova e l'altra è reale")
            )
        return self

    @property
    def is_ready(self) -> bool:
        """Whether payments can be taken."""
        return bool(self.secret_key.get_secret_value())

    @property
    def is_live(self) -> bool:
        """Whether it is real money."""
        return self.secret_key.get_secret_value().startswith(LIVE_KEYS)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Those that may have signed a message."""
        both = (self.webhook_secret.get_secret_value(), self.webhook_secret_before.get_secret_value())
        return tuple(secret for secret in both if len(secret) > 1)

    def line(self, outgoing: Outgoing) -> Line:
        """Who speaks to Stripe."""
        return Line(outgoing, self.secret_key.get_secret_value(), self.api_address)

    async def check(self, ctx: Context) -> None:
        """Ask Stripe for the balance. Raises KeyNotTaken, WrongMode, WrongAccount."""
        if self.is_ready:
            await try_keys(self.line(ctx.shop.outgoing), is_live=self.is_live, account=self.account)
