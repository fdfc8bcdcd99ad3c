"""new-plugin: a distribution to begin a plugin with, in a folder of its own."""

from pathlib import Path

import click

from vetrina.house.new_plugin import BadName, NotEmpty, write_distribution


@click.command("new-plugin")
@click.argument("name")
@click.option(
    "--in", "folder", type=click.Path(path_type=Path, file_okay=False), help="An empty folder; default: vetrina-NAME."
)
@click.option("--small", is_flag=True, help="A manifest and a reaction; without settings, table, field and pages.")
def new_plugin(name: str, folder: Path | None, *, small: bool) -> None:
    """Begin a plugin: a package with settings, a table, a field, a page and tests that pass."""
    place = folder or Path(f"vetrina-{name.replace('_', '-')}")
    try:
        for path in write_distribution(place, name, small=small):
            click.echo(path)
    except (BadName, NotEmpty) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"\nNext, in {place}: pip install -e '.[test]', pytest, vetrina doctor {name}")
