"""The vetrina command: serve, work, setup, migrate, import, token, plugins, documents, demo."""

import click

from vetrina.cli.demo import demo
from vetrina.cli.documents import documents
from vetrina.cli.history import import_orders_command
from vetrina.cli.imports import import_group
from vetrina.cli.serve import serve, work_command
from vetrina.cli.shop import migrate, plugins, setup, token


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vetrina")
def main() -> None:
    """Vetrina: a plugin-based, headless commerce platform."""


COMMANDS: tuple[click.Command, ...] = (
    serve,
    work_command,
    setup,
    migrate,
    import_group,
    token,
    plugins,
    documents,
    demo,
)
import_group.add_command(import_orders_command)
for _command in COMMANDS:
    main.add_command(_command)
