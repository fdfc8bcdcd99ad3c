"""What cells and charts come to: pure tables of cases. How blocks stand on a page is in test_plugin_pages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest

from vetrina.kernel.money import Money
from vetrina.plugin import Say, WrongAnswer
from vetrina.plugin.admin import Badge, Link
from vetrina_admin.pages.blocks.cells import address_of, cell_of
from vetrina_admin.pages.blocks.charts import HEIGHT, WIDTH, draw_chart

BADGE = '<span class="badge tone-bad">{}</span>'
LINK = '<a href="/admin/gift/a/1?b=c&amp;d=e">Go</a>'
CELLS: list[tuple[Any, str, str]] = [
    ("a & b", "a &amp; b", "a &amp; b"),
    (Say("Yes", "Sì <"), "Yes", "Sì &lt;"),
    (12345, "12,345", "12.345"),
    (12345.6789, "12,345.679", "12.345,679"),
    (Decimal("-0.50"), "-0.5", "-0,5"),
    (float("nan"), "–", "–"),
    (Decimal("Infinity"), "–", "–"),
    (True, "Yes", "Sì"),
    (Money(-120000, "JPY"), "-JP¥120,000", "-120.000 JPY"),
    (date(2026, 3, 1), "1 Mar 2026", "1 mar 2026"),
    (Badge(Say("Late", "Tardi"), "bad"), BADGE.format("Late"), BADGE.format("Tardi")),
    (Link("Go", "a/1?b=c&d=e"), LINK, LINK),
]  # fmt: skip


@pytest.mark.parametrize(("value", "english", "italian"), CELLS)
def test_cells_are_written_in_the_reader_s_language(value: Any, english: str, italian: str) -> None:
    shown = [str(cell_of(value, language, "gift")).replace("\u00a0", " ") for language in ("en", "it")]
    assert shown[0] == english and shown[1] == italian


def test_a_moment_is_in_the_shop_s_own_time() -> None:
    shown = str(cell_of(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "en", "gift"))
    assert 'datetime="2026-07-01T22:30:00+00:00"' in shown and "2 Jul 2026, 00:30" in shown


@pytest.mark.parametrize(
    "value", [{"a": 1}, ["a"], b"a", object(), Badge("x", cast(Any, "pink")), Link("x", cast(Any, 7))]
)
def test_what_is_no_cell_is_refused(value: Any) -> None:
    with pytest.raises(WrongAnswer):
        cell_of(value, "en", "gift")


ADDRESSES = [
    ("", "/admin/gift"), ("things/1", "/admin/gift/things/1"), ("/things", "/admin/gift/things"),
    ("/admin/orders/7", "/admin/orders/7"), ("/admin", "/admin"), ("/administrator", "/admin/gift/administrator"),
    ("javascript:alert(1)", "/admin/gift/javascript:alert(1)"), ("//evil.test/x", "/admin/gift/evil.test/x"),
    ("https://evil.test", "/admin/gift/https://evil.test"),
]  # fmt: skip


@pytest.mark.parametrize(("to", "address"), ADDRESSES)
def test_links_stay_in_the_admin(to: str, address: str) -> None:
    assert address_of(to, "gift") == address


def test_bars_stand_on_zero_and_fit() -> None:
    drawn = draw_chart([0, 40, -10, 97], "bars")
    assert (drawn.top, drawn.bottom) == (100, -10) and drawn.names == (0, 1, 2, 3)
    assert all(
        bar.x >= 0 and bar.x + bar.width <= WIDTH and bar.y >= 0 and bar.y + bar.height <= HEIGHT for bar in drawn.bars
    )
    assert [round(bar.height / HEIGHT * 110) for bar in drawn.bars] == [0, 40, 10, 97]
    assert drawn.bars[2].y == drawn.zero and drawn.bars[1].y + drawn.bars[1].height == pytest.approx(
        drawn.zero, abs=0.02
    )


def test_lines_and_odd_charts() -> None:
    assert draw_chart([1, 3], "line").corners == f"0.0,{round(HEIGHT * 2 / 3, 2)} {WIDTH}.0,0.0"
    assert draw_chart([], "bars").bars == () and draw_chart([0.0], "line").corners.startswith("0.0,")
    assert draw_chart(list(range(100)), "line").names == (0, 50, 99)
    assert str(draw_chart([5], "bars").bottom) == "0.0"
    for values, kind in (([float("nan")], "bars"), (["1"], "bars"), ([1] * 401, "bars"), ([1], "pie")):
        with pytest.raises(WrongAnswer):
            draw_chart(values, kind)
