"""GraphQL over HTTP: no audit of the public suite finds a MUST or a SHOULD that an endpoint misses."""

from pathlib import Path
from typing import Any

import httpx
from tests.support.browser_shop import Served
from tests.support.front_ends import furnish, told

MAY_BE_MISSED = {"5A70", "D6D5", "6A70"}
"""All three MAY: the text of a document in a GET, where we take none but persisted ones."""


def audited(folder: Path, *words: str) -> dict[str, Any]:
    """What the audits say, by their ids."""
    return {one["id"]: one for one in told(furnish(folder, "audit.mjs"), "audit.mjs", *words)}


def test_no_must_or_should_is_missed(shop: Served, token: str, tmp_path: Path) -> None:
    for words in ([f"{shop.url}/graphql"], [f"{shop.url}/admin/graphql", "--token", token]):
        found = audited(tmp_path, *words)
        assert len(found) > 50
        missed = {name: one for name, one in found.items() if one["status"] != "ok"}
        assert missed.keys() == MAY_BE_MISSED, missed
        assert all(one["name"].startswith("MAY ") for one in missed.values())


def test_a_client_that_is_not_heard_misses_much(shop: Served, tmp_path: Path) -> None:
    found = audited(tmp_path, f"{shop.url}/graphql", "--deaf")
    missed = [one["name"] for one in found.values() if one["status"] == "warn"]
    assert "SHOULD accept application/graphql-response+json and match the content-type" in missed


def test_whatever_answers_get_answers_head(shop: Served) -> None:
    with httpx.Client(base_url=shop.url, headers={"accept": "text/html"}) as client:
        for path in ("/healthz", "/", "/admin/sign-in", "/metrics", "/nothing"):
            whole, head = client.get(path), client.head(path)
            assert (head.status_code, head.content) == (whole.status_code, b""), path
            assert head.headers["content-length"] == str(len(whole.content))
