"""S3: the shop's media are kept in a bucket, of Amazon's or of any server that speaks like it."""

from vetrina.plugin import HealthCheck, Provide, hookimpl
from vetrina.plugin.declarations import Declaration
from vetrina.ports import MediaStorage
from vetrina_s3 import health
from vetrina_s3.settings import S3Settings


@hookimpl
def register_ports(settings: S3Settings) -> list[Provide]:
    """Nothing while no bucket is named: the shop's own folder keeps the files."""
    return [Provide(MediaStorage, "s3", settings.storage())] if settings.bucket else []


@hookimpl
def register_declarations(settings: S3Settings) -> list[Declaration]:
    return [HealthCheck("bucket", health.TITLE, health.check(settings), deadline=15.0)]
