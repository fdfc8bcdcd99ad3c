"""documents: register what front ends ask, list it, forget it."""

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from vetrina.boot import Runtime
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.flows.documents import NewDocument, Registered, forget_document, register_documents
from vetrina.graphql.http import Door, doors
from vetrina.kernel.documents import DocumentRow
from vetrina.kernel.documents import documents as registered_documents


class NotAManifest(click.ClickException):
    """The file is nothing that documents can be read from."""

    exit_code = 2


class Operation(msgspec.Struct):
    """An entry of an Apollo manifest."""

    id: str
    name: str
    body: str


class ApolloManifest(msgspec.Struct):
    """What Apollo's generator writes."""

    operations: list[Operation]


@click.group()
def documents() -> None:
    """Documents that front ends ask for by their hash."""


@documents.command("register")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@database_option
def register(files: tuple[Path, ...], database_url: str | None) -> None:
    """Register the documents of FILES: manifests as code generators write them (JSON, hash to text), .graphql files.

    All or none: exits with 1 when one of them is not valid, 2 when a file is not understood. Running processes
    follow within a second.
    """
    given = [document for file in files for document in _read(file)]

    async def run(runtime: Runtime) -> Registered:
        return await register_documents(runtime.context(), given, _door(runtime).problems)

    outcome = with_runtime(settings_from(database_url=database_url), run)
    if outcome.problems:
        for entry in outcome.problems:
            click.echo(f"{entry.name}: {entry.problem}", err=True)
        raise click.ClickException("Nothing was registered.")
    click.echo(f"{outcome.added} registered, {outcome.known} known already.")


@documents.command("list")
@database_option
def list_documents(database_url: str | None) -> None:
    """What is registered."""

    async def run(runtime: Runtime) -> list[DocumentRow]:
        return await registered_documents(runtime.shop.db)

    table = Table("hash", "name", "registered", box=None)
    for row in with_runtime(settings_from(database_url=database_url), run):
        table.add_row(row.hash, row.name, f"{row.registered_at:%Y-%m-%d %H:%M}")
    Console(width=120).print(table)


@documents.command("remove")
@click.argument("key", metavar="HASH")
@database_option
def remove(key: str, database_url: str | None) -> None:
    """Forget a document by its hash."""
    with_runtime(settings_from(database_url=database_url), lambda runtime: forget_document(runtime.context(), key))
    click.echo("Forgotten.")


def _door(runtime: Runtime) -> Door:
    return next(door for door in doors(route for _, route in runtime.routes) if door.takes_documents)


def _read(file: Path) -> list[NewDocument]:
    try:
        content = file.read_bytes()
        if file.suffix != ".json":
            return [NewDocument(file.stem, content.decode())]
        return _of_manifest(file, content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotAManifest(f"{file.name} is no manifest of documents: {error}") from error


def _of_manifest(file: Path, content: bytes) -> list[NewDocument]:
    try:
        listed = msgspec.json.decode(content, type=dict[str, str])
    except msgspec.ValidationError:
        found = msgspec.json.decode(content, type=ApolloManifest).operations
        return [NewDocument(entry.name, entry.body, entry.id) for entry in found]
    return [NewDocument(f"{file.stem} {key[:12]}", text, key) for key, text in listed.items()]
