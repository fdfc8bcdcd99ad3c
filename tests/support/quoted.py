"""GraphQL documents as front ends write them in TypeScript: quoted, with one another's fragments in them."""

import re
from collections.abc import Mapping

MARK = "#graphql"
"""What such a string begins with, for the editors' sake."""
_STRING = re.compile(rf"const (\w+) = `({MARK}.*?)`", re.DOTALL)
_INSERTED = re.compile(r"\$\{(\w+)\}")
_OPERATION = re.compile(r"^\s*(?:query|mutation|subscription)\s+(\w+)", re.MULTILINE)


class NotRead(Exception):
    """A document is written in another way than is read here; the message says in which source."""


def quoted(sources: Mapping[str, str]) -> dict[str, str]:
    """Whole documents by their operation's name, fragments by their constant's. Raises NotRead."""
    found = dict[str, str]()
    for path, source in sources.items():
        strings = dict(_STRING.findall(source))
        if len(strings) != source.count(MARK):
            raise NotRead(path)
        for constant, text in strings.items():
            operation = _OPERATION.search(text)
            name = operation[1] if operation else f"{path}:{constant}"
            if name in found:
                raise NotRead(f"{path}: a second {name}")
            found[name] = _whole(text, strings)
    return found


def _whole(text: str, strings: Mapping[str, str]) -> str:
    return _INSERTED.sub(lambda inserted: _whole(strings[inserted[1]], strings), text)
