"""How often Python looks for garbage: what a process loads at its start stays, and looking costs by its size."""

import gc


def spare_the_collector() -> None:
    """Let the collector look less often: what start-up makes stays, and what requests make mostly goes by itself.

    Said before anything large is imported: looking meanwhile takes a sixth of a server's start.
    """
    gc.set_threshold(50_000, 20, 100)


def keep_what_is_there() -> None:
    """Let the collector pass over what start-up made, once it has been through the youngest of it.

    Not through all of it: that takes as long as composing the schemas, and finds a dozen objects.
    """
    gc.collect(0)
    gc.freeze()


def collect_what_is_over() -> None:
    """Have the collector go through everything but what start-up made."""
    gc.collect()
