"""The vetrina command: serve, work, setup, migrate, import, staff, token, plugins, doctor, new-plugin, demo..."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from vetrina.kernel.collector import spare_the_collector

spare_the_collector()


class Commands(click.Group):
    """Commands that are imported when they are asked for: a server does not load what migrates or draws tables."""

    def __init__(self, *arguments: Any, places: dict[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *self._places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._places:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._places[cmd_name].partition(":")
        return getattr(import_module(module), name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them by what their functions say of themselves: whoever reads a list waits for no command's modules."""
        told = [click.Command(name, help=_said_of(place)) for name, place in self._places.items()]
        click.Group(commands=[*self.commands.values(), *told]).format_commands(ctx, formatter)


def _said_of(place: str) -> str | None:
    """The docstring of the function at `module:name`, read from its file."""
    module, _, name = place.partition(":")
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return None
    written = ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body
    found = (node for node in written if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name)
    return next((ast.get_docstring(node) for node in found), None)


class Main(Commands):
    """Our commands, and under a plugin's name those that it brings."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            return found
        from vetrina.cli.plugin_commands import plugin_commands

        return plugin_commands(cmd_name)


@click.group(
    cls=Main,
    places={
        "backup": "vetrina.cli.backups:backup",
        "accounts": "vetrina.cli.accounts:accounts",
        "demo": "vetrina.cli.demo:demo",
        "doctor": "vetrina.cli.doctor:doctor",
        "documents": "vetrina.cli.documents:documents",
        "migrate": "vetrina.cli.shop:migrate",
        "new-plugin": "vetrina.cli.new_plugin:new_plugin",
        "plugins": "vetrina.cli.plugins:plugins",
        "restore": "vetrina.cli.backups:restore",
        "serve": "vetrina.cli.serve:serve",
        "setup": "vetrina.cli.shop:setup",
        "staff": "vetrina.cli.staff:staff",
        "storefront-token": "vetrina.cli.storefront_tokens:storefront_token",
        "token": "vetrina.cli.shop:token",
        "work": "vetrina.cli.work:work_command",
    },
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="vetrina")
def main() -> None:
    """Vetrina: a plugin-based, headless commerce platform."""


@main.group(
    "import",
    cls=Commands,
    places={
        "orders": "vetrina.cli.history:import_orders_command",
        "products": "vetrina.cli.imports:import_products_command",
    },
)
def import_group() -> None:
    """Take over what another system knows."""


@main.group("media", cls=Commands, places={"fetch": "vetrina.cli.media:fetch_command"})
def media_group() -> None:
    """The shop's pictures and files."""
