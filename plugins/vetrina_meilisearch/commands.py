"""vetrina meilisearch reindex: have the whole index built anew."""

import click

from vetrina.plugin import Context
from vetrina.plugin.commands import in_shop
from vetrina_meilisearch.flows import rebuild_soon


@click.command()
@in_shop
async def reindex(ctx: Context) -> None:
    """Have the worker build the whole index anew; buyers search the old one until it is swapped in."""
    began = await rebuild_soon(ctx)
    click.echo("The worker builds the index anew." if began else "The index is being built anew already.")
