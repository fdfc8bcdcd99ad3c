"""Files that a shop shows: taken in, kept, arranged, and drawn as somebody wants to see them."""

from vetrina.flows.media.drawing import Drawn, Easel
from vetrina.flows.media.fetching import Fetching, Missed, fetch_pictures
from vetrina.flows.media.galleries import (
    Added,
    add_external_video,
    arrange_media,
    describe_media,
    remove_media,
    show_media,
    upload_media,
    upload_to_product,
)
from vetrina.flows.media.storing import locate_file, read_file
from vetrina.shop.media.ports import Piece
from vetrina.shop.media.rules import LARGEST_FILE, outside_video

__all__ = [
    "LARGEST_FILE",
    "Added",
    "Drawn",
    "Easel",
    "Fetching",
    "Missed",
    "Piece",
    "add_external_video",
    "arrange_media",
    "describe_media",
    "fetch_pictures",
    "locate_file",
    "outside_video",
    "read_file",
    "remove_media",
    "show_media",
    "upload_media",
    "upload_to_product",
]
