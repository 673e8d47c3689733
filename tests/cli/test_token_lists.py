"""Tokens that a user names: one by one, in a text, in a token list."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scanner.cli.token_lists import MAX_TOKENS, read_tokens
from scanner.model.errors import UsageError

ONE, TWO, THREE = (f"0x{number:040x}" for number in (1, 2, 3))


def write(folder: Path, text: str) -> str:
    path = folder / "tokens.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_text_lists_one_token_on_each_line(tmp_path: Path) -> None:
    listed = write(tmp_path, f"# ours\n{TWO}  # the second\n\neip155:1:{ONE}\n")
    found = read_tokens([listed, THREE], 1)
    assert found.addresses == (ONE, TWO, THREE)
    (digest,) = found.lists
    assert digest.name == "tokens tokens.txt"
    assert digest.sha256 == "0x" + hashlib.sha256(Path(listed).read_bytes()).hexdigest()


def test_a_token_list_counts_for_the_chain_of_the_dao_only(tmp_path: Path) -> None:
    tokens = [{"chainId": chain, "address": address, "symbol": "X"} for chain, address in ((1, ONE), (10, TWO))]
    listed = write(tmp_path, json.dumps({"name": "all", "tokens": tokens}))
    assert read_tokens([listed], 10).addresses == (TWO,)
    with pytest.raises(UsageError, match="the DAO's is not named"):
        read_tokens([listed], None)


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        (f"{ONE}\n0x12\n", "not an address", ":2"),
        (f"eip155:10:{ONE}", "names chain 10", ":1"),
        ("{", "not JSON", ""),
        ("{}", "no tokens", ""),
        (json.dumps({"tokens": [{"chainId": 1, "address": 5}]}), "not an address", ":1"),
        ("\n".join(f"0x{number:040x}" for number in range(1, MAX_TOKENS + 2)), "more than the 1000", ""),
    ],
)
def test_what_is_no_such_list_says_where(tmp_path: Path, text: str, what: str, where: str) -> None:
    with pytest.raises(UsageError, match=what) as raised:
        read_tokens([write(tmp_path, text)], 1)
    assert raised.value.where.endswith(where)


def test_no_list_is_no_token() -> None:
    assert read_tokens(None, None).addresses == ()
    with pytest.raises(UsageError, match="not an address"):
        read_tokens(["no-such-file"], 1)
