"""What pages take from npm: the files each door's package.json names, out of packages that its lock pins by digest."""

import json
import re
from pathlib import Path

import pytest

from vetrina.house.npm import DOORS, NotInstalled, bring
from vetrina_admin.pages.assets import VENDOR, VENDOR_FILES
from vetrina_storefront.explorer import BUILT, BUILT_FILES

ROOT = Path(__file__).parents[2]
SVG = (
    '<svg xmlns="x" class="icon">\n  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n  <path d="M5 12" />\n</svg>'
)
WANTED = {
    "into": "shown/here",
    "copy": {"one.css": "one/dist/one.min.css"},
    "sprites": {"icons.svg": {"folder": "icons/outline", "icons": ["home", "bell", "home"]}},
}


def installed(project: Path) -> int:
    """Stands for npm ci."""
    for path, text in (
        ("one/dist/one.min.css", "a{}"),
        ("icons/outline/home.svg", SVG),
        ("icons/outline/bell.svg", SVG),
    ):
        target = project / "node_modules" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return 0


def test_files_are_copied_and_pictures_put_into_one(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"name": "door", "vetrina": WANTED}))
    paths = bring(tmp_path, installed)
    assert [path.relative_to(tmp_path / "shown/here").as_posix() for path in paths] == ["one.css", "icons.svg"]
    assert paths[0].read_text() == "a{}"
    symbol = '<symbol id="{}" viewBox="0 0 24 24"><path d="M5 12" /></symbol>'
    assert "".join(map(symbol.format, ("bell", "home"))) in paths[1].read_text()


def test_what_npm_could_not_bring_is_said(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"vetrina": WANTED}))
    with pytest.raises(NotInstalled, match="npm ci failed with 7"):
        bring(tmp_path, lambda _: 7)
    with pytest.raises(FileNotFoundError):
        bring(tmp_path, lambda _: 0)


@pytest.mark.parametrize("door", DOORS)
def test_locks_pin_by_digest_and_name_no_registry(door: str) -> None:
    lock = json.loads((ROOT / door / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    wanted = json.loads((ROOT / door / "package.json").read_text())
    assert packages and all("resolved" not in package for package in packages.values())
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted["dependencies"].values())


def test_every_door_is_brought_what_it_serves() -> None:
    for door, folder, names in (("storefront_api", BUILT, BUILT_FILES), ("admin", VENDOR, VENDOR_FILES)):
        wanted = json.loads((ROOT / door / "package.json").read_text())["vetrina"]
        assert ROOT / door / wanted["into"] == folder
        assert {*wanted["copy"], *wanted.get("sprites", {})} == set(names)
