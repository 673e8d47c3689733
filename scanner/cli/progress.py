"""Progress on stderr: a spinner on a terminal, plain lines elsewhere, silence when asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

Progress = Callable[[str], None]


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Yield a function that says what is being done. Warnings are shown even when quiet."""
    console = Console(stderr=True, highlight=False, markup=False)
    if quiet or not sys.stderr.isatty():

        def plain(text: str) -> None:
            if not quiet or text.startswith("warning:"):
                console.print(Text(text))

        yield plain
        return
    with console.status(Text("starting")) as status:

        def live(text: str) -> None:
            if text.startswith("warning:"):
                console.print(Text(text))
            else:
                status.update(Text(text))

        yield live
