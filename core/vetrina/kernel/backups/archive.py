"""The file of a backup: what it is of, the database as its engine dumps it, and the shop's pictures and files.

A tar that is compressed and, with a passphrase, encrypted; it appears under its name when it is whole. The manifest
stands first, so that a glance at it costs nothing.
"""

import gzip
import hashlib
import os
import tarfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Literal, cast

import msgspec

from vetrina.kernel.backups.sealed import MAGIC, DoesNotOpen, SealedReader, SealedWriter
from vetrina.kernel.errors import Refusal
from vetrina.kernel.media.names import is_name, path_of

MANIFEST, DATABASE, MEDIA = "manifest.json", "database", "media"
LARGEST_MANIFEST = 50_000_000
LEVEL = 6
_CHUNK = 1 << 20


class BackupRefused(Refusal):
    """A backup that cannot be taken, read or put back. Facts: problem, a sentence with the way out."""

    code = "BACKUP_REFUSED"
    text = "{problem}"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is of. `counts` are rows by table at the instant `taken_at`, UTC in ISO 8601."""

    vetrina: str
    engine: Literal["sqlite", "postgresql"]
    taken_at: str
    heads: tuple[str, ...]
    """The revisions that the tables are at."""
    counts: dict[str, int]
    database_sha256: str
    forgotten: dict[str, str] = {}
    """When people were forgotten last, by the digest that stands for each: an older backup must not bring them back."""
    format: Literal[1] = 1


class Archive:
    """A backup that is open for reading, from its beginning to its end, once."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._tar = tar

    def unpack(self, database: Path, media: Path | None) -> int:
        """Write the database's dump and, if wished, the files that are not there yet; how many files it has.

        Raises BackupRefused when the dump is not what was backed up, or a file would leave its folder.
        """
        count, has_database = 0, False
        for member in self._tar:
            if member.name == DATABASE:
                self._check(_copied(self._content(member), database))
                has_database = True
            elif member.name != MANIFEST:
                count += 1
                if media is not None:
                    self._keep(member, media)
        if not has_database:
            raise BackupRefused(problem="The backup has no database in it: it was cut off.")
        return count

    def _keep(self, member: tarfile.TarInfo, media: Path) -> None:
        folder, _, name = member.name.partition("/")
        place = path_of(media, name) if folder == MEDIA else None
        if place is None:
            raise BackupRefused(problem=f"The backup holds {member.name[:100]!r}, which belongs nowhere.")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            written = place.with_name(f".{place.name}.part")
            _copied(self._content(member), written)
            written.replace(place)

    def _content(self, member: tarfile.TarInfo) -> IO[bytes]:
        content = self._tar.extractfile(member)
        if content is None:
            raise BackupRefused(problem=f"The backup holds {member.name[:100]!r}, which is no file.")
        return content

    def _check(self, digest: str) -> None:
        if digest != self.manifest.database_sha256:
            raise BackupRefused(problem="The database in the backup is not what was backed up: the file has rotted.")


def write_archive(
    target: Path, manifest: Manifest, database: Path, media: Path | None, passphrase: str | None,
    progress: Callable[[str], None] = lambda name: None,
) -> None:  # fmt: skip
    """Write a backup file, readable by its owner alone; it appears under its name once it is whole and on the disk."""
    written = target.with_name(f".{target.name}.part")
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with _sealed(file, passphrase) as sink, _packing(sink) as tar:
                _add_bytes(tar, MANIFEST, msgspec.json.encode(manifest))
                tar.add(database, DATABASE)
                for path in _files(media):
                    progress(path.name)
                    tar.add(path, f"{MEDIA}/{path.relative_to(cast(Path, media)).as_posix()}", recursive=False)
            file.flush()
            os.fsync(file.fileno())
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)


@contextmanager
def opened(path: Path, passphrase: str | None) -> Generator[Archive]:
    """Open a backup file. Raises BackupRefused for what is none, or does not open."""
    try:
        with path.open("rb") as file, tarfile.open(fileobj=_plain(file, passphrase), mode="r|gz") as tar:
            yield Archive(tar, _manifest(tar))
    except FileNotFoundError as error:
        raise BackupRefused(problem=f"There is no backup {path}.") from error
    except DoesNotOpen as error:
        raise BackupRefused(problem=f"{error}".capitalize() + ". VETRINA_BACKUP_KEY is its passphrase.") from error
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupRefused(problem=f"{path} is no backup, or was cut off: {error}") from error


def sha256_of(path: Path) -> str:
    """The digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    content = tar.extractfile(member) if member is not None and member.name == MANIFEST else None
    if content is None:
        raise BackupRefused(problem="The file is no backup of Vetrina's: it does not begin with what it is of.")
    try:
        return msgspec.json.decode(content.read(LARGEST_MANIFEST), type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupRefused(problem=f"The backup is of a kind that this version does not know: {error}") from error


def _plain(file: IO[bytes], passphrase: str | None) -> IO[bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        file.seek(0)
        return file
    if passphrase is None:
        raise BackupRefused(problem="The backup is encrypted: set VETRINA_BACKUP_KEY to its passphrase.")
    return cast(IO[bytes], SealedReader(file, passphrase))


@contextmanager
def _sealed(file: IO[bytes], passphrase: str | None) -> Generator[IO[bytes]]:
    if passphrase is None:
        yield file
        return
    with SealedWriter(file, passphrase) as sealed:
        yield cast(IO[bytes], sealed)


@contextmanager
def _packing(sink: IO[bytes]) -> Generator[tarfile.TarFile]:
    with gzip.GzipFile("", "wb", LEVEL, sink) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        yield tar


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, BytesIO(content))


def _files(media: Path | None) -> list[Path]:
    """Originals alone: renditions are drawn again, and what is half-written is nothing; both are hidden."""
    if media is None or not media.is_dir():
        return []
    return sorted(path for path in media.rglob("*") if path.is_file() and is_name(path.relative_to(media).as_posix()))


def _copied(content: IO[bytes], place: Path) -> str:
    digest = hashlib.sha256()
    with place.open("wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
