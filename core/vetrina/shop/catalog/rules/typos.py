"""Words that differ by a slip of the finger: how far two are apart, and pieces by which near ones are found.

A slip is a letter too many, too few, another one, or two neighbours that changed places. Words are cut into more pieces
than the slips allowed can touch, so one piece stands unharmed in whatever was typed, no further than the slips moved
it. The pieces of all words are in a table: who looks for those of a mistyped word meets every near one.
"""

from collections.abc import Iterator

SHORTEST, LONGEST = 3, 32
"""Letters of the words that others may be mistaken for."""
SHORTEST_TYPED = 4
"""Letters from which one slip is forgiven: any two words of three letters are near each other."""
LONG = 8
"""Letters from which two are, where both words have so many."""


def is_correctable(word: str) -> bool:
    """Whether a typed word may be a slip: letters alone, for a code that is nearly another one is another one."""
    return word.isalpha() and SHORTEST_TYPED <= len(word) <= LONGEST


def is_target(word: str) -> bool:
    """Whether a word of the shop may have been meant."""
    return word.isalpha() and SHORTEST <= len(word) <= LONGEST


def most_slips(typed: int, meant: int) -> int:
    """How many slips are forgiven between words of so many letters."""
    return 2 if min(typed, meant) >= LONG else 1


def pieces(word: str) -> list[str]:
    """The pieces of a word, each with the word's length and its place in it."""
    cuts = _cuts(len(word))
    return [_key(len(word), place, word[cuts[place] : cuts[place + 1]]) for place in range(len(cuts) - 1)]


def near_pieces(typed: str) -> list[str]:
    """Every piece that a word has from which `typed` differs by the slips forgiven, but for `swapped` ones."""
    return list(dict.fromkeys(_near_pieces(typed)))


def swapped(typed: str) -> list[str]:
    """What `typed` was if neighbours changed places across each cut there is, which leaves no piece unharmed."""
    cuts = _cuts(len(typed))[1:-1]
    if len(cuts) == 1:
        return [_swap(typed, cuts[0])]
    return [_swap(_swap(typed, cuts[0]), cuts[2])]


def slips(typed: str, meant: str, most: int) -> int | None:
    """How many slips lead from one word to the other; None when more than `most`."""
    # A slip changes which letters there are by two at most: most words are told apart by that alone.
    if abs(len(typed) - len(meant)) > most or len(set(typed).symmetric_difference(meant)) > 2 * most:
        return None
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for line, letter in enumerate(typed, start=1):
        following = [line]
        for place, other in enumerate(meant, start=1):
            cost = min(row[place] + 1, following[-1] + 1, row[place - 1] + (letter != other))
            if line > 1 and place > 1 and letter == meant[place - 2] and typed[line - 2] == other:
                cost = min(cost, before[place - 2] + 1)
            following.append(cost)
        if min(following) > most and min(row) > most:
            return None
        before, row = row, following
    return row[-1] if row[-1] <= most else None


def _near_pieces(typed: str) -> Iterator[str]:
    own = len(typed)
    for length in range(max(SHORTEST, own - 2), min(LONGEST, own + 2) + 1):
        most = most_slips(own, length)
        longer = own - length
        if abs(longer) > most:
            continue
        cuts = _cuts(length)
        for place in range(len(cuts) - 1):
            start, end = cuts[place], cuts[place + 1]
            for moved in range(-most, most + 1):
                # what was added before the piece and after it makes up the difference in length
                if abs(moved) + abs(longer - moved) <= most and start + moved >= 0 and end + moved <= own:
                    yield _key(length, place, typed[start + moved : end + moved])


def _cuts(length: int) -> list[int]:
    """Where a word is cut: in two, or long ones in four; each slip harms one piece, or two where it lies between."""
    count = 4 if length >= LONG else 2
    return [length * place // count for place in range(count + 1)]


def _key(length: int, place: int, piece: str) -> str:
    return f"{length}.{place}.{piece}"


def _swap(word: str, at: int) -> str:
    return f"{word[: at - 1]}{word[at]}{word[at - 1]}{word[at + 1 :]}"
