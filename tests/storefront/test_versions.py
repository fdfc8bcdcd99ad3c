"""A version's schema only grows; what of the contract is absent, with all plugins on, is absent for a reason."""

import os
from pathlib import Path

import pytest
from graphql import GraphQLSchema
from tests.support.sources import ROOT

from vetrina.house.plugged import contributed
from vetrina_storefront.published import contract_of, releases
from vetrina_storefront.published.coverage import missing
from vetrina_storefront.published.whole import Whole, whole
from vetrina_storefront.schema import compose_storefront
from vetrina_storefront.versions import UNSTABLE, VERSIONS, served_for

FOLDER = ROOT / "storefront_api" / "versions"
CONTRACT = Path(os.environ.get("VETRINA_DATA", "../shared/data")).resolve().parent / "contract"
SMALL = 'type Query { shop: Shop! } type Shop { name: String! old: Int @deprecated(reason: "Use `name`.") }'


@pytest.fixture(scope="module")
def published() -> Whole:
    return whole(contributed(ROOT))


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    found = contract_of(CONTRACT)
    if found is None:
        pytest.skip("the contract is not on this machine")
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_version_has_promised_is_served(version: str, published: Whole) -> None:
    broken = releases.breaking((FOLDER / f"{version}.graphql").read_text(), published.sdl)
    assert broken == [], "while nobody uses the version, delete its file and run make docs; else keep the promise"


def test_a_version_grows_and_takes_nothing_back(tmp_path: Path) -> None:
    path = tmp_path / f"{VERSIONS[-1]}.graphql"
    path.write_text(SMALL)
    grown, shrunk = SMALL.replace("name:", "slogan: String name:"), SMALL.replace("name: String!", "name: String")
    assert releases.following(tmp_path, VERSIONS[-1], grown) == grown
    assert releases.following(tmp_path, VERSIONS[-1], shrunk) == SMALL
    assert releases.breaking(SMALL, shrunk) == ["Field Shop.name changed type from String! to String."]
    (tmp_path / "2020-01.graphql").write_text(SMALL)
    assert releases.following(tmp_path, "2020-01", grown) == SMALL  # another version has begun since


def test_the_changelog_tells_what_came_and_what_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "VERSIONS", ("2026-04", "2026-07"))
    later = "type Query { shop(id: ID): Shop! } type Shop { name: String! } enum Colour { RED }"
    told = releases.changelog({"2026-04": SMALL, "2026-07": later}, SMALL)
    for line in (
        "## 2026-07, since 2026-04", "* Field Shop.old was removed.", "* `Colour`", "* `Query.shop(id:)`",
        "* `Shop.old`: Use `name`.",
    ):  # fmt: skip
        assert line in told.splitlines()


def test_the_nearest_version_answers() -> None:
    assert [served_for(one) for one in ("2020-01", *VERSIONS, "2099-10", UNSTABLE)] == [
        VERSIONS[0], *VERSIONS, VERSIONS[-1], UNSTABLE,
    ]  # fmt: skip
    assert [served_for(one) for one in ("2026-05", "latest", "", "2026-04\n")] == [None] * 4


def test_what_is_absent_is_absent_on_purpose(published: Whole, contract: GraphQLSchema) -> None:
    assert [name for name, why in missing(contract, published.schema) if why is None] == []


def test_what_is_absent_without_a_reason_is_found(contract: GraphQLSchema) -> None:
    absent = dict(missing(contract, compose_storefront()._schema))
    assert absent["QueryRoot.page"] is None  # it is the content plugin's, which is off here
    assert absent["Mutation.shopPayPaymentRequestSessionCreate"]
    assert "QueryRoot.page(id:)" not in absent
    assert "QueryRoot.cart" not in absent
