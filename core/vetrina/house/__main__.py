"""What `make` calls: docs, new-plugin, foundation, assets."""

import sys
from pathlib import Path

import click

from vetrina.house import foundation
from vetrina.house.documents import outdated, write_documents
from vetrina.house.new_plugin import BadName, write_plugin
from vetrina.house.npm import DOORS, NotInstalled, bring, npm_ci

ROOT = Path(__file__).parents[3]


@click.group()
def main() -> None:
    """Tools for people who build the house, run inside a checkout."""


@main.command("docs")
@click.option("--check", is_flag=True, help="Only say what is out of date, and fail.")
def docs(check: bool) -> None:
    """Write what is made from the code: documents, and pyproject.toml's lists of plugins."""
    if not check:
        for path in write_documents(ROOT):
            click.echo(f"{path.relative_to(ROOT)} written")
        return
    late = outdated(ROOT)
    for path in late:
        click.echo(f"{path.relative_to(ROOT)} is out of date: make docs")
    sys.exit(1 if late else 0)


@main.command("new-plugin")
@click.argument("name")
@click.option("--small", is_flag=True, help="A manifest and a reaction; without settings, table, field and pages.")
def new_plugin(name: str, *, small: bool) -> None:
    """Begin a plugin: its folder, tests that pass, and its place in the lists."""
    try:
        for path in write_plugin(ROOT, name, small=small):
            click.echo(path.relative_to(ROOT))
    except BadName as refusal:
        raise click.ClickException(str(refusal)) from None


@main.command("foundation")
def write_foundation() -> None:
    """Rewrite the first migrations from the models."""
    for path in foundation.write_foundation():
        click.echo(path.relative_to(ROOT))


@main.command("assets")
def assets() -> None:
    """Install what the doors' pages take from npm, and put it where it is served."""
    for door in DOORS:
        if not (ROOT / door / "package-lock.json").is_file():
            raise click.ClickException("Assets are brought in a checkout of Vetrina; this is not one.")
        try:
            for path in bring(ROOT / door, npm_ci):
                click.echo(path.relative_to(ROOT))
        except (NotInstalled, OSError) as problem:
            raise click.ClickException(f"{problem}; everything works but what these files are for.") from None


if __name__ == "__main__":
    main()
