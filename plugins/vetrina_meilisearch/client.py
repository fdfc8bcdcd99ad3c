"""The few calls of Meilisearch's HTTP API that the plugin makes, each with a deadline."""

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.outgoing import Outgoing, Unreachable
from vetrina.plugin.words import Say

SEARCH = 0.7
"""Seconds for an answer to a buyer: less than the port gives, so that the reason is known."""
WRITE = 15.0
"""Seconds for anything else: the server takes work on and does it later."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer."""
BAD, NOT_FOUND = 400, 404
NOT_ITSELF = Say("it does not answer as Meilisearch does", it="non risponde come fa Meilisearch")

T = TypeVar("T")


class MeilisearchUnusable(Refusal):
    """The server was asked and would not, or could not be asked. Facts: reason."""

    code = "MEILISEARCH_UNUSABLE"
    text = "Meilisearch cannot be used: {reason}"
    texts = {"it": "Meilisearch non è utilizzabile: {reason}"}


class IndexMissing(Unavailable):
    """There is no such index yet."""


class Task(msgspec.Struct, frozen=True):
    """Work the server has taken on: enqueued, processing, succeeded, failed or canceled."""

    status: str
    error: dict[str, Any] | None = None

    @property
    def is_over(self) -> bool:
        return self.status not in ("enqueued", "processing")


class Stats(msgspec.Struct, frozen=True, rename="camel"):
    """What an index holds."""

    number_of_documents: int


class _Enqueued(msgspec.Struct, rename="camel"):
    task_uid: int


class _Hit(msgspec.Struct):
    id: int


class _Hits(msgspec.Struct):
    hits: list[_Hit]


class _Problem(msgspec.Struct):
    code: str = ""


def read_address(url: str) -> str:
    """The address without a slash at its end. Raises ValueError for what is no http or https address."""
    text = url.strip().rstrip("/")
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("not an address")
    return text


class Client:
    """Speaks to one server. Whatever goes wrong is MeilisearchUnusable, or IndexMissing where an index is not there."""

    def __init__(self, outgoing: Outgoing, url: str, key: str) -> None:
        self._outgoing, self._url = outgoing, url
        self._headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})

    async def search(self, index: str, query: str, fields: Sequence[str], most: int) -> list[int]:
        """Ids of documents in which all words stand, the last one perhaps unfinished; best first."""
        wanted = {
            "q": query,
            "limit": most,
            "attributesToRetrieve": ["id"],
            "attributesToSearchOn": fields,
            "matchingStrategy": "all",
        }
        found = await self._call("POST", f"/indexes/{index}/search", wanted, _Hits, deadline=SEARCH)
        return [hit.id for hit in found.hits]

    async def create(self, index: str) -> int:
        """Have an index made; the task's number."""
        return await self._task("POST", "/indexes", {"uid": index, "primaryKey": "id"})

    async def drop(self, index: str) -> int:
        """Have an index deleted; the task fails where there is none."""
        return await self._task("DELETE", f"/indexes/{index}", None)

    async def set_up(self, index: str, settings: dict[str, Any]) -> int:
        """Have an index's settings changed."""
        return await self._task("PATCH", f"/indexes/{index}/settings", settings)

    async def put(self, index: str, documents: Sequence[dict[str, Any]]) -> int:
        """Have documents added, in place of those with the same ids."""
        return await self._task("POST", f"/indexes/{index}/documents", documents)

    async def delete(self, index: str, ids: Sequence[int]) -> int:
        """Have documents taken away, where they are there."""
        return await self._task("POST", f"/indexes/{index}/documents/delete-batch", ids)

    async def swap(self, one: str, other: str) -> int:
        """Have two indexes exchange their names, at once and as a whole."""
        return await self._task("POST", "/swap-indexes", [{"indexes": [one, other]}])

    async def task(self, number: int) -> Task:
        """What became of a task."""
        return await self._call("GET", f"/tasks/{number}", None, Task)

    async def stats(self, index: str) -> Stats | None:
        """What an index holds; None where there is none."""
        try:
            return await self._call("GET", f"/indexes/{index}/stats", None, Stats)
        except IndexMissing:
            return None

    async def _task(self, method: str, path: str, content: Any) -> int:
        return (await self._call(method, path, content, _Enqueued)).task_uid

    async def _call(self, method: str, path: str, content: Any, kind: type[T], deadline: float = WRITE) -> T:
        body = None if content is None else msgspec.json.encode(content)
        try:
            reply = await self._outgoing.call(
                method, self._url + path, deadline=deadline, headers=self._headers, content=body, largest=LARGEST
            )
        except Unreachable as error:
            raise MeilisearchUnusable(reason=error.reason) from error
        problem = _problem(reply.body) if reply.status >= BAD else _Problem()
        if reply.status == NOT_FOUND and problem.code == "index_not_found":
            raise IndexMissing("Meilisearch has no such index")
        if reply.status >= BAD:
            raise MeilisearchUnusable(reason=_answered(reply.status, problem.code))
        try:
            return msgspec.json.decode(reply.body, type=kind)
        except msgspec.MsgspecError as error:
            raise MeilisearchUnusable(reason=NOT_ITSELF) from error


def _answered(status: int, code: str) -> Say:
    return Say(f"it answers {status} {code}".strip(), it=f"risponde {status} {code}".strip())


def _problem(body: bytes) -> _Problem:
    try:
        return msgspec.json.decode(body, type=_Problem)
    except msgspec.MsgspecError:  # a proxy's page, perhaps
        return _Problem()
