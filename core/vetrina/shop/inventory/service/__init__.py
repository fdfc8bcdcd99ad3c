"""Count, receive, correct and move stock; reserve, take and release it. Every change leaves a movement.

Rows are taken in the order of variant, then location, everywhere in here: two requests can wait for each other, but
never in a circle. A reference stands for one happening, such as attempt:12; its repeat changes nothing.
"""

from vetrina.shop.inventory.rules import Piece, Wanted
from vetrina.shop.inventory.service.adding import add_more
from vetrina.shop.inventory.service.holds import Picked, extend, holding, lapsed, pick, release, reserve, sale, take
from vetrina.shop.inventory.service.ledger import Cause
from vetrina.shop.inventory.service.levels import (
    has_pieces,
    lock,
    move,
    receive,
    restock,
    set_backorder,
    set_on_hand,
    track,
)
from vetrina.shop.inventory.service.places import add_location, change_location
from vetrina.shop.inventory.service.retaking import put_back, retake

__all__ = [
    "Cause",
    "Picked",
    "Piece",
    "Wanted",
    "add_location",
    "add_more",
    "change_location",
    "extend",
    "has_pieces",
    "holding",
    "lapsed",
    "lock",
    "move",
    "pick",
    "put_back",
    "receive",
    "release",
    "reserve",
    "restock",
    "retake",
    "sale",
    "set_backorder",
    "set_on_hand",
    "take",
    "track",
]
