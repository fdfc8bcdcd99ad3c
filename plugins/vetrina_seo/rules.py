"""What a redirect is: a path of the shop, and where it leads; circles, and lists of them as people keep them. Pure."""

import csv
import io
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from vetrina.flows.wording import is_safe_link
from vetrina.kernel import texts
from vetrina.kernel.errors import BadInput
from vetrina.plugin.words import Say

LONGEST_PATH = 1_024
LONGEST_TARGET = 2_048
MOST_LINES = 5_000
LONGEST_CSV = 1_000_000
"""Characters of a list that is brought in."""


class Pair(msgspec.Struct, frozen=True):
    """A redirect as it is kept."""

    path: str
    target: str


def checked(path: str, target: str, base_url: str) -> Pair:
    """The redirect as it is kept: the shop's own address is taken off. Raises BadInput naming the field."""
    source = _path(texts.line(path, field=("path",), limit=LONGEST_PATH, required=True), base_url)
    if not source.startswith("/") or source.startswith("//") or not is_safe_link(source):
        problem = Say("A path begins with /, such as /old-page.", "Un percorso inizia con /, come /vecchia-pagina.")
        raise BadInput(field=("path",), problem=problem)
    wanted = texts.line(target, field=("target",), limit=LONGEST_TARGET, required=True)
    wanted = wanted.removeprefix(base_url) or "/"
    if not is_safe_link(wanted) or wanted.startswith("//") or not wanted.startswith(("/", "https://", "http://")):
        problem = Say(
            "A target is a path such as /new-page, or an https:// address.",
            "Una destinazione è un percorso come /nuova-pagina, o un indirizzo https://.",
        )
        raise BadInput(field=("target",), problem=problem)
    return Pair(source, wanted)


def closes_a_circle(pair: Pair, known: Mapping[str, str]) -> bool:
    """Whether whoever follows the redirect would come back to it."""
    at, steps = _bare(pair.target), 0
    while steps <= len(known):
        if at == _bare(pair.path):
            return True
        onward = known.get(at)
        if onward is None:
            return False
        at, steps = _bare(onward), steps + 1
    return True


def read_csv(content: str) -> list[tuple[int, str, str]]:
    """Lines as (number, path, target), with commas or semicolons; a first line of headings is passed over.

    Raises BadInput for too much of it.
    """
    if len(content) > LONGEST_CSV:
        raise BadInput(
            field=("content",),
            problem=Say(
                f"At most {LONGEST_CSV:,} characters are brought in at once.",
                it=f"Si importano al massimo {LONGEST_CSV} caratteri alla volta.",
            ),
        )
    head = content.lstrip("\ufeff").partition("\n")[0]
    rows = csv.reader(io.StringIO(content.lstrip("\ufeff")), delimiter=";" if ";" in head else ",")
    found = [(number, *(cell.strip() for cell in row[:2])) for number, row in enumerate(rows, 1) if len(row) >= 2]
    lines = [(number, path, target) for number, path, target in found if "/" in path]
    if len(lines) > MOST_LINES:
        raise BadInput(
            field=("content",),
            problem=Say(
                f"At most {MOST_LINES:,} redirects are brought in at once.",
                it=f"Si importano al massimo {MOST_LINES} reindirizzamenti alla volta.",
            ),
        )
    return lines


def _path(given: str, base_url: str) -> str:
    """Without the shop's address, a trailing slash or a fragment."""
    bare = given.removeprefix(base_url).partition("#")[0] or "/"
    return bare.rstrip("/") if len(bare) > 1 and "?" not in bare else bare


def _bare(target: str) -> str:
    parts = urlsplit(target) if target.startswith("/") else None
    return (parts.path.rstrip("/") or "/") if parts is not None else target
