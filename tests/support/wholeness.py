"""Ask a served shop as front ends do, and tell what is missing in its answers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import httpx
from tests.support.browser_shop import Served

PLACE = {"country": "IT", "language": "EN"}
"""Where the buyer is, for documents that say so."""


def asked(shop: Served, path: str, document: str, variables: Mapping[str, Any], **headers: str) -> Any:
    """The data; no error is among it. Of the variables those are sent that the document names."""
    names = set(re.findall(r"\$(\w+)", document))
    sent = {name: value for name, value in {**PLACE, **variables}.items() if name in names}
    answer = httpx.post(shop.url + path, json={"query": document, "variables": sent}, headers=headers).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def gaps(found: Any, path: str = "") -> Iterator[str]:
    """Paths of what is null, and with [] after them of lists without members."""
    if found is None or found == []:
        yield path + "[]" * (found == [])
    elif isinstance(found, dict):
        for name, value in cast(dict[str, Any], found).items():
            yield from gaps(value, f"{path}.{name}")
    elif isinstance(found, list):
        for value in cast(list[Any], found):
            yield from gaps(value, f"{path}[*]")


def unexplained(found: Any, reasons: Mapping[str, str]) -> set[str]:
    """The gaps whose paths end in nothing that has a reason to be one."""
    return {path for path in gaps(found) if not any(path.endswith(f".{end}") for end in reasons)}
