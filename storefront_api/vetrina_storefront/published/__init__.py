"""What is published of the API for people: its schema with a changelog, and what of the public contract it covers."""

import os
from pathlib import Path

from graphql import GraphQLSchema, build_schema, extend_schema, parse

from vetrina_storefront.published.coverage import coverage
from vetrina_storefront.published.releases import changelog, following
from vetrina_storefront.published.whole import whole
from vetrina_storefront.versions import VERSIONS


def documents(root: Path) -> dict[Path, str]:
    """Every file that is made from the schema with all plugins of a checkout, with what it should say."""
    published = whole(root)
    folder = root / "storefront_api" / "versions"
    made = {folder / f"{version}.graphql": following(folder, version, published.sdl) for version in VERSIONS}
    made[folder / "CHANGELOG.md"] = changelog({path.stem: text for path, text in made.items()}, published.sdl)
    contract = contract_of(root)
    if contract is not None:
        made[root / "storefront_api" / "COVERAGE.md"] = coverage(contract, published)
    return made


def contract_of(root: Path) -> GraphQLSchema | None:
    """The public contract with what payments add to it; None where it is not on this machine."""
    folder = (root / os.environ.get("VETRINA_DATA", "../shared/data")).resolve().parent / "contract"
    if not folder.exists():
        return None
    schema = build_schema((folder / "storefront.graphql").read_text())
    return extend_schema(schema, parse((folder / "payments.graphql").read_text()), assume_valid_sdl=True)
