"""Names say what a thing is; words that say nothing, and second words for one thing, are refused."""

import ast
import re

import pytest
from tests.support.sources import ROOT, Function, Source, dotted, nodes, planted, shipped, sources

EMPTY_WORDS = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "data", "process"})
"""Names that say nothing of what is inside."""
SECOND_WORDS = {"basket": "cart", "shopper": "customer"}
"""One concept, one word."""

CONTRACT_NAMES = frozenset(
    {"BaseCartLine", "BaseCartLineEdge", "BaseCartLineConnection", "CartRemovePersonalDataPayload"}
)
"""Types that the public contract calls so."""
LAW_NAMES = frozenset({"PersonalData"})
"""What Regulation (EU) 2016/679 calls so, and everybody who has to do with it."""


def wrong_names(source: Source) -> list[str]:
    stem = source.path.removesuffix("/__init__.py").removesuffix(".py").rsplit("/", 1)[-1]
    found = [(source.path, stem)]
    given = _names_given_from_outside(source)
    for node in nodes(source):
        if isinstance(node, Function | ast.ClassDef) and node not in given:
            found.append((source.where(node), node.name))
    return [f"{where} is called {name}: {reason}" for where, name in found if (reason := _objection(name))]


def _names_given_from_outside(source: Source) -> set[ast.AST]:
    """Methods that the standard library's parser calls by names of its own."""
    parsers = (node for node in nodes(source) if isinstance(node, ast.ClassDef) and _is_parser(node))
    return {method for parser in parsers for method in parser.body if isinstance(method, Function)}


def _is_parser(node: ast.ClassDef) -> bool:
    return any(dotted(parent).endswith("HTMLParser") for parent in node.bases)


def _objection(name: str) -> str | None:
    if name in CONTRACT_NAMES | LAW_NAMES:
        return None
    plain = name.strip("_").lower()
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    if plain in EMPTY_WORDS or (name[:1].isupper() and set(words) & EMPTY_WORDS):
        return "the name says nothing"
    if plain.startswith("handle_"):
        return "say what it does, not that it handles"
    return next((f"the word is {SECOND_WORDS[word]}" for word in words if word in SECOND_WORDS), None)


def test_no_name_says_nothing() -> None:
    found = [line for source in shipped() for line in wrong_names(source)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted_source",
    [
        planted("", "core/vetrina/flows/utils.py"),
        planted("", "core/vetrina/common/__init__.py"),
        planted("def process(): ..."),
        planted("def _process(): ..."),
        planted("class CartManager: ..."),
        planted("class BaseView: ..."),
        planted("async def handle_payment(): ..."),
        planted("def open_basket(): ..."),
    ],
    ids=lambda source: source.path + source.text,
)
def test_a_name_that_says_nothing_is_refused(planted_source: Source) -> None:
    assert len(wrong_names(planted_source)) == 1


def test_names_that_contain_such_a_word_honestly_are_fine() -> None:
    fine = "def process_bind_param(): ...\ndef metadata(): ...\nclass Database: ...\ndef base_url(): ..."
    assert wrong_names(planted(fine)) == []


def test_every_module_says_in_its_first_line_what_lives_there() -> None:
    silent = [source.path for source in sources() if not (ast.get_docstring(source.tree) or "").strip()]
    assert not silent, "\n".join(silent)


def test_every_public_verb_view_and_port_is_explained() -> None:
    silent = [
        f"{source.where(node)} {node.name}"
        for source in shipped()
        if re.match(r"core/vetrina/(flows|views|plugin)/|core/vetrina/shop/\w+/ports\.py", source.path)
        for node in source.tree.body
        if isinstance(node, Function) or (isinstance(node, ast.ClassDef) and "Protocol" in map(dotted, node.bases))
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent, "\n".join(silent)


def test_every_room_has_its_readme() -> None:
    expected = [
        ROOT / "README.md",
        *(ROOT / room / "README.md" for room in ("core", "storefront_api", "admin", "plugins")),
    ]
    expected += [manifest.parent / "README.md" for manifest in ROOT.glob("plugins/*/plugin.toml")]
    missing = [str(path.relative_to(ROOT)) for path in expected if not path.exists() or not path.read_text().strip()]
    assert not missing, "\n".join(missing)
