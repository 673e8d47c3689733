"""What `daoscan proposal` refuses before anything is read."""

from __future__ import annotations

import pytest

from scanner.cli.main import main
from scanner.cli.proposal import parse_id
from scanner.model.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("12z",), "not the id of a proposal: '12z'"),
        (("9" * 79,), "not the id of a proposal"),
        ((), "one proposal is needed"),
        (("1", "--draft", "x.json"), "one proposal is needed"),
        (("--draft", "nowhere/x.json"), "the draft cannot be read"),
        (("1", "--format", "md,html"), "standard output takes one format"),
        (("1", "--format", "sarif"), "no such format: sarif"),
        (("1", "--block", "5", "--at", "2026-01-01"), "--block and --at both name a block"),
        (("1", "--lang", "xx"), "language"),
    ],
)
def test_wrong_input_is_refused(arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["proposal", "0x" + "11" * 20, *arguments, "--rpc-url", "http://127.0.0.1:9"])
    said = capsys.readouterr()
    assert left.value.code == 2
    assert words in said.err
    assert said.out == ""


def test_ids_are_digits_or_hex() -> None:
    assert parse_id("0x10") == parse_id("16") == 16
    assert parse_id(str(2**256 - 1)) == parse_id(hex(2**256 - 1)) == 2**256 - 1
    for text in (str(2**256), "0x" + "1" * 65, "-1", "1.0", "١", "", "0x"):
        with pytest.raises(UsageError):
            parse_id(text)
