"""The summary on a terminal: plain lines without one, and no control sequence of a stranger with one."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from scanner.render.lookup import look_up
from scanner.render.terminal import print_summary
from tests.render import factory
from tests.render.hostile import STRINGS, rotating

FILES = (Path("out") / "report.html", Path("out") / "report.json")


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_plain_lines() -> None:
    console = Console(file=io.StringIO(), width=40)
    print_summary(console, look_up(factory.snapshot(), factory.assessment(), factory.ENGLISH), FILES)
    text = printed(console)
    assert "\x1b" not in text
    assert "Treasury         ◆ Critical           One key can spend the treasury\n" in text
    assert "[? 1 undecided, up to critical]" in text
    assert "TRE-002 One key can spend the treasury: Vault\n" in text
    assert "block 20123456, 2026-09-21 14:13:20 UTC\n" in text
    assert text.endswith("wrote out/report.html\nwrote out/report.json\n")


def test_styles_on_a_terminal() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)
    print_summary(console, look_up(factory.snapshot(), factory.assessment(), factory.ENGLISH), ())
    assert "\x1b[1;31m◆ Critical" in printed(console)


def test_hostile_text_is_neither_markup_nor_escape() -> None:
    assert any("[/foo]" in each for each in STRINGS)
    for offset in range(len(STRINGS)):
        text = rotating()
        for _ in range(offset):
            text("")
        console = Console(file=io.StringIO(), width=80)
        snapshot = factory.with_text(factory.snapshot(), text)
        judged = factory.with_text(factory.assessment(), text)
        print_summary(console, look_up(snapshot, judged, factory.ENGLISH), FILES)
        shown = printed(console)
        assert "\x1b" not in shown
        assert "\x07" not in shown
        assert "\u202e" not in shown
        assert max(len(line) for line in shown.splitlines()) < 2000


def test_nothing_known() -> None:
    console = Console(file=io.StringIO(), width=80)
    print_summary(console, look_up(factory.empty_snapshot(), factory.empty_assessment(), factory.ENGLISH), ())
    assert "Nothing to check" in printed(console)
    assert "Not known" in printed(console)
    assert "No open finding" not in printed(console)
