"""A small real shop, served on loopback by this process for tests that look at its pages."""

import asyncio
import contextlib
import shutil
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import uvicorn
from tests.support.shops import NOWHERE, StillClock, context, make_shop
from tests.support.told_money import tell_of_money

from vetrina.boot import Runtime
from vetrina.demo.catalogue import collections, option_translations, products
from vetrina.demo.logo import show_logo
from vetrina.demo.pictures import draw
from vetrina.demo.shop import PLUGINS, _add_collection, _sheet, configure, profile
from vetrina.flows.catalog import create_product, put_in_collection
from vetrina.flows.history import import_orders
from vetrina.flows.opening import open_shop
from vetrina.flows.plugins import switch_off, switch_on
from vetrina.kernel.context import Context
from vetrina.kernel.db import open_database
from vetrina.kernel.settings import Settings
from vetrina.plugin.collected import DOORS
from vetrina.plugin.declarations import DemoRows
from vetrina.ports import PastCustomer, PastLine, PastOrder, PastPayment, ProductDraft
from vetrina.vocabulary import Address
from vetrina.web.serving import Serving

T = TypeVar("T")

TESTS_OWN = Path(__file__).with_name("plugins")
"""Plugins for tests, which are found there by whoever switches them on."""
EVERY = 6
"""One of so many of the demo's products, so that there is something of every kind; and one at a lower price."""
REDUCED = "copper-pasta-pot"
ORDERS = 24
PEOPLE = ("Anna Rossi", "Luca Bianchi", "Jürgen Groß", "Siobhán O’Connor", "Maria-Antonietta Della Valle di Sotto")
PATIENCE = 30
"""Seconds until the shop answers."""


class Served:
    """A shop that is open, and where. `url` has no slash at its end."""

    def __init__(self, serving: Serving, server: uvicorn.Server, url: str) -> None:
        self._serving, self._server, self._loop = serving, server, asyncio.get_running_loop()
        self.url = url

    @property
    def runtime(self) -> Runtime:
        return self._serving.runtime

    def do(self, act: Callable[[Context], Awaitable[T]]) -> T:
        """Run a flow or a view in the shop, as the shop itself; what came of it."""

        async def acted() -> T:
            return await act(self.runtime.context())

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(PATIENCE)

    def enliven(self) -> None:
        """Bring the demo's logo, and let plugins bring what they bring to the demo."""
        self.do(show_logo)
        for _, declared in self.runtime.collected.declarations:
            if isinstance(declared, DemoRows):
                self.do(declared.run)

    @contextlib.contextmanager
    def having(self, name: str) -> Generator[None]:
        """Have a plugin switched on within the block; those of tests too."""
        self._switch(name, is_on=True)
        yield
        self._switch(name, is_on=False)

    @contextlib.contextmanager
    def lacking(self, name: str) -> Generator[None]:
        """Have a plugin switched off within the block."""
        self._switch(name, is_on=False)
        yield
        self._switch(name, is_on=True)

    def _switch(self, name: str, *, is_on: bool) -> None:
        if str(TESTS_OWN) not in sys.path:
            sys.path.append(str(TESTS_OWN))

        async def switched(ctx: Context) -> None:
            await (switch_on(ctx, [name]) if is_on else switch_off(ctx, [name], DOORS))
            await self._serving.swap()

        self.do(switched)

    def close(self) -> None:
        """Answer what was asked, and then nothing more."""
        self._server.should_exit = True


@contextlib.contextmanager
def served_shop(template: Path, folder: Path) -> Generator[Served]:
    """Open a shop in a copy of an empty database, fill it, and serve it in a thread until the block ends."""
    shutil.copy(template, folder / "shop.sqlite3")
    ready: Future[Served] = Future()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = Settings(
            database_url=f"sqlite:///{folder / 'shop.sqlite3'}",
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
            env="test",
            media_root=str(folder / "media"),
            worker=False,
        )
        thread = threading.Thread(target=lambda: asyncio.run(_serve(settings, listener, ready)), name="shop")
        thread.start()
        served = ready.result(PATIENCE)
        try:
            yield served
        finally:
            served.close()
            thread.join()


async def _serve(settings: Settings, listener: socket.socket, ready: "Future[Served]") -> None:
    serving = Serving(settings)
    try:
        await _open(settings)
        await serving.start()
        await _fill(serving.runtime.context(), Path(settings.media_root))
    except BaseException as error:
        ready.set_exception(error)
        raise
    server = uvicorn.Server(uvicorn.Config(serving, lifespan="off", log_config=None, access_log=False))
    ready.set_result(Served(serving, server, settings.base_url))
    await server.serve([listener])
    await serving.stop()


async def _open(settings: Settings) -> None:
    db = await open_database(settings.database_url)
    try:
        ctx = context(make_shop(db, StillClock()), NOWHERE)
        await open_shop(ctx, profile())
        await switch_on(ctx, (*PLUGINS, "flat_rate"))  # delivers before anybody has drawn a zone
        await configure(ctx)
    finally:
        await db.close()


async def _fill(ctx: Context, media: Path) -> None:
    """Collections, a dozen products with pictures, and the orders of some weeks."""
    words = {words.name: words for words in option_translations()}
    drafts = [draft for place, draft in enumerate(products()) if place % EVERY == 0 or draft.handle == REDUCED]
    homes: dict[str, list[int]] = {}
    for draft in drafts:
        created = await create_product(ctx, _sheet(draft, words))
        homes.setdefault(draft.collections[0], []).append(created.product_id)
        for image in draft.images:
            path = media / image.url
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(draw(path.stem), encoding="utf-8")
    for collection in collections():
        if collection.title in homes:
            await put_in_collection(ctx, await _add_collection(ctx, collection), homes[collection.title])
    await import_orders(ctx, _past(drafts), source="till")
    await tell_of_money(ctx)


def _past(drafts: list[ProductDraft]) -> Generator[PastOrder]:
    """Orders of five people; every ninth is open, and every thirteenth was never paid."""
    now = datetime.now(UTC)
    for number in range(ORDERS):
        first, _, last = PEOPLE[number % len(PEOPLE)].partition(" ")
        email = f"{last.split()[0].lower().replace('ß', 'ss')}@example.org"
        bought = [(drafts[place % len(drafts)], 1 + number % 3) for place in (number, number * 5 + 1)]
        at = now - timedelta(days=ORDERS - number, minutes=7 * number)
        yield PastOrder(
            name=f"BV-{10_001 + number}",
            first_row=number + 1,
            at=at,
            currency="EUR",
            country="IT",
            lines=tuple(_line(draft, quantity) for draft, quantity in bought),
            customer=PastCustomer(key=last, email=email, first_name=first, last_name=last),
            shipping_address=Address(first_name=first, last_name=last, address1=f"Via Po {number + 1}", city="Torino"),
            payment=None if number % 13 == 12 else PastPayment(received_at=at, method="Bank transfer"),
            is_open=number % 9 == 8,
        )


def _line(draft: ProductDraft, quantity: int) -> PastLine:
    variant = draft.variants[0]
    price = next(price.amount for price in variant.prices if price.currency == "EUR")
    return PastLine(sku=variant.sku, title=draft.title, quantity=quantity, unit_price=price)
