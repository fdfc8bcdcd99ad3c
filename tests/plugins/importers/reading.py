"""What the importers' tests share: the data sets' place, files made for one test, drafts apart from problems."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vetrina.ports import ProductDraft, RowProblem, VariantDraft

SAMPLES = Path(__file__).parent / "samples"
REPOSITORY = Path(__file__).parents[3]


def data_set(name: str) -> Path:
    """A folder of the public data sets; the test is skipped where they are not installed."""
    folder = Path(os.environ.get("VETRINA_DATA", REPOSITORY / "../shared/data")) / name
    if not folder.is_dir():
        pytest.skip(f"the data set {name} is not at {folder}; point VETRINA_DATA at the data sets")
    return folder


def written(folder: Path, *lines: str, name: str = "products.csv") -> Path:
    """A file of these lines."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def apart(found: Iterator[ProductDraft | RowProblem]) -> tuple[list[ProductDraft], list[RowProblem]]:
    """Drafts and problems."""
    everything = list(found)
    drafts = [one for one in everything if isinstance(one, ProductDraft)]
    return drafts, [one for one in everything if isinstance(one, RowProblem)]


def said(problems: list[RowProblem]) -> list[tuple[int, str]]:
    """Where and what."""
    return [(problem.row, problem.code) for problem in problems]


def variants_of(drafts: list[ProductDraft]) -> list[VariantDraft]:
    return [variant for draft in drafts for variant in draft.variants]
