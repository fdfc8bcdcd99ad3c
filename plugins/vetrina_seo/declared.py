"""What is declared: redirects lead somewhere in the end, rows for the demo."""

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, DemoRows, HealthCheck, Say
from vetrina.plugin.declarations import Declaration
from vetrina.views.windows import Window
from vetrina_seo.flows import import_redirects
from vetrina_seo.rules import Pair, closes_a_circle
from vetrina_seo.views import redirect_list

LOOKED_AT = 2_000
"""The latest redirects, which are looked at."""
DEMO = """from,to
/chi-siamo.html,/pages/about
/spedizioni.html,/pages/shipping
/olio,/collections/oil-vinegar
/regali-di-natale,/collections/gift-boxes
/blog,/blogs/journal
"""


class RedirectsInCircles(Refusal):
    """Buyers' browsers give up."""

    code = "REDIRECTS_IN_CIRCLES"
    text = "From these paths one never arrives: {paths}. Remove one redirect of each circle."
    texts = {"it": "Da questi percorsi non si arriva mai: {paths}. Rimuovi un reindirizzamento di ogni giro."}


def declarations() -> list[Declaration]:
    """Two."""
    title = Say("Redirects arrive somewhere", "I reindirizzamenti arrivano da qualche parte")
    return [HealthCheck("redirects", title, check_redirects), DemoRows(show_off)]


async def check_redirects(ctx: Context) -> None:
    """Raises RedirectsInCircles: two people may each have made half of one."""
    rows = [placed.row for placed in await redirect_list(ctx, Window(size=LOOKED_AT, reverse=True))]
    known = {row.path: row.target for row in rows}
    lost = [row.path for row in rows if closes_a_circle(Pair(row.path, row.target), known)]
    if lost:
        raise RedirectsInCircles(paths=", ".join(lost[:10]))


async def show_off(ctx: Context) -> None:
    """Addresses of the shop's old site."""
    await import_redirects(ctx, DEMO)
