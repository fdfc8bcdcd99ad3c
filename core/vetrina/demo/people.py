"""The demo's buyers: invented people at invented addresses in four countries, with how their parcels travel."""

from decimal import Decimal
from random import Random

import msgspec

from vetrina.ports import PastCustomer
from vetrina.vocabulary import Address


class Land(msgspec.Struct, frozen=True, kw_only=True):
    """A country people buy from. Amounts in major units of its currency."""

    country: str
    currency: str
    language: str
    share: int
    """Of a hundred new customers."""
    delivery: Decimal
    free_from: Decimal
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    """With {} where the house number stands."""
    towns: tuple[tuple[str, str, str | None], ...]
    """City, postcode and province."""


class Person(msgspec.Struct, frozen=True):
    """Who buys, and where it goes."""

    customer: PastCustomer
    address: Address
    land: Land


def meet(rng: Random, number: int) -> Person:
    """Somebody new; the number makes the e-mail address nobody else's."""
    land = rng.choices(LANDS, weights=[land.share for land in LANDS])[0]
    first, last = rng.choice(land.first_names), rng.choice(land.last_names)
    city, postcode, province = rng.choice(land.towns)
    street = rng.choice(land.streets).format(rng.randrange(1, 140))
    email = f"{_plain(first)}.{_plain(last)}.{number}@example.org"
    return Person(
        PastCustomer(key=str(number), email=email, first_name=first, last_name=last),
        Address(
            first_name=first,
            last_name=last,
            address1=street,
            city=city,
            zip=postcode,
            province=province,
            country=land.country,
        ),
        land,
    )


def _plain(name: str) -> str:
    """A name as it is written in an e-mail address."""
    return name.lower().translate(_PLAIN)


_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ò": "o", "'": "", " ": ""})

LANDS = (
    Land(
        country="IT",
        currency="EUR",
        language="it",
        share=46,
        delivery=Decimal("5.90"),
        free_from=Decimal(59),
        first_names=(
            "Giulia", "Marco", "Chiara", "Luca", "Francesca", "Alessandro", "Martina", "Matteo", "Elisa", "Davide",
            "Silvia", "Andrea", "Paola", "Stefano", "Elena", "Simone", "Laura", "Roberto", "Nicolò", "Ilaria",
        ),
        last_names=(
            "Ferrero", "Rossi", "Bianchi", "Marchetti", "Gallo", "De Luca", "Conti", "Barbieri", "Fontana", "Rinaldi",
            "Caruso", "Moretti", "Sartori", "Villa", "Pellegrini", "D'Angelo", "Serra", "Longo", "Grassi", "Vitale",
        ),
        streets=(
            "Via Garibaldi {}", "Corso Vittorio Emanuele {}", "Via Mazzini {}", "Via Dante {}", "Viale Europa {}",
            "Via San Martino {}", "Piazza Cavour {}", "Via delle Rose {}", "Via Verdi {}", "Strada della Collina {}",
        ),
        towns=(
            ("Torino", "10121", "TO"), ("Milano", "20121", "MI"), ("Roma", "00184", "RM"), ("Bologna", "40121", "BO"),
            ("Genova", "16121", "GE"), ("Verona", "37121", "VR"), ("Firenze", "50122", "FI"), ("Napoli", "80132", "NA"),
            ("Bari", "70121", "BA"), ("Trento", "38122", "TN"), ("Cuneo", "12100", "CN"), ("Parma", "43121", "PR"),
        ),
    ),
    Land(
        country="DE",
        currency="EUR",
        language="en",
        share=18,
        delivery=Decimal("9.90"),
        free_from=Decimal(89),
        first_names=(
            "Anna", "Lukas", "Katrin", "Jörg", "Sabine", "Felix", "Miriam", "Tobias", "Heike", "Jonas", "Ulrike",
            "Sebastian", "Claudia", "Matthias", "Lena", "Günter",
        ),
        last_names=(
            "Müller", "Schäfer", "Weber", "Krüger", "Hofmann", "Vogel", "Brandt", "Lehmann", "Groß", "Winkler",
            "Jäger", "Seidel", "Pohl", "Arnold",
        ),
        streets=(
            "Lindenstraße {}", "Am Markt {}", "Goethestraße {}", "Bergweg {}", "Schillerplatz {}", "Mühlenweg {}",
            "Bahnhofstraße {}", "Gartenstraße {}",
        ),
        towns=(
            ("München", "80331", None), ("Berlin", "10115", None), ("Hamburg", "20095", None),
            ("Köln", "50667", None), ("Stuttgart", "70173", None), ("Freiburg", "79098", None),
            ("Leipzig", "04109", None), ("Nürnberg", "90402", None),
        ),
    ),
    Land(
        country="GB",
        currency="GBP",
        language="en",
        share=19,
        delivery=Decimal("8.50"),
        free_from=Decimal(90),
        first_names=(
            "Emma", "Oliver", "Harriet", "Thomas", "Charlotte", "William", "Alice", "George", "Rosie", "Edward",
            "Imogen", "Callum", "Fiona", "Hugh",
        ),
        last_names=(
            "Whitaker", "Hughes", "Campbell", "Ellis", "Marsh", "Pritchard", "Barlow", "Fletcher", "Sinclair",
            "Holloway", "Bennett", "Thorne",
        ),
        streets=(
            "{} Church Lane", "{} Station Road", "{} Queen's Terrace", "{} Mill Road", "{} Park Crescent",
            "{} Victoria Street", "{} The Green",
        ),
        towns=(
            ("London", "N1 2AB", None), ("Edinburgh", "EH3 6QQ", None), ("Bristol", "BS8 1AA", None),
            ("Manchester", "M3 4EN", None), ("York", "YO1 7HU", None), ("Cardiff", "CF10 2AF", None),
            ("Bath", "BA1 2QR", None),
        ),
    ),
    Land(
        country="US",
        currency="USD",
        language="en",
        share=17,
        delivery=Decimal("19.00"),
        free_from=Decimal(150),
        first_names=(
            "Ashley", "Michael", "Jessica", "Brian", "Megan", "Kevin", "Rachel", "Daniel", "Nicole", "Eric", "Amy",
            "Jason", "Lauren", "Scott",
        ),
        last_names=(
            "Miller", "Johnson", "Kowalski", "Romano", "Peterson", "Nguyen", "Brooks", "Delgado", "Hayes", "Larson",
            "Bianco", "Walsh",
        ),
        streets=(
            "{} Maple Avenue", "{} Oak Street", "{} Washington Boulevard", "{} Lake Drive", "{} Elm Court",
            "{} Hillside Road", "{} 2nd Street",
        ),
        towns=(
            ("New York", "10011", "NY"), ("Chicago", "60614", "IL"), ("San Francisco", "94110", "CA"),
            ("Austin", "78704", "TX"), ("Seattle", "98103", "WA"), ("Boston", "02116", "MA"),
            ("Portland", "97209", "OR"),
        ),
    ),
)  # fmt: skip
