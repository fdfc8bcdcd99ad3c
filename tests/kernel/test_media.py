"""Media files: told by content, cleaned and measured; renditions cut right; signatures, the ladder and the shelf."""

import base64
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.support.pictures import bomb, burdened, drawn, film, model, reel

from vetrina.kernel.crypto import Vault
from vetrina.kernel.errors import Refusal
from vetrina.kernel.media.addresses import RATIOS, WIDTHS, Signer, is_own_name, on_ladder, own_name, wish_of
from vetrina.kernel.media.films import BrokenVideo, size_of_video
from vetrina.kernel.media.formats import (
    AVIF,
    GIF,
    GLB,
    JPEG,
    MP4,
    PDF,
    PNG,
    WEBM,
    WEBP,
    Format,
    format_of,
    mime_type_of,
)
from vetrina.kernel.media.names import is_name, path_of, placed
from vetrina.kernel.media.pictures import LARGEST_SIDE, BrokenPicture, Picture, TooManyPixels, take_in
from vetrina.kernel.media.renditions import Wish, drawn_as, region_of, render
from vetrina.kernel.media.shelf import Shelf
from vetrina.kernel.media.thumbhash import thumbhash


def taken(content: bytes) -> Picture:
    form = format_of(content)
    assert form is not None
    return take_in(content, form)


def test_a_file_is_what_its_content_says() -> None:
    told = {
        drawn(): JPEG,
        drawn(form="PNG"): PNG,
        drawn(form="GIF"): GIF,
        drawn(form="WEBP"): WEBP,
        drawn(form="AVIF", speed=10): AVIF,
        film(): MP4,
        reel(): WEBM,
        model(): GLB,
        b"%PDF-1.7\n": PDF,
        model() + b"more": None,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>": None,
        b"<html>\xff\xd8\xff": None,
        b"GIF8": None,
        b"": None,
    }
    assert [format_of(content) for content in told] == list(told.values())
    assert [mime_type_of(name) for name in ("a.JPG", "a.svg", "a.html", "a")] == [
        "image/jpeg", "image/svg+xml", "application/octet-stream", "application/octet-stream",
    ]  # fmt: skip


def test_what_a_phone_took_stands_upright_and_tells_nothing() -> None:
    raw = burdened()
    assert b"Anna Rossi" in raw and b"Anna at home" in raw and b"<script>" in raw
    picture = taken(raw)
    assert (picture.width, picture.height, picture.format) == (40, 60, JPEG)
    shown = Image.open(BytesIO(picture.content))
    assert shown.size == (40, 60) and not shown.getexif() and "comment" not in shown.info
    assert not any(word in picture.content for word in (b"Anna", b"Exif", b"script"))
    top, bottom = shown.convert("RGB").getpixel((20, 5)), shown.convert("RGB").getpixel((20, 55))
    assert isinstance(top, tuple) and isinstance(bottom, tuple) and top[0] > 200 and bottom[2] > 200
    upright = taken(burdened(orientation=1))
    assert (upright.width, upright.height) == (60, 40) and b"Anna" not in upright.content
    for form in ("PNG", "WEBP", "AVIF", "GIF"):
        exif = Image.Exif()
        exif[0x013B] = "Anna Rossi"
        more: dict[str, Any] = {"comment": b"Anna"} if form == "GIF" else {"exif": exif, "xmp": b"<x>Anna</x>"}
        assert b"Anna" not in taken(drawn(form=form, **more)).content, form


def test_every_mode_and_a_moving_picture_come_through() -> None:
    for form, mode in (("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "I;16")):
        content = drawn(form=form, mode="RGB" if mode in ("LA", "I;16") else mode)
        if mode in ("LA", "I;16"):
            buffer = BytesIO()
            Image.new(mode, (60, 40)).save(buffer, form)
            content = buffer.getvalue()
        picture = taken(content)
        assert (picture.width, picture.height) == (60, 40) and picture.thumbhash, mode
        assert render(picture.content, picture.format, Wish(width=30), WEBP), mode
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    for form in ("GIF", "WEBP"):
        buffer = BytesIO()
        frames[0].save(buffer, form, save_all=True, append_images=frames[1:], duration=80)
        moving = taken(buffer.getvalue())
        assert render(moving.content, moving.format, Wish(width=10), WEBP) is None
        assert getattr(Image.open(BytesIO(moving.content)), "n_frames", 1) > 1, form
    assert taken(drawn(form="AVIF", speed=10)).format is WEBP


def test_what_would_fill_the_memory_or_is_broken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (bomb(), bomb(7_200)):
        with pytest.raises(TooManyPixels):
            taken(content)
    whole = drawn(form="PNG")
    for content in (whole[:60], drawn()[:200], whole[:8] + b"nonsense", b"GIF89a" + bytes(20), b"RIFF0000WEBPVP8 "):
        with pytest.raises(BrokenPicture):
            taken(content)
    monkeypatch.setattr("vetrina.kernel.media.pictures.MOST_FRAMES", 1)
    buffer = BytesIO()
    Image.new("RGB", (9, 9), "red").save(buffer, "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9))])
    with pytest.raises(TooManyPixels):
        taken(buffer.getvalue())
    assert taken(drawn(LARGEST_SIDE + 240, 100)).width == LARGEST_SIDE


def test_a_video_says_how_large_it_is() -> None:
    assert size_of_video(film(), MP4) == (640, 360)
    assert size_of_video(film(turned=True), MP4) == (360, 640)
    assert size_of_video(reel(), WEBM) == (640, 360)
    endless = b"\0\0\0\0moov" * 100
    for content, form in ((film(0, 0), MP4), (film()[:60], MP4), (endless, MP4), (reel()[:30], WEBM), (b"\x1a", WEBM)):
        with pytest.raises(BrokenVideo):
            size_of_video(content, form)


@pytest.mark.parametrize(
    ("wish", "box", "size"),
    [
        (Wish(width=300), (0, 0, 600, 400), (300, 200)),
        (Wish(height=100), (0, 0, 600, 400), (150, 100)),
        (Wish(width=5_000, height=200), (0, 0, 600, 400), (300, 200)),
        (Wish(width=9_000), (0, 0, 600, 400), (600, 400)),
        (Wish(width=100, height=100, crop="center"), (100, 0, 500, 400), (100, 100)),
        (Wish(width=100, height=100, crop="left"), (0, 0, 400, 400), (100, 100)),
        (Wish(width=300, height=100, crop="bottom"), (0, 200, 600, 400), (300, 100)),
        (Wish(width=2_000, height=1_000, crop="top"), (0, 0, 600, 300), (600, 300)),
        (Wish(width=100, crop="top"), (0, 0, 600, 400), (100, 67)),
    ],
)
def test_a_wish_is_cut_right_and_never_enlarged(wish: Wish, box: tuple[int, ...], size: tuple[int, int]) -> None:
    assert region_of((600, 400), wish) == (box, size)


def test_a_rendition_is_as_large_as_it_should_be_and_in_its_format() -> None:
    formats: dict[Format, str] = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
    for original, content in ((JPEG, drawn(2_400, 1_600)), (PNG, drawn(240, 160, "PNG", "RGBA"))):
        for form, name in formats.items():
            wish = Wish(width=100, height=100, crop="right")
            made = render(content, original, wish, form)
            assert made is not None
            shown = Image.open(BytesIO(made))
            assert (shown.size, shown.format) == ((100, 100), name)
            colour = shown.convert("RGB").getpixel((80, 50))
            assert isinstance(colour, tuple) and colour[2] > 240 and colour[0] < 10
    asked = {
        ("a.jpg", "image/webp,*/*"): WEBP,
        ("a.jpg", "*/*"): JPEG,
        ("a.png", ""): PNG,
        ("a.svg", "image/webp"): None,
    }
    assert {key: drawn_as(key[0], Wish(width=1), key[1]) for key in asked} == asked
    assert drawn_as("a.jpg", Wish(format="png"), "image/webp") is PNG


def test_signed_wishes_are_exact_and_others_are_brought_to_the_ladder() -> None:
    signer, other = Signer(Vault("a" * 32)), Signer(Vault("b" * 32))
    wish = Wish(width=333, height=111, crop="top", format="png")

    def asked(query: str, by: Signer = signer, name: str = "ab/c.jpg") -> Wish:
        read = dict(part.split("=", 1) for part in query.split("&"))
        return by.signed(name, read) or on_ladder(wish_of(read))

    query = signer.query("ab/c.jpg", wish)
    assert asked(query) == wish
    for changed in (
        query.replace("333", "334"),
        query.replace("png", "webp"),
        query[:-1],
        query.replace("&s=", "&s=é"),
    ):
        assert asked(changed).width == 400, changed
    assert asked(query, other) == asked(query, name="ab/d.jpg") == on_ladder(wish) == Wish(400, 133, "top", "png")
    odd = "width=99999999999&height=-5&crop=<x>&format=exe"
    assert asked(odd) == Wish() and asked("width=1e3").is_plain and asked("height=999999").height == WIDTHS[-1]
    everybodys = {on_ladder(Wish(w, h, "center")) for w in range(1, 5_760, 97) for h in range(1, 5_760, 89)}
    assert len(everybodys) <= len(WIDTHS) * len(RATIOS)
    assert on_ladder(Wish(width=640, height=640, crop="center")) == Wish(800, 800, "center")


def test_names_lead_nowhere_else(tmp_path: Path) -> None:
    odd = (
        "",
        "/a",
        "../a",
        "a/../../b",
        "a//b",
        ".hidden/a",
        "a/.b",
        "a\\b",
        "a\0b",
        "a" * 600,
        "x" * 300,
        "a/./b",
        "a\nb",
    )
    assert [name for name in odd if is_name(name)] == []
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "way").symlink_to(tmp_path)
    assert path_of(tmp_path / "in", "way/secret") is None
    assert path_of(tmp_path / "in", "caffè/tè.png") == tmp_path / "in" / "caffè" / "tè.png"
    placed(tmp_path / "a" / "b.txt", b"1")
    placed(tmp_path / "a" / "b.txt", b"2")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.txt"]
    name = own_name(b"x", "jpg")
    assert is_own_name(name) and name == own_name(b"x", "jpg") != own_name(b"y", "jpg") and not is_own_name("a/b.jpg")


def test_a_shelf_never_holds_more_than_it_may(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 1_000)
    for index in range(30):
        shelf.keep(f"{index:032x}", bytes(90))
        os.utime(tmp_path / "00" / f"{index:032x}", (index, index))
        assert shelf.read(f"{0:032x}") is not None, "what is asked for stays"
    held = [path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(held) <= 1_000 and len(held) > 5
    assert shelf.read(f"{1:032x}") is None and shelf.read(f"{29:032x}") is not None
    shelf.keep("f" * 32, bytes(2_000))
    assert shelf.read("f" * 32) is None
    assert Shelf(tmp_path / "none", 10).read("f" * 32) is None


def test_a_hash_is_the_one_others_compute() -> None:
    """The expected ones were made by the algorithm's own implementation."""
    pixels = [
        ((x * 37 + y * 11) % 256, (x * 5 + y * 91) % 256, (x * y * 7) % 256, 255) for y in range(9) for x in range(13)
    ]
    clear = [(red, green, blue, (red + blue) % 256) for red, green, blue, _ in pixels]
    assert thumbhash(13, 9, pixels) == EXPECTED[0]
    assert thumbhash(9, 13, clear) == EXPECTED[1]
    assert len(base64.b64decode(thumbhash(1, 1, [(0, 0, 0, 0)]))) < 40
    with pytest.raises(ValueError):
        thumbhash(101, 1, [(0, 0, 0, 255)] * 101)


def test_what_is_refused_names_the_file() -> None:
    assert all(issubclass(kind, Refusal) for kind in (BrokenPicture, TooManyPixels, BrokenVideo))
    with pytest.raises(BrokenPicture) as caught:
        taken(drawn()[:100])
    assert caught.value.field == ("file",) and "complete" in caught.value.message


EXPECTED = ("HQkKJYZBYHlQeHqiiEaHld9fDMys", "3hiGEwIXqUBIWmZ7b4zF+nZ4UJSHQ5U=")
