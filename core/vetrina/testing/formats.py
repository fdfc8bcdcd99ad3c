"""The suites that every reader of catalogues and of order histories passes: inherit, name it and a sample."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from vetrina.ports import (
    CatalogueFormat,
    OrderHistoryFormat,
    PastCorrection,
    PastCustomer,
    PastOrder,
    ProductDraft,
    RowProblem,
)

NOBODYS = b"Nobody's format; only words\n"


class CatalogueFormatContract:
    """Inherit, make the reader, name a sample of what it reads, and let pytest collect it."""

    def sample(self) -> Path:
        """A file or a folder with at least one product."""
        raise NotImplementedError

    def reader(self) -> CatalogueFormat:
        raise NotImplementedError

    def read(self, path: Path | None = None) -> list[ProductDraft | RowProblem]:
        return list(self.reader().read(path or self.sample()))

    def test_it_is_titled(self) -> None:
        assert self.reader().title.strip()

    def test_it_knows_its_own(self) -> None:
        assert self.reader().recognises(self.sample())

    def test_it_claims_nothing_else(self, tmp_path: Path) -> None:
        empty, words = tmp_path / "empty.csv", tmp_path / "words.txt"
        empty.write_bytes(b"")
        words.write_bytes(NOBODYS)
        assert not any(self.reader().recognises(path) for path in (empty, words, tmp_path, tmp_path / "gone"))

    def test_products_are_whole_and_told_apart(self) -> None:
        drafts = [found for found in self.read() if isinstance(found, ProductDraft)]
        assert drafts, "the contract needs a product to test"
        assert len({draft.source_key for draft in drafts}) == len(drafts), "a second run could not tell them apart"
        for draft in drafts:
            assert draft.title.strip()
            assert draft.variants
            assert draft.first_row > 0
            assert all(price.amount >= 0 for variant in draft.variants for price in variant.prices)

    def test_problems_say_what_and_where(self) -> None:
        for problem in self.read():
            if isinstance(problem, RowProblem):
                assert problem.code
                assert problem.message.strip()

    def test_reading_twice_is_reading_the_same(self) -> None:
        assert self.read() == self.read()

    def test_it_reads_as_it_is_asked(self) -> None:
        """Memory is bounded by one product: nothing is read before somebody asks for it."""
        found = self.reader().read(self.sample())
        assert iter(found) is iter(found)
        assert isinstance(next(found), ProductDraft | RowProblem)


class OrderHistoryFormatContract:
    """Inherit, make the reader, name a sample of what it reads, and let pytest collect it."""

    def sample(self) -> Sequence[Path]:
        """Files, or one folder, with at least one order."""
        raise NotImplementedError

    def reader(self) -> OrderHistoryFormat:
        raise NotImplementedError

    def read(self) -> list[PastOrder | PastCorrection | PastCustomer | RowProblem]:
        return list(self.reader().read(self.sample()))

    def test_it_is_titled(self) -> None:
        assert self.reader().title.strip()

    def test_it_knows_its_own(self) -> None:
        assert self.reader().recognises(self.sample())

    def test_it_claims_nothing_else(self, tmp_path: Path) -> None:
        words = tmp_path / "words.csv"
        words.write_bytes(NOBODYS)
        assert not any(self.reader().recognises(paths) for paths in ([words], [tmp_path], [tmp_path / "gone"]))

    def test_it_counts_its_lines(self) -> None:
        """About, for a progress bar: no line that is read was left uncounted."""
        read = sum(len(found.lines) for found in self.read() if isinstance(found, PastOrder | PastCorrection))
        assert self.reader().lines(self.sample()) >= read > 0

    def test_orders_are_whole_and_told_apart(self) -> None:
        orders = [found for found in self.read() if isinstance(found, PastOrder)]
        assert orders, "the contract needs an order to test"
        assert len({order.name for order in orders}) == len(orders), "a second run could not tell them apart"
        for order in orders:
            assert order.lines
            assert order.at.tzinfo is not None
            assert len(order.currency) == 3
            assert all(line.quantity > 0 for line in order.lines)
            assert order.cancelled_at is None or order.cancelled_at >= order.at

    def test_corrections_follow_what_they_correct(self) -> None:
        for order in self.read():
            if isinstance(order, PastOrder):
                assert all(correction.at >= order.at for correction in order.corrections)
                assert all(first.at <= then.at for first, then in pairwise(order.corrections))

    def test_reading_twice_is_reading_the_same(self) -> None:
        assert self.read() == self.read()
