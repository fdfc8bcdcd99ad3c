"""A folder on sys.path where distributions of plugins are installed, changed, upgraded and taken away."""

import shutil
import sys
from pathlib import Path

WHEELS = Path(__file__).parent / "wheels"


class Shelf:
    """Plugins of others, installed as pip would: packages beside their dist-info."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._packages: set[str] = set()

    def install(self, name: str, version: str = "1.0") -> Path:
        """Install a plugin of `support/wheels`, or another version of it; its package's folder."""
        package = f"vetrina_{name}"
        self.uninstall(name)
        shutil.copytree(WHEELS / package, self.folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        self._announce(name, version)
        return self.folder / package

    def write(self, name: str, manifest: str = "", module: str = "", version: str = "1.0") -> Path:
        """Install a plugin of these few lines."""
        self.uninstall(name)
        package = self.folder / f"vetrina_{name}"
        package.mkdir()
        head = f'name = "{name}"\ntitle = "{name.title()}"\nvetrina = ">=1.0,<2"\n'
        (package / "plugin.toml").write_text(head + manifest)
        (package / "__init__.py").write_text(f'"""{name}."""\n{module}')
        self._announce(name, version)
        return package

    def uninstall(self, name: str) -> None:
        """Take a plugin away. What this process has imported of it stays imported."""
        for path in self.folder.glob(f"vetrina_{name}*"):
            shutil.rmtree(path)

    def restart(self) -> None:
        """Forget what was imported from here, as a new process would not know it."""
        for module in [module for module in sys.modules if module.partition(".")[0] in self._packages]:
            del sys.modules[module]

    def _announce(self, name: str, version: str) -> None:
        package = f"vetrina_{name}"
        self._packages.add(package)
        about = self.folder / f"{package}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vetrina-{name}\nVersion: {version}\n")
        (about / "entry_points.txt").write_text(f"[vetrina.plugins]\n{name} = {package}\n")
