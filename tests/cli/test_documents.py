"""vetrina documents: what front ends' tools write is registered, all or none, and every process follows."""

import asyncio
import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vetrina.cli import main
from vetrina.cli.opening import open_if_new
from vetrina.cli.running import settings_from
from vetrina.kernel.db import open_database
from vetrina.views.plugins import generation

NAME = "query Name { shop { name } }"
TITLE = "query Title($handle: String!) { product(handle: $handle) { title } }"
WRONG = "query Wrong { shop { secrets nonsense } }"


@pytest.fixture
def shop(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("VETRINA_SECRET_KEY", "a secret for tests, long enough to be one")
    open_if_new(settings_from(database_url=database_url), plugins=())
    return database_url


def command(url: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["documents", *map(str, arguments), "--database-url", url])


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def asked_for(url: str) -> int:
    """The generation of the Runtime that every process is to serve."""

    async def read() -> int:
        db = await open_database(url)
        try:
            return await generation(db)
        finally:
            await db.close()

    return asyncio.run(read())


def test_manifests_and_plain_documents_are_registered_listed_and_removed(shop: str, tmp_path: Path) -> None:
    manifest, apollo, plain = tmp_path / "documents.json", tmp_path / "apollo.json", tmp_path / "brand.graphql"
    manifest.write_text(json.dumps({sha(NAME): NAME}))
    entry = {"id": sha(TITLE), "name": "Title", "type": "query", "body": TITLE}
    apollo.write_text(json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": [entry]}))
    plain.write_text("{ shop { description } }")
    before = asked_for(shop)
    first = command(shop, "register", manifest, apollo, plain)
    assert (first.exit_code, first.output) == (0, "3 registered, 0 known already.\n")
    assert asked_for(shop) == before + 1
    assert command(shop, "register", manifest).output == "0 registered, 1 known already.\n"
    assert asked_for(shop) == before + 1, "nothing changed"
    removed = command(shop, "remove", sha(NAME))
    assert (removed.exit_code, asked_for(shop)) == (0, before + 2), removed.output
    listed = command(shop, "list").output
    assert sha(TITLE) in listed and "Title" in listed and "brand" in listed and sha(NAME) not in listed
    again = command(shop, "remove", sha(NAME))
    assert again.exit_code == 1 and sha(NAME) in again.output


@pytest.mark.embedded
def test_one_that_is_wrong_keeps_all_of_them_out_and_each_error_is_told(shop: str, tmp_path: Path) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({sha(NAME): NAME, sha(WRONG): WRONG, "0" * 64: TITLE}))
    result = command(shop, "register", manifest)
    assert result.exit_code == 1
    for part in ("'secrets'", "'nonsense'", f"listed under {'0' * 64}", sha(TITLE), "Nothing was registered"):
        assert part in result.output
    assert sha(NAME) not in command(shop, "list").output


@pytest.mark.embedded
@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}', '{"operations": [{}]}'])
def test_a_file_nobody_understands_exits_with_two(shop: str, tmp_path: Path, content: str) -> None:
    path = tmp_path / "documents.json"
    path.write_text(content)
    assert command(shop, "register", path).exit_code == 2
