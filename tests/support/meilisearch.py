"""A Meilisearch in this process: the calls the plugin makes, with tasks, swaps, keys and the errors it answers."""

import asyncio
import json
import re
from typing import Any

import httpx
import msgspec
from tests.support.shops import StillClock

from vetrina.kernel.context import Context
from vetrina.kernel.jobs import Runner
from vetrina.kernel.messages import Delivery, Reaction, Relay
from vetrina.kernel.meters import Meters
from vetrina.kernel.outgoing import Outgoing
from vetrina.kernel.registry import Ports, Provided
from vetrina.ports import SearchIndex
from vetrina_meilisearch.jobs import jobs
from vetrina_meilisearch.provider import MeilisearchIndex
from vetrina_meilisearch.reactions import reactions
from vetrina_meilisearch.settings import MeilisearchSettings

KEY = "a-key-of-sixteen-letters"


class Server:
    """Indexes by name, each with its documents by id and its settings; tasks are done when they are asked about."""

    def __init__(self) -> None:
        self.indexes: dict[str, dict[int, dict[str, Any]]] = {}
        self.settings: dict[str, dict[str, Any]] = {}
        self.tasks: list[tuple[str, Any]] = []
        self.calls: list[str] = []
        self.says: Exception | httpx.Response | float | None = None
        """What it does instead of answering: raise, answer this, or wait so many seconds first."""
        self.fails: set[str] = set()
        """Kinds of tasks that fail."""
        self.lies: list[int] = []
        """Ids it answers with before those it found."""

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(f"{request.method} {request.url.path}")
        if isinstance(self.says, Exception):
            raise self.says
        if isinstance(self.says, httpx.Response):
            return self.says
        if self.says is not None:
            await asyncio.sleep(self.says)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return self._problem(403, "invalid_api_key")
        content = await request.aread()
        return self._answer(request.method, request.url.path, json.loads(content) if content else None)

    def _answer(self, method: str, path: str, content: Any) -> httpx.Response:
        match [method, *path.strip("/").split("/")]:
            case ["GET", "tasks", number]:
                return httpx.Response(200, json=self._done(int(number)))
            case ["POST", "indexes"]:
                return self._take("create", content["uid"])
            case ["DELETE", "indexes", name]:
                return self._take("drop", name)
            case ["POST", "swap-indexes"]:
                return self._take("swap", content[0]["indexes"])
            case ["PATCH", "indexes", name, "settings"]:
                return self._take("settings", (name, content))
            case ["POST", "indexes", name, "documents"]:
                return self._take("put", (name, content))
            case ["POST", "indexes", name, "documents", "delete-batch"]:
                return self._take("delete", (name, content))
            case [_, "indexes", name, *_] if name not in self.indexes:
                return self._problem(404, "index_not_found")
            case ["GET", "indexes", name, "stats"]:
                return httpx.Response(200, json={"numberOfDocuments": len(self.indexes[name]), "isIndexing": False})
            case ["POST", "indexes", name, "search"]:
                return self._found(name, content)
            case _:
                return self._problem(404, "not_found")

    def _take(self, kind: str, what: Any) -> httpx.Response:
        self.tasks.append((kind, what))
        return httpx.Response(202, json={"taskUid": len(self.tasks) - 1, "status": "enqueued", "type": kind})

    def _done(self, number: int) -> dict[str, Any]:
        kind, what = self.tasks[number]
        if kind in self.fails:
            return {"uid": number, "status": "failed", "error": {"code": "internal", "message": "disk full"}}
        if kind != "over":
            getattr(self, f"_{kind}")(what)
            self.tasks[number] = ("over", None)
        return {"uid": number, "status": "succeeded", "error": None}

    def _create(self, name: str) -> None:
        self.indexes[name], self.settings[name] = {}, {}

    def _drop(self, name: str) -> None:
        del self.indexes[name], self.settings[name]

    def _swap(self, names: list[str]) -> None:
        one, other = names
        for kept in (self.indexes, self.settings):
            kept[one], kept[other] = kept[other], kept[one]  # pyright: ignore[reportArgumentType]

    def _settings(self, what: tuple[str, dict[str, Any]]) -> None:
        self.settings[what[0]] |= what[1]

    def _put(self, what: tuple[str, list[dict[str, Any]]]) -> None:
        self.indexes.setdefault(what[0], {}).update({one["id"]: one for one in what[1]})

    def _delete(self, what: tuple[str, list[int]]) -> None:
        for number in what[1]:
            self.indexes[what[0]].pop(number, None)

    def _found(self, name: str, asked: dict[str, Any]) -> httpx.Response:
        """All words begin a word of a field that is looked in; fields stand in the order of their weight."""
        fields = self.settings[name].get("searchableAttributes", [])
        if set(asked["attributesToSearchOn"]) - set(fields):
            return self._problem(400, "invalid_search_attributes_to_search_on")
        assert asked["attributesToRetrieve"] == ["id"] and asked["matchingStrategy"] == "all"
        ranked: list[tuple[int, int]] = []
        for number, kept in self.indexes[name].items():
            places = [self._place(kept, asked["attributesToSearchOn"], word) for word in asked["q"].split()]
            if all(place is not None for place in places):
                ranked.append((min(place for place in places if place is not None), number))
        ids = self.lies + [number for _, number in sorted(ranked)]
        return httpx.Response(200, json={"hits": [{"id": number} for number in ids][: asked["limit"]]})

    def _place(self, kept: dict[str, Any], fields: list[str], word: str) -> int | None:
        for place, field in enumerate(fields):
            text = " ".join(kept[field]) if isinstance(kept.get(field), list) else kept.get(field, "")
            if any(part.startswith(word) for part in re.findall(r"\w+", text.lower())):
                return place
        return None

    def _problem(self, status: int, code: str) -> httpx.Response:
        return httpx.Response(status, json={"message": f"No: {code}", "code": code, "type": "x", "link": "x"})


class Searched:
    """A shop whose products are found there, with its worker."""

    def __init__(self, ctx: Context, clock: StillClock) -> None:
        async def resolve(host: str, port: int) -> list[str]:
            return ["93.184.216.34"]

        self.server, self.clock = Server(), clock
        self.settings = MeilisearchSettings.model_validate({"url": "https://search.example/", "key": KEY})
        outgoing = Outgoing(resolve=resolve, transport=httpx.MockTransport(self.server))
        index = Provided(SearchIndex, "meilisearch", "meilisearch", MeilisearchIndex(self.settings))
        ports = Ports([index], Meters(clock))
        shop = msgspec.structs.replace(ctx.shop, outgoing=outgoing, ports=ports)
        self.ctx = msgspec.structs.replace(ctx, shop=shop)
        self.runner = Runner(ctx.db, clock, jobs(self.settings), lambda name: self.ctx)
        heard: list[Reaction] = [
            Reaction(f"meilisearch.{item.run.__name__}", item.event, item.run) for item in reactions()
        ]
        self.relay = Relay(ctx.db, clock, heard, self._reacting)

    def _reacting(self, delivery: Delivery) -> Context:
        return msgspec.structs.replace(self.ctx, delivery=delivery)

    async def work(self, **later: float) -> None:
        """Let time pass, carry what happened to the plugin, and run what is due."""
        self.clock.move(**later)
        while await self.relay.run_once():
            pass
        await self.runner.schedule()
        while await self.runner.run_once():
            pass


__all__ = ["KEY", "Searched", "Server"]
