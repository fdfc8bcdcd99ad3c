"""What a copy of a database says about itself."""

from typing import Literal

import msgspec

VERSIONS = "SELECT version_num FROM alembic_version ORDER BY version_num"
FORGOTTEN = "SELECT subject, max(asked_at) FROM customers_erasure GROUP BY subject ORDER BY subject"


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The instant and the contents of a copy; in the words of Manifest."""

    engine: Literal["sqlite", "postgresql"]
    heads: tuple[str, ...]
    counts: dict[str, int]
    forgotten: dict[str, str]
