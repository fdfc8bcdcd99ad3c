"""What a page of the admin can be refused has words of its own, and is raised with the facts that they name."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter

import msgspec
from tests.support.sources import ROOT, Source, dotted, enclosing, nodes, planted

from vetrina_admin.pages.wording import sentences

ROOMS = ("core/vetrina/", "admin/vetrina_admin/")
NO_PAGE = {
    "admin/vetrina_admin/api/": "programs read the API's English sentences",
    "core/vetrina/cli/": "said on a console",
    "core/vetrina/flows/history/": "orders of another shop are imported on a console",
    "core/vetrina/graphql/": "programs read the API's English sentences",
    "core/vetrina/kernel/backups/": "backups are made and restored on a console",
    "core/vetrina/testing/": "a test's stand-in",
    "core/vetrina/views/finding/": "the query language of the APIs",
    "core/vetrina/views/orders/queries.py": "a page's search box says itself that it does not understand",
}
"""Modules that refuse nothing a page of the admin asks for, and why not."""
NEVER = {
    "ATTEMPT_IN_PROGRESS": "a buyer pays",
    "BACKUP_REFUSED": "backups are made and restored on a console",
    "CODE_ENDED": "a customer signs in",
    "CUSTOMER_REFUSED": "a customer changes his account",
    "DISCOUNT_CODE_SPENT": "a buyer checks out",
    "DOCUMENT_REPEATED": "orders are imported on a console",
    "FIELD_REFUSED": "a buyer fills in the checkout, which says it in its own words",
    "FILE_NOT_UNDERSTOOD": "files are imported on a console",
    "GIFT_CARD_BALANCE_CHANGED": "a buyer checks out",
    "LED_BACK": "a front end signs a customer in",
    "NOT_GRANTED": "a front end signs a customer in",
    "NOT_LED": "a front end signs a customer in",
    "NOT_OUR_FORM": "a form of the shop's own pages",
    "NO_SUCH_FORMAT": "files are imported on a console",
    "PAYMENTS_METHOD_UNAVAILABLE": "a buyer pays by a link",
    "PAYMENT_HAS_BEGUN": "a buyer pays by a link",
    "SETTINGS_REFUSED": "a plugin's page says each of its problems, in the words of [input]",
    "TOO_MANY_RETURNS": "a customer asks for a return",
    "TOO_OFTEN": "a customer signs in",
    "UNDELIVERABLE": "a buyer checks out",
    "WRONG_CODE": "a customer signs in",
    "WRONG_PASSWORD": "a customer signs in",
}
"""Refusals that no page of the admin can show, by code, and who meets them instead."""
DRAWN = {
    "core/vetrina/flows/locations.py": ("long", "html", "no_url", "emoji", "pattern"),
    "core/vetrina/shop/staff/rules.py": ("short", "long", "own", "common"),
}
"""Reasons that are not written where they are raised."""
MAKERS = {("core/vetrina/shop/metafields/rules.py", "_wrong"): ("BadInput", 2)}
"""Functions that make a refusal for their file, and which of their arguments is its reason."""


class Kind(msgspec.Struct, frozen=True):
    """A class of refusals. `gives` are the facts its own constructor adds; None where callers give them."""

    code: str
    gives: frozenset[str] | None = None


class Raised(msgspec.Struct, frozen=True):
    """Where a refusal is made: its possible reasons, and the facts it brings; None where they are not written there."""

    where: str
    kind: Kind
    reasons: tuple[str, ...]
    brings: frozenset[str] | None


def is_of_pages(source: Source) -> bool:
    return source.path.startswith(ROOMS) and not source.path.startswith(tuple(NO_PAGE))


@cache
def kinds(found: tuple[Source, ...]) -> Mapping[str, Kind]:
    """Every class of refusals by its name, as their bases lead to Refusal."""
    known = {"Refusal": Kind("REFUSED")}
    classes = [node for source in found for node in nodes(source) if isinstance(node, ast.ClassDef)]
    for _ in range(4):  # a class of a class of a class
        for one in classes:
            base = next((known[name] for each in one.bases if (name := dotted(each).split(".")[-1]) in known), None)
            if base is not None:
                known[one.name] = _kind(one, base)
    return known


def _kind(one: ast.ClassDef, base: Kind) -> Kind:
    code, gives = base.code, base.gives
    for line in one.body:
        if isinstance(line, ast.Assign) and dotted(line.targets[0]) == "code" and isinstance(line.value, ast.Constant):
            code = str(line.value.value)
        if isinstance(line, ast.FunctionDef) and line.name == "__init__":
            made = (each for each in ast.walk(line) if isinstance(each, ast.Call) and dotted(each.func) == "__init__")
            gives = frozenset(str(keyword.arg) for each in made for keyword in each.keywords)
    return Kind(code, gives)


def raised(source: Source, known: Mapping[str, Kind]) -> Iterator[Raised]:
    """Every refusal that a file makes."""
    for node in nodes(source):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in known:
            yield Raised(source.where(node), known[node.exc.id], (), frozenset())
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func).split(".")[-1]
        made, at = MAKERS.get((source.path, name), (name, None))
        if made not in known or (at is None and (source.path, enclosing(source, node)) in MAKERS):
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        reason = given.get("reason") if at is None else node.args[at]
        brings = frozenset(str(each) for each in given) if None not in given else None
        gives = known[made].gives
        yield Raised(source.where(node), known[made], _reasons(source, reason), brings if gives is None else gives)


def _reasons(source: Source, reason: ast.expr | None) -> tuple[str, ...]:
    match reason:
        case None:
            return ()
        case ast.Constant(value=str(written)):
            return (written,)
        case ast.IfExp(body=one, orelse=other):
            return (*_reasons(source, one), *_reasons(source, other))
        case _:
            return DRAWN.get(source.path, ())


def unsaid(source: Source, known: Mapping[str, Kind]) -> Iterator[str]:
    """Refusals of a file that have no words, or words that name a fact they do not bring."""
    for one in raised(source, known):
        if one.kind.code in NEVER:
            continue
        for reason in one.reasons or ("",):
            key = said(one.kind, reason)
            if key is None:
                yield f"{one.where}: no words for {one.kind.code}_{reason}"
            elif one.brings is not None and (missing := _named(key) - one.brings):
                yield f"{one.where}: {key} names {sorted(missing)}"


def said(kind: Kind, reason: str) -> str | None:
    """The finest words there are for it, by key."""
    keys = (f"problem.{kind.code}_{reason}", f"problem.{kind.code}")
    return next((key for key in keys if key in sentences()), None)


def _named(key: str) -> set[str]:
    wordings = [each for one in sentences()[key].values() for each in ([one] if isinstance(one, str) else one)]
    return {place[1] for each in wordings for place in Formatter().parse(each) if place[1]}


@cache
def ours() -> tuple[Source, ...]:
    """The files that refuse anything."""
    paths = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    texts = ((path.relative_to(ROOT).as_posix(), path.read_text()) for path in paths)
    return tuple(planted(text, path) for path, text in texts if "raise " in text or "Refusal)" in text)


def test_every_refusal_of_the_core_has_words_unless_no_manager_can_meet_it() -> None:
    shipped = tuple(source for source in ours() if "/testing/" not in source.path)
    codes = {kind.code for kind in kinds(shipped).values()} - {"REFUSED"}
    assert len(codes) > 110
    worded = {key.removeprefix("problem.") for key in sentences() if key.startswith("problem.")}
    by_reason = {code for code in codes if any(word.startswith(f"{code}_") for word in worded)}
    assert codes - worded - by_reason - set(NEVER) == set()
    assert set(NEVER) <= codes - worded, "an exception that is none"


def test_whatever_a_page_can_be_refused_is_raised_with_all_that_its_words_name() -> None:
    known, pages = kinds(ours()), [source for source in ours() if is_of_pages(source)]
    made = [one for source in pages for one in raised(source, known)]
    assert len(made) > 400 and sum(one.kind.code == "BAD_USER_INPUT" for one in made) > 130
    assert [line for source in pages for line in unsaid(source, known)] == []
    heard = {said(one.kind, reason) for one in made for reason in one.reasons or ("",)}
    kept = {key for key in sentences() if key.startswith("problem.")}
    by_plugins = {"problem.other", "problem.CARRIER_REFUSED", "problem.MAIL_REFUSED"}
    assert kept - heard == by_plugins, "words that nobody says"
    paths = {source.path for source in ours()}
    assert all(any(path.startswith(room) for path in paths) for room in (*NO_PAGE, *DRAWN))


def test_a_refusal_without_words_or_facts_is_found() -> None:
    shop = planted(
        "class Odd(Refusal):\n    code = 'ODD'\n"
        "class Closed(Refusal):\n    code = 'ORDER_IS_PAID'\n"
        "class Carried(Refusal):\n    code = 'CARRIER_REFUSED'\n"
        "    def __init__(self, why):\n        super().__init__(why=why)\n"
        "class BadInput(Refusal):\n    code = 'BAD_USER_INPUT'\n"
        "class Finer(BadInput):\n    pass\n"
        "def flow():\n"
        "    raise Odd\n"
        "    raise Closed\n"
        "    raise Carried('so')\n"
        "    raise BadInput(problem='Such.')\n"
        "    raise BadInput(problem='Such.', reason='such')\n"
        "    raise Finer(problem='Much.', reason='empty' if few else 'many')\n"
        "    raise BadInput(problem='Much.', reason=drawn())\n"
        "    raise _wrong(path, 'So.', 'json_list')\n"
        "    raise Closed(name='#1')\n"
        "    raise Finer(problem='Much.', reason='many', most=3)\n"
        "    raise BadInput(**facts)\n",
        "core/vetrina/shop/metafields/rules.py",
    )
    assert [line.removeprefix(f"{shop.path}:") for line in unsaid(shop, kinds((shop,)))] == [
        "14: no words for ODD_",
        "15: problem.ORDER_IS_PAID names ['name']",
        "16: problem.CARRIER_REFUSED names ['problem']",
        "17: no words for BAD_USER_INPUT_",
        "18: no words for BAD_USER_INPUT_such",
        "19: problem.BAD_USER_INPUT_many names ['most']",
        "20: no words for BAD_USER_INPUT_",
        "21: problem.BAD_USER_INPUT_json_list names ['most']",
        "24: no words for BAD_USER_INPUT_",
    ]
    assert not is_of_pages(planted("", "core/vetrina/cli/planted.py")) and is_of_pages(planted(""))
