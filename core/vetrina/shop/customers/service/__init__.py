"""Remember people, open and close their accounts, keep their addresses and the ledger of who was forgotten."""

from vetrina.shop.customers.service.access import (
    count_if_allowed,
    end_links,
    end_token,
    end_tokens,
    open_link,
    open_token,
    renew_token,
    sweep,
    uncount,
    use_link,
)
from vetrina.shop.customers.service.addresses import (
    add_address,
    change_address,
    drop_address,
    hold,
    make_default,
    touch,
)
from vetrina.shop.customers.service.erasures import begin_erasure, put_part, settle_unnamed
from vetrina.shop.customers.service.people import (
    PastPerson,
    Remembered,
    change_customer,
    consent,
    ensure_customer,
    prove,
    remember_guest,
    remember_past,
)

__all__ = [
    "PastPerson",
    "Remembered",
    "add_address",
    "begin_erasure",
    "change_address",
    "change_customer",
    "consent",
    "count_if_allowed",
    "drop_address",
    "end_links",
    "end_token",
    "end_tokens",
    "ensure_customer",
    "hold",
    "make_default",
    "open_link",
    "open_token",
    "prove",
    "put_part",
    "remember_guest",
    "remember_past",
    "renew_token",
    "settle_unnamed",
    "sweep",
    "touch",
    "uncount",
    "use_link",
]
