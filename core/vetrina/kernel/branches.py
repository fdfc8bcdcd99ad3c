"""Branches of migrations as their files say it, read without running them; whether tables are as plugins want."""

import ast
import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import String, column, func, literal, select, table, union

from vetrina.kernel.db import Reads
from vetrina.kernel.errors import Fault

Folders = Mapping[str, Path]
"""Plugin name to its folder of revisions, in the order in which plugins load."""

CORE = "core"
"""The label of the core's branch; a plugin's is its name."""
CORE_FOLDER = Path(__file__).parents[1] / "migrations" / "versions"

READY = "ready"
"""What `standing` says of a plugin whose tables are as its code wants them."""
_LONGEST_ID = 32
"""Characters of a revision's id that the version table keeps."""


class BranchRefused(Fault):
    """A folder of revisions is not one branch that can be run by itself; the sentence says why."""


class TablesNotReady(Fault):
    """There is no shop in the database, or an older one than this code can serve; the sentence says what to run."""


class Branch(msgspec.Struct, frozen=True):
    """One owner's history: its revisions, oldest first. The last is its head."""

    name: str
    revisions: tuple[str, ...]

    @property
    def head(self) -> str:
        return self.revisions[-1]

    def missing(self, heads: Iterable[str]) -> list[str]:
        """What is still to be run in a database that stands at those heads, oldest first."""
        known = [place for place, revision in enumerate(self.revisions, start=1) if revision in heads]
        return list(self.revisions[max(known, default=0) :])


class _Revision(msgspec.Struct, frozen=True):
    revision: str
    down_revision: str | None = None
    branch_labels: tuple[str, ...] | str | None = None
    depends_on: Any = None


def read_branch(name: str, folder: Path) -> Branch:
    """The branch in a folder; read again only when a file has changed. Raises BranchRefused."""
    files = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    return _read(name, tuple((path, path.stat().st_mtime_ns) for path in files))


def read_branches(folders: Folders, taken: Iterable[str] = ()) -> tuple[dict[str, Branch], dict[str, str]]:
    """Those that can be run, and a sentence for each that cannot. Of two with one revision the later is refused."""
    branches, refused, ids = dict[str, Branch](), dict[str, str](), set(taken)
    for name, folder in folders.items():
        try:
            branch = read_branch(name, folder)
            if twice := sorted(ids & set(branch.revisions)):
                raise BranchRefused(f"somebody else has a revision {twice[0]}: ids begin with the plugin's name")
        except BranchRefused as refusal:
            refused[name] = str(refusal)
        else:
            branches[name] = branch
            ids.update(branch.revisions)
    return branches, refused


async def require_tables(reads: Reads) -> None:
    """Raise TablesNotReady where the core's tables are not there, or older than this code.

    Newer ones are served: a shop is migrated before its last process of the earlier version has gone.
    """
    if not await reads.value(_IS_MIGRATED[reads.dialect.name]):
        raise TablesNotReady(
            "There is no shop in this database yet: vetrina setup opens one; VETRINA_DATABASE_URL or --database-url "
            "names another database."
        )
    core = await asyncio.to_thread(read_branch, CORE, CORE_FOLDER)
    heads = {head for (head,) in await reads.fetch(_HEADS)}
    missing = core.missing(heads)
    if missing and not any(head.isdigit() and head > core.head for head in heads):
        raise TablesNotReady(
            f"The shop's tables are older than this version of Vetrina, {', '.join(missing)} did not run: "
            "vetrina migrate brings them on."
        )


async def standing(reads: Reads, folders: Folders) -> dict[str, str]:
    """READY, or a sentence, for each plugin with tables: whether they are at the head of its revisions.

    One statement for all of them, and none when there are no folders. The files are read in a thread, after the
    database: a plugin that is brought on meanwhile stands too far back here, and never too far on.
    """
    if not folders:
        return {}
    heads = {head for (head,) in await reads.fetch(_HEADS)}
    branches, refused = await asyncio.to_thread(read_branches, folders)
    return refused | {name: _stands(branch, heads) for name, branch in branches.items()}


def _stands(branch: Branch, heads: set[str]) -> str:
    missing = branch.missing(heads)
    if not missing:
        return READY
    if len(missing) == len(branch.revisions):
        return "its tables are not there, or were made by another version of it: vetrina migrate makes them"
    return f"its tables are older than its code, {', '.join(missing)} did not run: vetrina migrate brings them on"


@lru_cache(maxsize=256)
def _read(name: str, files: tuple[tuple[Path, int], ...]) -> Branch:
    found = [_read_file(path) for path, _ in files]
    following = {revision.down_revision: revision for revision in found}
    if len(following) != len(found) or len({revision.revision for revision in found}) != len(found):
        raise BranchRefused("its revisions are no single line: two have the same id, or the same down_revision")
    line, at = list[_Revision](), following.get(None)
    while at is not None and len(line) < len(found):
        line.append(at)
        at = following.get(at.revision)
    if not line or len(line) != len(found):
        raise BranchRefused("its revisions are no single line: each follows the one before, the first has none")
    _check_names(name, line)
    return Branch(name, tuple(revision.revision for revision in line))


def _check_names(name: str, line: Sequence[_Revision]) -> None:
    labels = line[0].branch_labels or ()
    if name not in ((labels,) if isinstance(labels, str) else labels):
        raise BranchRefused(f"its first revision must say branch_labels = ({name!r},)")
    for each in line:
        if each.depends_on is not None:
            raise BranchRefused(f"{each.revision} depends on another branch; branches are independent of each other")
        if len(each.revision) > _LONGEST_ID:
            raise BranchRefused(f"the id {each.revision} is longer than {_LONGEST_ID} characters")


def _read_file(path: Path) -> _Revision:
    """What alembic reads from a module's variables, from its text."""
    try:
        said = dict[str, Any]()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if isinstance(target, ast.Name) and target.id in _Revision.__struct_fields__:
                said[target.id] = ast.literal_eval(getattr(node, "value", None) or ast.Constant(None))
        return msgspec.convert(said, _Revision)
    except (SyntaxError, ValueError, msgspec.ValidationError) as error:
        raise BranchRefused(f"{path.name} is no revision: {error}") from None


_VERSIONS = [table(name, column("version_num", String)) for name in ("alembic_version", "plugin_parked_head")]
_HEADS = union(*(select(versions.c.version_num) for versions in _VERSIONS))
_IS_MIGRATED = {
    "sqlite": select(literal(1))
    .select_from(table("sqlite_schema", column("name")))
    .where(column("name") == "alembic_version"),
    "postgresql": select(func.to_regclass("alembic_version").is_not(None)),
}
