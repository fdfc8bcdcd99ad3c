"""/sitemap.xml, the maps it names, and /robots.txt."""

from typing import Any
from xml.sax.saxutils import escape

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from vetrina.kernel.context import BUYER, Context
from vetrina.plugin import Site
from vetrina.ports import SitemapEntry
from vetrina_seo.settings import SeoSettings
from vetrina_seo.views import PAGE, entries, entry_count

KINDS = ("Product", "Collection", "Page", "Blog", "Article", "Metaobject")
MOST_PAGES = 1_000
"""Of one type: a site map's index holds 50,000 at most."""
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PICTURES = "http://www.google.com/schemas/sitemap-image/1.1"
KEPT = {"cache-control": "public, max-age=600"}


def routes(site: Site, settings: SeoSettings) -> list[Any]:
    """Three: what a front end's own server passes on to search engines."""
    front = settings.storefront_url or site.shop.base_url

    @get("/sitemap.xml", media_type="application/xml")
    async def index() -> Response[str]:
        ctx = await site.context(BUYER)
        maps = [
            f"<sitemap><loc>{escape(site.shop.base_url)}/seo/sitemap/{kind.lower()}/{page}.xml</loc></sitemap>"
            for kind in KINDS
            for page in range(1, await _pages(ctx, kind) + 1)
        ]
        return _xml(f'<sitemapindex xmlns="{SPACE}">{"".join(maps)}</sitemapindex>')

    @get("/seo/sitemap/{kind:str}/{name:str}", media_type="application/xml")
    async def one(kind: FromPath[str], name: FromPath[str]) -> Response[str]:
        page = name.removesuffix(".xml")
        is_number = page.isascii() and page.isdecimal() and len(page) < 5 and 1 <= int(page) <= MOST_PAGES
        if kind.capitalize() not in KINDS or not is_number:
            raise NotFoundException()
        found = await entries(await site.context(BUYER), kind.capitalize(), int(page))
        places = "".join(_place(entry, front, site.shop.base_url) for entry in found[:PAGE])
        return _xml(f'<urlset xmlns="{SPACE}" xmlns:image="{PICTURES}">{places}</urlset>')

    @get("/robots.txt", media_type="text/plain", sync_to_thread=False)
    def robots() -> Response[str]:
        if not settings.is_findable:
            return Response("User-agent: *\nDisallow: /\n", media_type="text/plain", headers=KEPT)
        rules = "User-agent: *\nDisallow: /admin\nDisallow: /cart\nDisallow: /checkout\n"
        return Response(f"{rules}Sitemap: {front}/sitemap.xml\n", media_type="text/plain", headers=KEPT)

    return [index, one, robots]


async def _pages(ctx: Context, kind: str) -> int:
    return min(-(-(await entry_count(ctx, kind)) // PAGE), MOST_PAGES)


def _place(entry: SitemapEntry, front: str, base_url: str) -> str:
    picture = ""
    if entry.image_url:
        address = entry.image_url
        if not address.startswith(("https://", "http://")):
            address = base_url + (address if address.startswith("/") else f"/media/{address}")
        picture = f"<image:image><image:loc>{escape(address)}</image:loc></image:image>"
    written = entry.updated_at.isoformat(timespec="seconds")
    return f"<url><loc>{escape(front + entry.path)}</loc><lastmod>{written}</lastmod>{picture}</url>"


def _xml(body: str) -> Response[str]:
    return Response(HEAD + body, media_type="application/xml", headers=KEPT)
