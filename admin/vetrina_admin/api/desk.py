"""The site behind a request: what is about plugins is asked of the Runtime that answers."""

from vetrina.graphql import Info, ctx_of
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import Fault
from vetrina.plugin import Site


class DeskContext(Context, frozen=True, kw_only=True):
    """A request's context that knows its site."""

    site: Site


async def seated(site: Site, actor: Actor) -> DeskContext:
    """The context of somebody who asks the admin API."""
    ctx = await site.context(actor)
    return DeskContext(site=site, **{name: getattr(ctx, name) for name in Context.__struct_fields__})


def site_of(info: Info) -> Site:
    """The site that the request of a resolver is answered by."""
    ctx = ctx_of(info)
    if not isinstance(ctx, DeskContext):
        raise Fault("this schema is asked without a site")
    return ctx.site
