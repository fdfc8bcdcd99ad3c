"""Backups: one file that holds a shop as it was at one instant, taken while it is sold from, and put back whole."""

from vetrina.kernel.backups.archive import Archive, BackupRefused, Manifest, opened, sha256_of, write_archive
from vetrina.kernel.backups.engines import (
    counted,
    drop_scratch,
    forgotten,
    is_empty,
    put_back,
    scratch_url,
    take_snapshot,
)

__all__ = [
    "Archive",
    "BackupRefused",
    "Manifest",
    "counted",
    "drop_scratch",
    "forgotten",
    "is_empty",
    "opened",
    "put_back",
    "scratch_url",
    "sha256_of",
    "take_snapshot",
    "write_archive",
]
