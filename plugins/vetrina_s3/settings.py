"""What the shop decides: which bucket, where, as whom, and where browsers find what is in it."""

import re
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, SecretStr, field_validator, model_validator

from vetrina.plugin import Context, PluginSettings, Say
from vetrina_s3.storage import Place, S3Storage

_PREFIX = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}/){0,5}")


def _it(title: str, description: str = "") -> dict[str, JsonValue]:
    return {"it": {"title": title, "description": description}}


class S3Settings(PluginSettings):
    """They are tried before they are kept: a small file is written, read and deleted again."""

    bucket: str = Field(
        default="",
        pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$",
        title="Bucket",
        description="Empty: files stay in the shop's own folder.",
        json_schema_extra=_it("Bucket", "Vuoto: i file restano nella cartella del negozio."),
    )
    region: str = Field(
        default="eu-south-1",
        pattern=r"^[a-z0-9-]{1,40}$",
        title="Region",
        json_schema_extra=_it("Regione"),
    )
    endpoint: str = Field(
        default="",
        max_length=300,
        title="Address of the server",
        description="Such as https://s3.example.com. Empty: Amazon's of that region. One in your own network has to be "
        "named in VETRINA_PRIVATE_ADDRESSES.",
        json_schema_extra=_it(
            "Indirizzo del server",
            "Come https://s3.example.com. Vuoto: quello di Amazon per la regione. Uno nella tua rete va indicato in "
            "VETRINA_PRIVATE_ADDRESSES.",
        ),
    )
    access_key_id: str = Field(
        default="", max_length=200, title="Access key", json_schema_extra=_it("Chiave di accesso")
    )
    secret_access_key: SecretStr = Field(
        default=SecretStr(""),
        max_length=300,
        title="Secret access key",
        description="Of somebody who may read, write and delete objects of this bucket, and no more.",
        json_schema_extra={
            "bound_to": ["endpoint"],
            **_it(
                "Chiave segreta", "Di chi può leggere, scrivere ed eliminare oggetti di questo bucket, e nient'altro."
            ),
        },
    )
    prefix: str = Field(
        default="",
        max_length=300,
        title="Folder in the bucket",
        description="Such as media/, with a slash at its end. Shops that share a bucket have one each.",
        json_schema_extra=_it(
            "Cartella nel bucket",
            "Come media/, con una barra alla fine. Negozi che condividono un bucket ne hanno una ciascuno.",
        ),
    )
    public_address: str = Field(
        default="",
        max_length=300,
        title="Public address of that folder",
        description="Such as https://cdn.example.com/media: browsers fetch videos and other large files there. Empty: "
        "they come through the shop. Pictures always do, so that they can be made smaller.",
        json_schema_extra=_it(
            "Indirizzo pubblico della cartella",
            "Come https://cdn.example.com/media: i browser scaricano da lì video e file grandi. Vuoto: passano dal "
            "negozio. Le immagini passano sempre da lì, per poterle ridurre.",
        ),
    )
    path_style: bool = Field(
        default=False,
        title="Bucket in the path",
        description="Most servers that are not Amazon's want it so: https://server/bucket.",
        json_schema_extra=_it(
            "Bucket nel percorso", "Quasi tutti i server diversi da Amazon lo vogliono così: https://server/bucket."
        ),
    )

    @field_validator("endpoint", "public_address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        address = value.strip().rstrip("/")
        parts = urlsplit(address)
        if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username):
            raise ValueError(Say("this is no address of a server", "questo non è l'indirizzo di un server"))
        return address

    @field_validator("prefix")
    @classmethod
    def _is_folder(cls, value: str) -> str:
        if not _PREFIX.fullmatch(value):
            raise ValueError(
                Say("a folder is written as media/ or shop/media/", "una cartella si scrive media/ o negozio/media/")
            )
        return value

    @model_validator(mode="after")
    def _says_as_whom(self) -> "S3Settings":
        """Without keys the client would look for others, such as those of the machine the shop runs on."""
        if self.bucket and not (self.access_key_id.strip() and self.secret_access_key.get_secret_value().strip()):
            raise ValueError(
                Say("a bucket needs an access key and its secret", "un bucket richiede una chiave e il suo segreto")
            )
        return self

    async def check(self, ctx: Context) -> None:
        """Write, read and delete a small file. Raises StorageUnusable, ForbiddenAddress, Unreachable."""
        if self.bucket:
            await self.storage().probe(ctx)

    def storage(self) -> S3Storage:
        """Who keeps the files."""
        return S3Storage(
            Place(
                bucket=self.bucket,
                region=self.region,
                endpoint=self.endpoint,
                access_key_id=self.access_key_id,
                secret_access_key=self.secret_access_key,
                prefix=self.prefix,
                public_address=self.public_address,
                path_style=self.path_style,
            )
        )
