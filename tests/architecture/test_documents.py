"""What is written from the code says what the code says; what is promised in prose is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.sources import ROOT

import vetrina.events
import vetrina.ports
from vetrina.house import documents
from vetrina.house.new_plugin import BEGINNINGS
from vetrina.kernel.settings import Settings
from vetrina.plugin import hookspecs
from vetrina.views.permissions import CORE_PERMISSIONS

HOOKS = (ROOT / "plugins" / "HOOKS.md").read_text()


def test_the_generated_documents_are_up_to_date() -> None:
    assert [str(path.relative_to(ROOT)) for path in documents.outdated(ROOT)] == [], "run: make docs"


def test_drift_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "reference", str)
    assert ROOT / "plugins" / "HOOKS.md" in documents.outdated(ROOT)


@pytest.mark.parametrize(
    "name",
    [
        *(name for name, hook in vars(hookspecs).items() if hasattr(hook, "vetrina_spec")),
        *(name for name in vetrina.ports.__all__ if hasattr(getattr(vetrina.ports, name), "policy")),
        *(name for name in vetrina.events.__all__ if hasattr(getattr(vetrina.events, name), "noun")),
    ],
)
def test_every_hook_port_and_event_is_described(name: str) -> None:
    entry = re.search(rf"^### {name}\n\n(.+?)(?=^###? |\Z)", HOOKS, re.MULTILINE | re.DOTALL)
    assert entry is not None
    assert len(entry[1].replace("```python", "").split()) > 8, "its entry says next to nothing"


def test_there_are_nine_hooks() -> None:
    assert sum(hasattr(hook, "vetrina_spec") for hook in vars(hookspecs).values()) == 9


def test_every_permission_and_setting_is_listed() -> None:
    settings = [f"VETRINA_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in (*CORE_PERMISSIONS, *settings) if f"| `{name}` |" not in HOOKS] == []


def test_the_readme_names_every_module_that_new_plugin_writes() -> None:
    table = (ROOT / "plugins" / "README.md").read_text().partition("| file | what it holds |")[2].partition("\n\n")[0]
    written = {path.name.removesuffix(".in") for path in (BEGINNINGS / "full").glob("*.in")}
    assert written - set(re.findall(r"[\w.]+\.(?:py|toml)", table)) == {"README.md", "test.py"}


def test_links_between_documents_lead_somewhere() -> None:
    dead: list[str] = []
    for page in (*ROOT.glob("*.md"), *ROOT.glob("[cpsa]*/**/*.md")):
        if "node_modules" in page.parts:
            continue
        for target, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text()):
            there = page.parent / target if target else page
            if not there.exists() or (heading and heading not in anchors(there)):
                dead.append(f"{page.relative_to(ROOT)} leads to {target}#{heading}")
    assert not dead, "\n".join(dead)


def anchors(page: Path) -> set[str]:
    """What headings of a document are called in addresses."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_a_heading_is_called_as_sites_call_it() -> None:
    assert {"speak-the-contract", "admin-pages-panels-and-tiles"} < anchors(ROOT / "plugins" / "EXAMPLES.md")


@pytest.mark.parametrize("page", sorted(ROOT.glob("plugins/vetrina_*/README.md")), ids=lambda page: page.parent.name)
def test_every_plugin_tells_of_itself_in_one_order(page: Path) -> None:
    title, *sections = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    assert title and (sections[0], *sections[-2:]) == ("Set up", "When something went wrong", "Remove")


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(path.name[:4] for path in (ROOT / "core" / "decisions").glob("*.md"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_the_words_of_make_are_printed_by_make_alone() -> None:
    said = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+) ", said, re.MULTILINE)) >= {
        "setup", "check", "test", "bench", "docs", "demo", "new-plugin",
    }  # fmt: skip


@pytest.mark.parametrize("word", ["setup", "check", "test", "bench", "docs", "demo", "new-plugin"])
def test_make_knows_the_word(word: str) -> None:
    subprocess.run(["make", "--dry-run", word, "NAME=gift"], cwd=ROOT, capture_output=True, check=True)


def test_the_ci_runs_make_and_nothing_else() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    steps = [line for line in script.splitlines() if line and not line.startswith(("#", "set ", "cd "))]
    assert steps == ["make check", "make test"]


def test_the_check_fails_where_a_document_is_out_of_date(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import vetrina.house.__main__ as house;"
        "house.outdated = lambda root: [root / 'plugins' / 'HOOKS.md']; house.main(['docs', '--check'])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "plugins/HOOKS.md is out of date: make docs\n")
