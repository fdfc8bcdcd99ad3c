"""What is published of the API for people: its schema with a changelog, and what of the public contract it covers."""

from functools import lru_cache
from pathlib import Path

from graphql import GraphQLSchema, build_schema, extend_schema, parse

from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_storefront.published.coverage import coverage
from vetrina_storefront.published.releases import changelog, following
from vetrina_storefront.published.whole import whole
from vetrina_storefront.versions import VERSIONS


def documents(root: Path, contributed: tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]) -> dict[Path, str]:
    """Every file that is made from the schema with what the plugins of a checkout contribute: what it should say."""
    published = whole(contributed)
    folder = root / "storefront_api" / "versions"
    made = {folder / f"{version}.graphql": following(folder, version, published.sdl) for version in VERSIONS}
    made[folder / "CHANGELOG.md"] = changelog({path.stem: text for path, text in made.items()}, published.sdl)
    contract = contract_of(root.parent / "shared" / "contract")
    if contract is not None:
        made[root / "storefront_api" / "COVERAGE.md"] = coverage(contract, published)
    return made


@lru_cache(maxsize=2)
def contract_of(folder: Path) -> GraphQLSchema | None:
    """The public contract with what payments add to it; None where it is not on this machine."""
    if not folder.exists():
        return None
    schema = build_schema((folder / "storefront.graphql").read_text())
    return extend_schema(schema, parse((folder / "payments.graphql").read_text()), assume_valid_sdl=True)
