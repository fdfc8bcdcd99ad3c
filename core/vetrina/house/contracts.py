"""The lists in pyproject.toml that name every plugin, written from the folders of plugins/."""

import re
from pathlib import Path

_BLOCK = re.compile(
    r"^(?P<indent> *)# (?P<how>each plugin|all plugins): (?P<line>.+)\n(?:.*\n)*?(?P<end> *# end of plugins)$",
    re.MULTILINE,
)
_NAMED_MODULE = re.compile(r'"(vetrina_\w+(?:\.\w+)+)')


def packages(root: Path) -> list[str]:
    """The packages of the plugins in a checkout, by name."""
    return sorted(manifest.parent.name for manifest in root.glob("plugins/vetrina_*/plugin.toml"))


def with_plugins(text: str, root: Path) -> str:
    """pyproject.toml with its lists of plugins as the folders say.

    A block begins with a comment that holds its line: `# each plugin: "{package}",` gives one line per plugin,
    `# all plugins: "{packages}",` one line for all. It ends with `# end of plugins`. A line that names a module the
    plugin does not have is left out.
    """
    return _BLOCK.sub(lambda block: _written(block, root), text)


def write_plugins(root: Path) -> bool:
    """Rewrite the checkout's pyproject.toml; whether it changed."""
    path = root / "pyproject.toml"
    before = path.read_text()
    after = with_plugins(before, root)
    path.write_text(after)
    return after != before


def _written(block: re.Match[str], root: Path) -> str:
    found, line = packages(root), block["line"]
    if block["how"] == "all plugins":
        lines = [line.format(packages=" | ".join(found))] if found else []
    else:
        lines = [_of_plugin(line, package, root) for package in found]
    kept = [block["indent"] + line for line in lines if _exists(line, root)]
    return "\n".join([f"{block['indent']}# {block['how']}: {line}", *kept, block["end"]])


def _of_plugin(line: str, package: str, root: Path) -> str:
    """The line of one plugin; its hooks stand in its module plugin.py, or in the package itself."""
    has_module = (root / "plugins" / package / "plugin.py").exists()
    hooks = f"{package}.plugin" if has_module else package
    return line.format(name=package.removeprefix("vetrina_"), package=package, hooks=hooks)


def _exists(line: str, root: Path) -> bool:
    named = _NAMED_MODULE.search(line)
    if named is None:
        return True
    place = root.joinpath("plugins", *named[1].split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()
