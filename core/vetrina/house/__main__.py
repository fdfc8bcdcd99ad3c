"""What `make` calls: docs, new-plugin, foundation."""

import sys
from pathlib import Path

import click

from vetrina.house import foundation

ROOT = Path(__file__).parents[3]


@click.group()
def main() -> None:
    """Tools for people who build the house, run inside a checkout."""


@main.command("foundation")
def write_foundation() -> None:
    """Rewrite the first migrations from the models."""
    for path in foundation.write_foundation():
        click.echo(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
