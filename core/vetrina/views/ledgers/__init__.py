"""Whether a living shop's books are true: the invariants, each looked at over everything that is written down."""

from vetrina.views.ledgers.goods import GOODS
from vetrina.views.ledgers.looking import Ledger, Wrong, in_ranges
from vetrina.views.ledgers.messages import MESSAGES
from vetrina.views.ledgers.money import MONEY
from vetrina.views.ledgers.orders import ORDERS
from vetrina.views.ledgers.trail import TRAIL

LEDGERS: tuple[Ledger, ...] = (*GOODS, *ORDERS, *MONEY, *MESSAGES, *TRAIL)
"""Those of the core; plugins declare theirs."""

__all__ = ["LEDGERS", "Ledger", "Wrong", "in_ranges"]
