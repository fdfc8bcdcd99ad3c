"""What a cart may hold: limits, quantities, when lines are the same, what is clipped to stock."""


def keeps_quantity_rule(quantity: int, minimum: int, increment: int, maximum: int | None) -> bool:
    """Whether a variant is sold in this quantity: from its minimum, in its increments, up to its maximum."""
    return quantity >= minimum and quantity % increment == 0 and (maximum is None or quantity <= maximum)
