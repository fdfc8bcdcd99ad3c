"""Amounts as Stripe counts them: which currencies have how many decimals, what is too little, what it keeps."""

from collections.abc import Mapping

from vetrina.testing.stripe.problems import invalid

WHOLE = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
"""Without decimals."""
WRITTEN_WITH_ZEROS = frozenset(("isk", "ugx"))
"""Without decimals either, but written with two, which are zero."""
THOUSANDTHS = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
"""With three decimals, of which the last is zero."""
SMALLEST: Mapping[str, int] = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
LARGEST = 99_999_999


def check_amount(amount: int, currency: str, *, smallest: bool = False) -> None:
    """Raises StripeProblem for an amount Stripe does not take in that currency (lower case)."""
    if amount <= 0:
        raise invalid(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    step = 100 if currency in WRITTEN_WITH_ZEROS else 10 if currency in THOUSANDTHS else 1
    if amount % step:
        raise invalid(f"Invalid amount: {currency} amounts are multiples of {step}.", param="amount")
    if smallest and amount < SMALLEST.get(currency, 1):
        raise invalid(f"Amount must be no less than {SMALLEST[currency]}.", code="amount_too_small", param="amount")
    if amount > LARGEST:
        raise invalid("Amount must be no more than 99999999.", code="amount_too_large", param="amount")


def fee_of(amount: int, currency: str) -> int:
    """1.5 % and a quarter of the currency, of which there is nothing where it has no decimals."""
    fixed = 0 if currency in WHOLE or currency in WRITTEN_WITH_ZEROS else 250 if currency in THOUSANDTHS else 25
    return amount * 15 // 1_000 + fixed
