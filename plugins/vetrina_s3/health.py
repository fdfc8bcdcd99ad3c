"""Whether the bucket takes, gives and drops files."""

from collections.abc import Awaitable, Callable

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, Say
from vetrina_s3.settings import S3Settings

TITLE = Say("The bucket keeps files", it="Il bucket conserva i file")


class NoBucket(Refusal):
    """No bucket is named."""

    code = "NO_BUCKET"
    text = "No bucket is named: files stay in the shop's own folder. Name one in the settings of this plugin."
    texts = {
        "it": "Non è indicato alcun bucket: i file restano nella cartella del negozio. Indicane uno nelle "
        "impostazioni di questo plugin.",
    }


def check(settings: S3Settings) -> Callable[[Context], Awaitable[None]]:
    """How it is found out: a small file is written, read and deleted again."""

    async def look(ctx: Context) -> None:
        if not settings.bucket:
            raise NoBucket
        await settings.storage().probe(ctx)

    return look
