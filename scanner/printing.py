"""A report page as PDF, printed by the Chromium that is installed."""

from __future__ import annotations

import base64
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.model.errors import UsageError

PAPERS: Mapping[str, tuple[float, float]] = {"a4": (210 / 25.4, 297 / 25.4), "letter": (8.5, 11.0)}
"""Width and height in inches."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
SECONDS = 180
MAX_ANSWER = 512 * 2**20
_MARGIN = 0.55
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-first-run",
    "--mute-audio",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # the page asks for nothing; if it did, nothing would be found
    "--remote-debugging-pipe",
)
_STARTER = """\
import fcntl, os, sys
given = [int(one) for one in sys.argv[1:3]]
ends = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in given]
for one in given:
    os.set_inheritable(one, False)
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads commands from descriptor 3 and writes answers to 4."""
_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:[0-9]{14}([+Z-][0-9']*)\)")


def find_browser() -> str:
    """Return the path of a Chromium: DAOSCAN_CHROMIUM, else the first on PATH. Raises UsageError when there is none."""
    named = os.environ.get("DAOSCAN_CHROMIUM", "")
    found = next((path for path in map(shutil.which, (named,) if named else NAMES) if path), "")
    if not found:
        where = f"there is none at {named}" if named else "none was found"
        raise UsageError(
            f"--format pdf wants an installed Chromium, and {where}",
            hint="install Chromium, or name one in DAOSCAN_CHROMIUM; report.html prints well from any browser too",
        )
    return found


def print_pdf(page: bytes, *, paper: str, as_of: int) -> bytes:
    """Return `page` (HTML) as a tagged PDF on `paper` ("a4" or "letter"). Raises UsageError when Chromium fails.

    The dates inside are those of the snapshot; the same Chromium gives the same bytes for the same page.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="daoscan-pdf-") as folder:
        source = Path(folder, "report.html")
        source.write_bytes(page)
        pdf = _printed(browser, folder, source, PAPERS[paper])
    if not pdf.startswith(b"%PDF-"):
        raise _failed("it gave something that is no PDF")
    return _dated(pdf, as_of)


def _dated(pdf: bytes, as_of: int) -> bytes:
    stamp = datetime.fromtimestamp(as_of, UTC).strftime("%Y%m%d%H%M%S").encode()
    return _DATE.sub(lambda found: b"/%s (D:%s%s)" % (found[1], stamp, found[2]), pdf)  # as long as before


def _printed(browser: str, folder: str, source: Path, size: tuple[float, float]) -> bytes:
    arguments = [browser, *_FLAGS, f"--user-data-dir={folder}/profile", "about:blank"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.insert(1, "--no-sandbox")  # Chromium refuses to run as root with it
    to_browser, ours_out = os.pipe()
    ours_in, from_browser = os.pipe()

    try:
        process = subprocess.Popen(
            [sys.executable, "-IS", "-c", _STARTER, str(to_browser), str(from_browser), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(to_browser, from_browser),
            start_new_session=True,
        )
    except OSError as error:
        for one in (ours_out, ours_in):
            os.close(one)
        raise _failed(error.strerror or "it does not start") from error
    finally:
        os.close(to_browser)
        os.close(from_browser)
    try:
        with _Pipe(ours_out, ours_in) as pipe:
            return _session(pipe, source, size)
    finally:
        _stop(process)


def _session(pipe: _Pipe, source: Path, size: tuple[float, float]) -> bytes:
    target = pipe.ask("Target.createTarget", url="about:blank")["targetId"]
    session = pipe.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    pipe.ask("Page.enable", session)
    pipe.ask("Page.navigate", session, url=source.as_uri())
    pipe.wait_for("Page.loadEventFired")
    answer = pipe.ask(
        "Page.printToPDF",
        session,
        paperWidth=size[0],
        paperHeight=size[1],
        marginTop=_MARGIN,
        marginBottom=_MARGIN,
        marginLeft=_MARGIN,
        marginRight=_MARGIN,
        printBackground=True,
        generateTaggedPDF=True,
        generateDocumentOutline=True,
    )
    return base64.b64decode(answer["data"])


class _Pipe:
    """The DevTools protocol over two pipes: JSON messages that end in NUL."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out, self._in = to_browser, from_browser
        self._number = 0
        self._buffer = bytearray()
        self._events: list[str] = []
        self._end = time.monotonic() + SECONDS

    def __enter__(self) -> _Pipe:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._out)
        os.close(self._in)

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Return what Chromium answers to a command. Raises UsageError when it refuses or is gone."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        try:
            os.write(self._out, json.dumps(message).encode() + b"\0")
        except OSError as error:
            raise _failed("it ended before it printed") from error
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise _failed(str(answer["error"].get("message", "it refused"))[:200])
                result: dict[str, Any] = answer.get("result", {})
                return result
            self._events.append(str(answer.get("method", "")))

    def wait_for(self, event: str) -> None:
        """Return once `event` has been told of."""
        while event not in self._events:
            self._events.append(str(self._read().get("method", "")))

    def _read(self) -> dict[str, Any]:
        while (end := self._buffer.find(b"\0")) < 0:
            left = self._end - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise _failed(f"it took longer than {SECONDS} s")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise _failed("it ended before it printed")
            if len(self._buffer) + len(piece) > MAX_ANSWER:
                raise _failed(f"the PDF is larger than {MAX_ANSWER} bytes")
            self._buffer += piece
        message = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            answer: dict[str, Any] = json.loads(message)
        except ValueError as error:
            raise _failed("it does not speak the DevTools protocol") from error
        return answer


def _stop(process: subprocess.Popen[bytes]) -> None:
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
            process.wait(5)
            return
        except ProcessLookupError:
            process.wait(5)
            return
        except subprocess.TimeoutExpired:
            continue


def _failed(what: str) -> UsageError:
    return UsageError(
        f"Chromium did not print the report: {what}",
        hint="open report.html in a browser and print it there, or leave pdf out of --format",
    )
