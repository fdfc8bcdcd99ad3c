"""Process settings from the environment: VETRINA_*, one frozen class, read once at boot."""

import os
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-change-me"
_PLACE = r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):[0-9]{1,5}$"


class Settings(BaseSettings):
    """What the operator decides. What the shop decides is kept in the shop's own tables."""

    model_config = SettingsConfigDict(env_prefix="VETRINA_", frozen=True, extra="ignore")

    database_url: str = "sqlite:///vetrina.sqlite3"
    """sqlite:///path or postgresql://user:password@host/name."""
    base_url: str = "http://127.0.0.1:8000"
    """The public address of this shop; every link is made from it, never from a request."""
    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    """Signs and seals; at least 32 characters in production."""
    redis_url: str | None = None
    env: Literal["development", "production", "test"] = "development"
    plugins: tuple[str, ...] = ()
    """Names of plugins switched on at first start; afterwards the shop's own table decides."""
    safe: bool = False
    """Start with the two doors alone."""
    strict: bool = False
    """Stop when a plugin cannot load, instead of leaving it out."""
    explorer: bool = True
    """Serve the GraphQL query explorer."""
    log_format: Literal["console", "json"] = "console"
    log_level: str = "INFO"
    worker: bool = True
    """Run the worker loop inside the serving process."""
    jobs: Literal["leased", "procrastinate"] = "leased"
    """What hands jobs to workers: the shop's own table, or on PostgreSQL procrastinate; see `vetrina migrate`."""
    media_root: str = "var/media"
    """The folder of pictures and other files, as long as no plugin keeps them elsewhere."""
    media_cache: int = Field(default=512, ge=1)
    """Megabytes of pictures made smaller that are kept in that folder; what was not asked for longest goes first."""
    return_origins: tuple[str, ...] = ()
    """Origins of front ends that a payment may lead the buyer back to, such as ["https://shop.example"]."""
    private_addresses: tuple[Annotated[str, Field(pattern=_PLACE)], ...] = ()
    """Places of your own network that may be called although they are private, such as ["erp.internal:8080"]."""
    documents: Literal["open", "trusted"] = "open"
    """What the storefront answers: any document, or only those that `vetrina documents register` knows."""
    storefront_tokens: Literal["optional", "required"] = "optional"
    """Whom the storefront's API answers: everybody, or only who brings a token of `vetrina storefront-token`."""
    new_documents: float = Field(default=20, gt=0)
    """Documents a second that each API reads for the first time, once `new_documents_at_once` have been read."""
    new_documents_at_once: int = Field(default=500, ge=1)
    response_cache: int = Field(default=32, ge=0)
    """Megabytes of answers each process keeps that are everybody's; 0 to keep none."""
    response_cache_seconds: float = Field(default=60, gt=0)
    """How long such an answer is kept at most; one that is no longer true is dropped at once."""
    public_max_age: int = Field(default=15, ge=0)
    """Seconds browsers and proxies may keep such an answer, if it was asked for by GET; nobody calls it back."""
    backup_key: SecretStr | None = None
    """The passphrase that backups are encrypted with; keep it where the backups are not."""
    pool_size: int = Field(default=8, ge=1, le=200)
    """PostgreSQL connections per process."""

    @model_validator(mode="after")
    def _production_is_safe(self) -> "Settings":
        if self.env == "production":
            secret = self.secret_key.get_secret_value()
            if secret == DEVELOPMENT_SECRET or len(secret) < 32:
                raise ValueError("VETRINA_SECRET_KEY needs at least 32 characters of your own in production")
            if not self.base_url.startswith("https://"):
                raise ValueError("VETRINA_BASE_URL must be https in production")
        return self


def hand_down(settings: Settings) -> None:
    """Put settings into the environment, for the processes that a server starts."""
    for name, value in settings:
        if value is None:
            continue
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        os.environ[f"VETRINA_{name.upper()}"] = text if isinstance(text, str) else msgspec.json.encode(text).decode()


def surroundings(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process with more in it, for somebody else's program."""
    return {**os.environ, **more}
