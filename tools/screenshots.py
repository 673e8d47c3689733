"""Pictures of the page for the documentation: `python -m tools.screenshots out`, where `out` is what `make demo` wrote.

Both languages, both themes, a phone, and paper. Pictures are written to docs/screenshots as PNG with a palette of the
256 commonest colours, so that each stays under 200,000 bytes.
"""

from __future__ import annotations

import argparse
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from scanner import pipeline
from tools.browser import find

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
MOST = 200_000


@dataclass(frozen=True)
class Shot:
    """One picture: of which DAO, in which language and theme, on how large a screen, and of which place."""

    name: str
    dao: str
    lang: str = "en"
    theme: str = "light"
    width: int = 1280
    height: int = 900
    place: str = ""
    click: str = ""
    media: str = "screen"


SHOTS = (
    Shot("single-key", "single-key"),
    Shot("single-key-dark", "single-key", theme="dark"),
    Shot("single-key-arabic", "single-key", lang="ar"),
    Shot("single-key-arabic-dark", "single-key", lang="ar", theme="dark"),
    Shot("protective", "protective"),
    Shot("controls", "single-key", height=840, place="#controls", click=".graph a:nth-of-type(5)"),
    Shot("proposal", "pending-takeover", height=860, place=".card"),
    Shot("findings", "single-key", height=860, place="#findings", click="#findings details summary"),
    Shot("votes", "protective", height=860, place="#treasury"),
    Shot("phone", "single-key", width=390, height=844),
    Shot("phone-arabic", "single-key", lang="ar", width=390, height=844),
    Shot("print", "single-key", width=794, height=1123, media="print"),
)


def page_of(folder: Path, lang: str) -> bytes:
    """Return the page of a snapshot in a language."""
    data = (folder / "snapshot.json").read_bytes()
    snapshot = pipeline.load_snapshot(data, str(folder))
    assessment = pipeline.evaluate(snapshot, pipeline.load_rules(lang=lang))
    return pipeline.render(data, snapshot, assessment=assessment, formats=("html",))["report.html"]


def take(browser: Browser, shot: Shot, path: Path) -> bytes:
    """Return the picture as PNG."""
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.theme == "dark" else "light",
    )
    page.goto(path.as_uri())
    page.emulate_media(media="print" if shot.media == "print" else "screen")
    if shot.click:
        page.locator(shot.click).first.click()
    if shot.place:
        top = "each => scrollTo(0, each.getBoundingClientRect().top + scrollY - 8)"
        page.locator(shot.place).first.evaluate(top)
    made = page.screenshot()
    page.close()
    return made


def smaller(png: bytes) -> bytes:
    """Return a PNG (8 bits, RGB or RGBA, not interlaced) with a palette of at most 256 colours and no metadata."""
    width, height, channels, lines = _pixels(png)
    colours: dict[bytes, int] = {}
    for line in lines:
        for place in range(0, width * channels, channels):
            colour = line[place : place + 3]
            colours[colour] = colours.get(colour, 0) + 1
    common = sorted(colours, key=lambda one: (-colours[one], one))
    palette = common[:256]
    index = {colour: place for place, colour in enumerate(palette)}
    for colour in common[256:]:
        index[colour] = min(range(len(palette)), key=lambda place: _distance(colour, palette[place]))
    places = range(0, width * channels, channels)
    rows = b"".join(b"\0" + bytes(index[line[place : place + 3]] for place in places) for line in lines)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _distance(one: bytes, other: bytes) -> int:
    return sum((left - right) ** 2 for left, right in zip(one, other, strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixels(png: bytes) -> tuple[int, int, int, list[bytes]]:
    """Return width, height, bytes of a pixel, and the lines with their filters undone (PNG, clause 9)."""
    chunks = list(_chunks(png))
    width, height, depth, kind = struct.unpack(">IIBB", chunks[0][1][:10])
    channels = {2: 3, 6: 4}[kind]
    if depth != 8:
        raise ValueError("not a PNG with 8 bits")
    raw = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    stride, before, lines = width * channels, bytearray(width * channels), []
    for row in range(height):
        begin = row * (stride + 1)
        line = bytearray(raw[begin + 1 : begin + 1 + stride])
        _unfilter(raw[begin], line, before, channels)
        lines.append(bytes(line))
        before = line
    return width, height, channels, lines


def _unfilter(kind: int, line: bytearray, above: bytearray, step: int) -> None:
    if kind == 0:
        return
    for place in range(len(line)):
        left = line[place - step] if place >= step else 0
        up, corner = above[place], above[place - step] if place >= step else 0
        if kind == 4:
            guess = left + up - corner
            _, _, added = min((abs(guess - one), order, one) for order, one in enumerate((left, up, corner)))
        else:
            added = (left, up, (left + up) // 2)[kind - 1]
        line[place] = (line[place] + added) & 255


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += length + 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pictures; returns 1 when one is too large or a browser or a snapshot is missing."""
    parser = argparse.ArgumentParser(prog="tools.screenshots", description="Pictures of the page for the docs.")
    parser.add_argument("reports", type=Path, help="folder with DAO/snapshot.json, as make demo writes it")
    parser.add_argument("--to", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    program = find()
    if not program:
        print("error: no Chromium; install it, or name one in DAOSCAN_CHROMIUM", file=sys.stderr)
        return 1
    options.to.mkdir(parents=True, exist_ok=True)
    large = 0
    with tempfile.TemporaryDirectory(prefix="daoscan-shots-") as folder, sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = driver.chromium.launch(executable_path=program, args=flags)
        for shot in SHOTS:
            path = Path(folder, f"{shot.dao}-{shot.lang}.html")
            if not path.exists():
                path.write_bytes(page_of(options.reports / shot.dao, shot.lang))
            data = smaller(take(browser, shot, path))
            (options.to / f"{shot.name}.png").write_bytes(data)
            large += len(data) > MOST
            print(f"{shot.name}.png {len(data)}", file=sys.stderr)
        browser.close()
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
