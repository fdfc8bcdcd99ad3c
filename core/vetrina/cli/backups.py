"""backup and restore: a shop in one file, taken while it is sold from; tried, or put back whole."""

import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import click
from rich.console import Console

from vetrina.boot import Runtime
from vetrina.cli.ledgers import look_at_ledgers
from vetrina.cli.opening import pending_all
from vetrina.cli.running import database_option, said_plainly, settings_from, with_runtime
from vetrina.flows.forgetting import subject_of
from vetrina.kernel.backups import (
    BackupRefused,
    Manifest,
    counted,
    drop_scratch,
    forgotten,
    is_empty,
    opened,
    put_back,
    scratch_url,
    sha256_of,
    take_snapshot,
    write_archive,
)
from vetrina.kernel.clock import StoppedClock, SystemClock
from vetrina.kernel.settings import Settings
from vetrina.plugin.desk import erase_person
from vetrina.views.persons import addresses

ENDING = ".vetrina"
_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("target", type=_PATH, default=Path("backups"))
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Drop all but the N newest backups in the folder.")
@click.option("--no-media", is_flag=True, help="Leave the shop's own pictures and files out.")
@database_option
def backup(target: Path, keep: int | None, database_url: str | None, *, no_media: bool) -> None:
    """Write the whole shop, as it is at this instant, to TARGET: a file ending in .vetrina, or a folder for it.

    The shop goes on selling. The file is encrypted where VETRINA_BACKUP_KEY is set. It does not hold
    VETRINA_SECRET_KEY: what the shop has sealed opens with that key alone, so keep both, apart from each other.
    """
    settings, console = settings_from(database_url=database_url), Console(highlight=False, soft_wrap=True)
    taken_at = SystemClock().now()
    is_file = target.suffix == ENDING
    folder = target.parent if is_file else target
    file = target if is_file else folder / f"shop-{taken_at:%Y%m%dT%H%M%SZ}{ENDING}"
    folder.mkdir(parents=True, exist_ok=True)
    with said_plainly(), tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as scratch:
        dump = Path(scratch) / "database"
        with console.status("Copying the database"):
            found = take_snapshot(settings.database_url, dump)
        manifest = Manifest(
            vetrina=version("vetrina"),
            engine=found.engine,
            taken_at=taken_at.isoformat(),
            heads=found.heads,
            counts=found.counts,
            forgotten=found.forgotten,
            database_sha256=sha256_of(dump),
        )
        media = None if no_media else Path(settings.media_root)
        with console.status("Writing the file") as status:
            write_archive(
                file, manifest, dump, media, _passphrase(settings), lambda name: status.update(f"Writing {name}")
            )
    console.print(f"{file}: {sum(found.counts.values()):,} rows, {file.stat().st_size / 1e6:,.1f} MB.")
    if settings.backup_key is None:
        console.print("It is not encrypted, and holds what customers told the shop: set VETRINA_BACKUP_KEY.")
    for old in _too_many(folder, keep):
        old.unlink()
        console.print(f"{old} is dropped.")


@click.command()
@click.argument("file", type=_PATH)
@click.option("--check", is_flag=True, help="Only try it: put it into a place of its own, look at everything, drop it.")
@click.option("--replace", is_flag=True, help="Put it in the place of the shop that is there.")
@click.option("--no-media", is_flag=True, help="Leave pictures and files as they are.")
@click.option("--forgotten-in", type=_PATH, metavar="FILE", help="A newer backup: forget again whom it had forgotten.")
@database_option
def restore(
    file: Path, forgotten_in: Path | None, database_url: str | None, *, check: bool, replace: bool, no_media: bool
) -> None:
    """Put a backup back into an empty database; all of it or nothing. Stop vetrina serve and work before.

    People who were forgotten after the backup was taken are forgotten again, as far as the shop that is replaced, or
    a newer backup, knows of them. With --check nothing of yours is touched: exits with 1 when the backup is not good.
    """
    settings, console = settings_from(database_url=database_url), Console(highlight=False, soft_wrap=True)
    with said_plainly():
        if check:
            sys.exit(_check(settings, file, console))
        url = settings.database_url
        is_new = is_empty(url)
        if not (is_new or replace):
            raise BackupRefused(problem="There is a shop at that address: --replace puts the backup in its place.")
        known = {} if is_new else forgotten(url)
        if forgotten_in is not None:
            with opened(forgotten_in, _passphrase(settings)) as newer:
                known |= newer.manifest.forgotten
        media = None if no_media else Path(settings.media_root)
        manifest, kept = _put(settings, url, file, media, console)
        console.print(f"The shop of {manifest.taken_at} is back: {sum(manifest.counts.values()):,} rows.")
        if kept is not None:
            console.print(f"What was there is kept as {kept}.")
        if pending_all(settings).revisions:
            console.print("Its tables are older than this version of Vetrina: vetrina migrate brings them on.")
        later = {subject for subject, at in known.items() if at > manifest.forgotten.get(subject, "")}
        if later:
            console.print(f"{_forget_again(settings, later)} people are forgotten again.")


def _check(settings: Settings, file: Path, console: Console) -> int:
    """The exit code: 0 when every row is there, nothing points nowhere, and all ledgers are true."""
    with opened(file, _passphrase(settings)) as archive:
        manifest = archive.manifest
    with tempfile.TemporaryDirectory(prefix="vetrina-check-") as folder:
        url = scratch_url(settings.database_url, manifest, Path(folder))
        try:
            _put(settings, url, file, Path(folder) / "media", console)
            console.print(f"The backup of {manifest.taken_at} has all of its {sum(manifest.counts.values()):,} rows.")
            then = StoppedClock(datetime.fromisoformat(manifest.taken_at))
            return 1 if look_at_ledgers(settings.model_copy(update={"database_url": url}), console, then) else 0
        finally:
            drop_scratch(url)


def _put(
    settings: Settings, url: str, file: Path, media: Path | None, console: Console
) -> tuple[Manifest, Path | None]:
    """Unpack beside the place it goes to, so that taking the place is one step."""
    beside = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else None
    if beside is not None:
        beside.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=beside, prefix=".restore-") as folder,
        opened(file, _passphrase(settings)) as archive,
        console.status("Putting the backup back"),
    ):
        dump = Path(folder) / "database"
        archive.unpack(dump, media)
        kept = put_back(url, archive.manifest, dump)
    _compare(archive.manifest.counts, counted(url))
    return archive.manifest, kept


def _compare(told: Mapping[str, int], found: Mapping[str, int]) -> None:
    wrong = [f"{name} {found.get(name, 0)} of {count}" for name, count in told.items() if found.get(name) != count]
    if wrong:
        raise BackupRefused(problem=f"Not every row is there: {', '.join(wrong[:5])}.")


def _forget_again(settings: Settings, subjects: set[str]) -> int:
    async def run(runtime: Runtime) -> int:
        ctx, count = runtime.context(), 0
        for address in await addresses(ctx.db):
            if subject_of(ctx, address) in subjects:
                await erase_person(runtime.site, ctx, address, address)
                count += 1
        return count

    return with_runtime(settings, run, answers=False)


def _too_many(folder: Path, keep: int | None) -> list[Path]:
    """Names count up with time: the oldest are the first."""
    return sorted(folder.glob(f"shop-*{ENDING}"))[:-keep] if keep else []


def _passphrase(settings: Settings) -> str | None:
    return settings.backup_key.get_secret_value() if settings.backup_key is not None else None
