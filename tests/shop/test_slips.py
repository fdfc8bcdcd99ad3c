"""Slips of the finger: how far words are apart, and that the pieces of a word lead from every slip back to it."""

from hypothesis import given
from hypothesis import strategies as st

from vetrina.shop.catalog.rules.stems import SNOWBALL, stem_of
from vetrina.shop.catalog.rules.typos import is_correctable, is_target, most_slips, near_pieces, pieces, slips, swapped

WORDS = st.text(alphabet="abc", min_size=3, max_size=14)
PLACES = st.integers(0, 13)
KINDS = st.sampled_from(["add", "drop", "change", "swap"])


def slipped(word: str, kind: str, place: int, letter: str) -> str:
    at = place % len(word)
    match kind:
        case "add":
            return word[:at] + letter + word[at:]
        case "drop":
            return word[:at] + word[at + 1 :]
        case "change":
            return word[:at] + letter + word[at + 1 :]
        case _:
            return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


@given(WORDS, st.lists(st.tuples(KINDS, PLACES, st.sampled_from("abc")), min_size=1, max_size=2))
def test_every_word_that_is_near_enough_is_found_by_its_pieces(meant: str, made: list[tuple[str, int, str]]) -> None:
    typed = meant
    for kind, place, letter in made:
        typed = slipped(typed or meant, kind, place, letter)
    if not is_correctable(typed):
        return
    most = most_slips(len(typed), len(meant))
    away = slips(typed, meant, most)
    assert len(made) > most or (away is not None and away <= len(made))
    if away is not None:
        assert set(pieces(meant)) & set(near_pieces(typed)) or meant in swapped(typed)


def test_slips_are_counted_and_some_words_have_none() -> None:
    assert [slips("candle", other, 2) for other in ("candle", "cnadle", "andel", "lantern")] == [0, 1, 2, None]
    assert slips("abcdefgh", "abcdefg", 0) is None
    assert not any(is_correctable(word) for word in ("oil", "4711", "ab12", "x" * 33))
    assert is_target("oil") and not is_target("m3") and not is_target("xy")


def test_stems_join_the_forms_of_a_word_and_leave_codes_and_unknown_languages_alone() -> None:
    assert {stem_of(word, "it") for word in ("oliva", "olive", "olivo", "olivi")} == {"oliv"}
    assert {stem_of(word, "en") for word in ("candle", "candles")} == {"candl"}
    assert stem_of("mp3s", "en") == "mp3s" and stem_of("candles", "ja") == "candles"
    assert all(stem_of("prova", language) for language in SNOWBALL)
