"""PDF by a real Chromium: both papers, the same bytes twice, clear words where there is none."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from scanner.model.errors import UsageError
from scanner.printing import find_browser, print_pdf
from tools.browser import find

PAGE = b"<!DOCTYPE html><html lang=en><title>One</title><h1>One</h1>" + b"<p>Some text.</p>" * 200


@pytest.mark.browser
def test_a_page_on_both_papers() -> None:
    if not find() and not os.environ.get("CI"):
        return  # a contributor's machine without a browser: the message for that is tested below
    sizes = {}
    for paper in ("a4", "letter"):
        pdf = print_pdf(PAGE, paper=paper, as_of=1_700_000_000)
        assert pdf.startswith(b"%PDF-")
        assert pdf == print_pdf(PAGE, paper=paper, as_of=1_700_000_000)
        assert b"CreationDate (D:20231114221320" in pdf
        box = re.search(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf)
        assert box is not None
        sizes[paper] = (float(box[1]), float(box[2]))
    assert sizes == {"a4": pytest.approx((595.3, 841.9), abs=1), "letter": pytest.approx((612, 792), abs=1)}


def test_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAOSCAN_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(UsageError, match="there is none at /nowhere/chromium"):
        find_browser()


@pytest.mark.parametrize("body", ["exit 1", "exec 4>&-; sleep 20", "printf 'no json\\0' >&4"])
def test_a_browser_that_is_none(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chromium"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("DAOSCAN_CHROMIUM", str(program))
    with pytest.raises(UsageError, match="did not print"):
        print_pdf(PAGE, paper="a4", as_of=0)
