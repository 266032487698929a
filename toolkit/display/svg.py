"""An SVG drawing as small as it can be without a visible change: reports carry many."""

import re

_PATH = re.compile(rb'(<path(?: [^>]*?)? d=")([^"]*)(")', re.DOTALL)
_DECIMALS = re.compile(rb"(\.\d)\d+")
_SHIFT = re.compile(rb' transform="translate\((-?[\d.]+) (-?[\d.]+)\)"/>')
_PLACE = re.compile(rb' (x|y)="(-?\d+\.\d)\d+"')
_BETWEEN_TAGS = re.compile(rb">\s+<")
_GLYPH = re.compile(rb"[\w-]+-(?:Regular|Bold|Oblique|BoldOblique|[0-9a-f]+)-[0-9a-f]+(?=[\"])")
# Where a letter stands, in hundredths of its height or so.
_LETTER = re.compile(rb'(<use href="#g\d+" x="-?\d+)\.\d+"')
_COMMAND = re.compile(rb"([A-Za-z])\s*([^A-Za-z]*)")


def compact(svg: bytes) -> bytes:
    """Return the drawing without what nobody sees.

    Outlines keep a tenth of a point (a 640th of a letter's height in letters), spaces between
    tags go, and letters get short names and whole places. Equal drawings give equal bytes.
    """
    svg = _PATH.sub(lambda m: m[1] + _outline(m[2]) + m[3], svg)
    svg = _SHIFT.sub(rb' x="\1" y="\2"/>', svg)
    svg = _PLACE.sub(rb' \1="\2"', svg).replace(b' y="0"/>', b"/>")
    svg = _BETWEEN_TAGS.sub(b"><", svg)
    names: dict[bytes, bytes] = {}
    for name in _GLYPH.findall(svg):
        names.setdefault(name, b"g%d" % len(names))
    svg = _GLYPH.sub(lambda m: names[m[0]], svg).replace(b" xlink:href=", b" href=")
    return _LETTER.sub(rb'\1"', svg)


def _outline(path: bytes) -> bytes:
    """Write an outline with few letters: from point to point where it has only straight lines."""
    pieces = [(command, numbers.split()) for command, numbers in _COMMAND.findall(path)]
    if {command for command, _ in pieces} <= {b"M", b"L", b"z"}:
        return _steps(pieces)
    written, last = [], b""
    for command, numbers in pieces:
        values = b" ".join(_DECIMALS.sub(rb"\1", number) for number in numbers)
        written.append(b" " + values if command == last else command + values)
        last = command
    return b"".join(written)


def _steps(pieces: list[tuple[bytes, list[bytes]]]) -> bytes:
    """Write straight lines as steps, in whole tenths, so that no rounding adds up.

    What follows a move is drawn as lines, so the letter of a line is needed after a close only.
    """
    written: list[str] = []
    at = start = (0, 0)
    last = b""
    for command, numbers in pieces:
        if command == b"z":
            written.append("z")
            at = start
        else:
            x, y = (round(float(number) * 10) for number in numbers)
            letter = "m" if command == b"M" else "l" if last == b"z" else ""
            step = (x - at[0], y - at[1])
            if command == b"M":
                start = (x, y)
            written.append(letter + _tenths(step[0], bool(letter)) + _tenths(step[1], False))
            at = (x, y)
        last = command
    return "".join(written).encode()


def _tenths(value: int, first: bool) -> str:
    """Write a number of tenths; its minus sign is all that parts it from the one before."""
    text = f"{value / 10:.1f}".removesuffix(".0")
    if abs(value) < 10 and value:
        text = text.replace("0.", ".")
    return text if first or text.startswith("-") else " " + text
