"""What a practice label looks like: the addresses, bars that no scanner reads, and that it is none, as PDF or ZPL."""

from vetrina.kernel.crypto import digest
from vetrina.ports import ShipmentRequest
from vetrina.vocabulary import Address

WIDTH, HEIGHT, EDGE = 298, 420, 20
"""Points of an A6 sheet, and its margin."""
SAYS = "PRACTICE - NOT A LABEL"
LONGEST = 44
"""Characters of a line; what is longer is cut, since this paper goes nowhere."""


def pdf_paper(number: str, request: ShipmentRequest) -> bytes:
    """One page of Helvetica, which every reader has."""
    drawn = [_text(EDGE, HEIGHT - 36, 15, SAYS, bold=True), f"{EDGE} {HEIGHT - 46} {WIDTH - 2 * EDGE} 1.5 re f"]
    height = HEIGHT - 68
    for title, lines in (("From / Da", _lines(request.origin)), ("To / A", _lines(request.destination))):
        drawn.append(_text(EDGE, height, 8, title))
        size = 9 if title.startswith("From") else 13
        for line in lines:
            height -= size + 4
            drawn.append(_text(EDGE, height, size, line, bold=size > 9))
        height -= 24
    grams = sum(parcel.weight for parcel in request.parcels)
    drawn.append(_text(EDGE, 118, 9, f"{request.reference}   {grams / 1_000:.2f} kg   {request.service}"))
    drawn += [_bars(number), _text(EDGE, 30, 10, number)]
    return _document("\n".join(drawn).encode("cp1252", "replace"))


def zpl_paper(number: str, request: ShipmentRequest) -> bytes:
    """The same for a label printer: what could be a command of its language is left out."""
    lines = [SAYS, *_lines(request.origin), "", *_lines(request.destination), "", request.reference, number]
    fields = (f"^FO30,{30 + 40 * place}^A0N,30,30^FD{line.translate(_COMMANDS)}^FS" for place, line in enumerate(lines))
    return f"^XA^CI28{''.join(fields)}^XZ".encode()


def _lines(address: Address) -> list[str]:
    name = " ".join(part for part in (address.first_name, address.last_name) if part)
    town = " ".join(part for part in (address.zip, address.city, address.province, address.country) if part)
    told = (name, address.company, address.address1, address.address2, town)
    return ["".join(sign for sign in line if sign.isprintable())[:LONGEST] for line in told if line]


def _text(left: int, bottom: int, size: int, words: str, *, bold: bool = False) -> str:
    written = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F{2 if bold else 1} {size} Tf {left} {bottom} Td ({written}) Tj ET"


def _bars(number: str) -> str:
    """Bars of one to three points, by the number's digest."""
    left, drawn = EDGE, list[str]()
    for sign in digest("bars", number)[:48]:
        width = 1 + int(sign, 16) % 3
        drawn.append(f"{left} 46 {width} 58 re f")
        left += width + 2
    return "\n".join(drawn)


def _document(content: bytes) -> bytes:
    """A PDF of one page; each object's place stands in the table at its end."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>" % (WIDTH, HEIGHT),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
    )
    written, places = bytearray(b"%PDF-1.4\n"), list[int]()
    for key, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (key, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, count = len(written), len(objects) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)
    return bytes(written)


_COMMANDS = str.maketrans("", "", "^~\\")
