"""The carriers there are, what an account at each consists of, and what its interface can do."""

from typing import Literal

import msgspec

from vetrina.plugin import Say

CarrierWhyNot = Literal["ADDRESS", "PARCEL", "SERVICE", "CONTENTS", "ACCOUNT", "ALREADY_SENT", "UNKNOWN_SHIPMENT"]
"""Why a carrier refuses, as the port has it."""


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A service of an account as buyers read it. `prices`: grams up to which, and minor units, for who quotes none."""

    code: str
    en: str
    it: str
    prices: tuple[tuple[int, int], ...] = ()


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier. `secrets` are the names of what it knows an account by, besides its number."""

    key: str
    title: str
    company: str
    """As it stands with a parcel."""
    number: Say
    secrets: tuple[tuple[str, Say], ...]
    quotes: bool
    """Whether it tells prices; else they are those of the contract, written with the account."""
    finds: bool
    """Whether it can be asked if something was bought, when its answer was lost."""
    voids: bool
    """Whether it takes labels back; else they are thrown away, and it bills what it scans."""
    insures: bool
    services: tuple[Offered, ...]
    needs_point: frozenset[str] = frozenset()
    """Services that lead to a point of the carrier's."""
    formats: tuple[str, ...] = ("pdf", "zpl")


DHL = Kind(
    key="dhl",
    title="DHL Express",
    company="DHL Express",
    number=Say("Account number", "Numero di contratto"),
    secrets=(("username", Say("API user", "Utente API")), ("password", Say("API password", "Password API"))),
    quotes=True,
    finds=False,
    voids=False,
    insures=False,
    services=(
        Offered(code="mydhl_express_domestic", en="DHL Express Domestic", it="DHL Express Nazionale"),
        Offered(code="mydhl_express_worldwide", en="DHL Express Worldwide", it="DHL Express Worldwide"),
        Offered(code="mydhl_economy_select", en="DHL Economy Select", it="DHL Economy Select"),
        Offered(code="mydhl_express_12_00", en="DHL Express by 12:00", it="DHL Express entro le 12:00"),
    ),
)
UPS = Kind(
    key="ups",
    title="UPS",
    company="UPS",
    number=Say("Account number", "Numero di contratto"),
    secrets=(("client_id", Say("Client id", "Client id")), ("client_secret", Say("Client secret", "Client secret"))),
    quotes=True,
    finds=False,
    voids=True,
    insures=False,
    services=(
        Offered(code="ups_standard_eu", en="UPS Standard", it="UPS Standard"),
        Offered(code="ups_worldwide_saver_eu", en="UPS Express Saver", it="UPS Express Saver"),
        Offered(code="ups_express_eu", en="UPS Express", it="UPS Express"),
        Offered(code="ups_expedited_eu", en="UPS Expedited", it="UPS Expedited"),
    ),
)
INPOST = Kind(
    key="inpost",
    title="InPost Italia",
    company="InPost",
    number=Say("Organisation id", "Id dell'organizzazione"),
    secrets=(("token", Say("Bearer token", "Bearer token")),),
    quotes=False,
    finds=True,
    voids=False,
    insures=True,
    services=(
        Offered(code="inpost_locker_standard", en="InPost locker or point", it="Locker o punto InPost"),
        Offered(code="inpost_courier_standard", en="InPost to the door", it="InPost a domicilio"),
    ),
    needs_point=frozenset({"inpost_locker_standard"}),
)
PRACTICE = Kind(
    key="practice",
    title="Practice Express",
    company="Practice Express",
    number=Say("Account number, any will do", "Numero di contratto, uno qualsiasi"),
    secrets=(),
    quotes=True,
    finds=True,
    voids=True,
    insures=True,
    services=(
        Offered(code="practice_standard", en="Practice Standard", it="Prova Standard"),
        Offered(code="practice_express", en="Practice Express", it="Prova Express"),
    ),
)
"""Nobody comes: labels and news are pretended, so that the desk can be tried without a contract."""
KINDS: dict[str, Kind] = {kind.key: kind for kind in (DHL, UPS, INPOST, PRACTICE)}
