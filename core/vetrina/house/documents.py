"""What is made from the code: documents and lists of plugins. `make docs` writes, `make check` and a test compare."""

import re
from pathlib import Path
from pkgutil import resolve_name

from vetrina.house.contracts import with_plugins
from vetrina.house.maps import house_map
from vetrina.house.plugged import contributed
from vetrina.house.reference import reference
from vetrina.house.walk import walk

SCHEMAS = {
    "storefront_api/vetrina_storefront/schema.graphql": "vetrina_storefront.schema:published",
    "storefront_api/vetrina_storefront/accounts/schema.graphql": "vetrina_storefront.accounts.schema:published",
    "admin/vetrina_admin/schema.graphql": "vetrina_admin.api.schema:published",
}
"""A door's published schema, and the function that prints it."""
PUBLISHED = "vetrina_storefront.published:documents"
"""What makes the documents of the schema with every plugin on."""
_MAP = re.compile(r"(<!-- map: written by make docs -->\n)(?:.*\n)*?(<!-- end of map -->)")
_WALK = re.compile(r"(<!-- walk: written by make docs -->\n)(?:.*\n)*?(<!-- end of walk -->)")


def documents(root: Path) -> dict[Path, str]:
    """Every file of a checkout that is made from the code, with what it should say."""
    readme = root / "core" / "README.md"
    drawn = f"```\n{house_map(root)}\n```\n"
    walked = f"\n{walk()}\n\n"
    project = root / "pyproject.toml"
    made = {
        project: with_plugins(project.read_text(), root),
        readme: _between(_WALK, walked, _between(_MAP, drawn, readme.read_text())),
        root / "plugins" / "HOOKS.md": reference(root),
    }
    for path, function in SCHEMAS.items():
        made[root / path] = resolve_name(function)().rstrip() + "\n"
    return made | resolve_name(PUBLISHED)(root, contributed(root))


def _between(marks: re.Pattern[str], made: str, text: str) -> str:
    return marks.sub(lambda found: found[1] + made + found[2], text)


def write_documents(root: Path) -> list[Path]:
    """Write what differs; the paths that did."""
    changed = outdated(root)
    made = documents(root)
    for path in changed:
        path.write_text(made[path])
    return changed


def outdated(root: Path) -> list[Path]:
    """The files that no longer say what the code says."""
    return [path for path, text in documents(root).items() if not path.exists() or path.read_text() != text]
