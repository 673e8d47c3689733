"""Files with drafts: what they may hold, and where an error is when they hold something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scanner.chain.abi import encode_call
from scanner.model.errors import UsageError
from scanner.model.snapshot import PinnedBlock
from scanner.proposals.confirm import proposal_hash
from scanner.proposals.draft_file import parse_draft, read_draft
from scanner.proposals.drafted import raw_draft

ONE, TWO = "0x" + "11" * 20, "0x" + "22" * 20
MIXED = "0x408ED6354d4973f66138C91495F2f2FCbd8724C3"


def draft(**changes: Any) -> dict[str, Any]:
    whole = {"targets": [ONE, TWO], "values": ["0", "5"], "calldatas": ["0x", "0xa9059cbb"], "description": "# Two"}
    return {key: value for key, value in (whole | changes).items() if value is not None}


def parse(value: Any, file: str = "draft.json") -> Any:
    data = value if isinstance(value, bytes) else json.dumps(value, indent=1).encode()
    return parse_draft(data, file)


def refused(value: Any, file: str = "draft.json") -> UsageError:
    with pytest.raises(UsageError) as caught:
        parse(value, file)
    assert caught.value.where.startswith(f"{file}:")
    return caught.value


def test_calldatas_and_arguments_make_the_same_calls() -> None:
    signature = "transfer(address,uint256)"
    data = encode_call(signature, (TWO, 7))
    whole = parse(draft(targets=[ONE], values=[0], calldatas=[data]))
    bravo = parse(draft(targets=[ONE], values=[0], signatures=[signature], calldatas=["0x" + data[10:]]))
    named = parse(
        draft(targets=[ONE], values=["0x0"], calldatas=None, signatures=[signature], arguments=[[TWO, "0x7"]])
    )
    assert [one.actions[0].calldata for one in (whole, bravo, named)] == [data] * 3
    assert [one.actions[0].signature for one in (whole, bravo, named)] == ["", signature, signature]


def test_yaml_and_json_are_the_same_draft() -> None:
    text = f"""\
targets:
  - {MIXED}
  - 0x{"22" * 20}
values: [0, 115792089237316195423570985008687907853269984665640564039457584007913129639935]
signatures: ["", "set((address,uint256[2])[],bool,bytes,string,int8)"]
arguments:
  - []
  - - [[0x{"11" * 20}, [1, 0x2]]]
    - true
    - 0xABCD
    - "true: no"
    - -5
description: |
  # A heading

  Two calls.
proposer: 0x{"33" * 20}
"""
    found = parse(text.encode(), "draft.yaml")
    assert found == parse_draft(text.encode("utf-8-sig").removeprefix(b"\xef\xbb\xbf"), "draft.yaml")
    again = json.dumps(yaml.load(text, Loader=yaml.BaseLoader))
    same = parse(again.encode())
    assert (same.actions, same.description, same.proposer) == (found.actions, found.description, found.proposer)
    assert found.actions[0].target == MIXED.lower()
    assert found.actions[1].value == 2**256 - 1
    assert found.actions[1].calldata == encode_call(
        "set((address,uint256[2])[],bool,bytes,string,int8)",
        ([(ONE, [1, 2])], True, "0xabcd", "true: no", -5),
    )
    assert found.description == "# A heading\n\nTwo calls.\n"
    assert found.proposer == "0x" + "33" * 20


@given(
    description=st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    values=st.lists(st.integers(min_value=0, max_value=2**256 - 1), max_size=4),
    ascii_only=st.booleans(),
)
def test_json_comes_back_as_it_went_in(description: str, values: list[int], ascii_only: bool) -> None:
    written = {
        "targets": [ONE] * len(values),
        "values": values,
        "calldatas": ["0x"] * len(values),
        "description": description,
    }
    found = parse(json.dumps(written, ensure_ascii=ascii_only).encode())
    assert found.description == description
    assert [one.value for one in found.actions] == values


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_it_is_an_error_with_a_place(data: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        parse(data, "x.yaml")
    assert caught.value.where.startswith("x.yaml:")


REFUSED: list[tuple[Any, str, int]] = [
    (draft(values=["0"]), "values has 1 entries, targets has 2", 6),
    (draft(calldatas=["0x"]), "calldatas has 1 entries, targets has 2", 10),
    (draft(values=["0", "1e18"]), "not a number of wei: '1e18'", 8),
    (draft(values=["0", "-1"]), "not a number of wei: '-1'", 8),
    (draft(values=["0", 1.5]), "not a number of wei: '1.5'", 8),
    (draft(values=["0", str(2**256)]), "as large as 2^256", 8),
    (draft(values=["0", "9" * 5_000]), "not a number of wei", 8),
    (draft(targets=[ONE, "0x22"]), "not an address: '0x22'", 4),
    (draft(targets=[ONE, MIXED.replace("408E", "408e")]), "checksum", 4),
    (draft(targets=[ONE, [TWO]]), "an address is expected here", 4),
    (draft(targets=ONE), "targets is a list", 2),
    (draft(targets=None), "targets is missing", 1),
    (draft(calldatas=["0x", "0xabc"]), "not calldata", 12),
    (draft(calldatas=["0x", "a9059cbb"]), "not calldata", 12),
    (draft(calldatas=None), "calldatas, or signatures with arguments", 1),
    (draft(arguments=[[], []]), "calldatas, or signatures with arguments", 15),
    (draft(description=None), "description is missing", 1),
    (draft(description=["x"]), "description is text", 14),
    (draft(title="x"), "unknown key 'title'", 15),
    (draft(proposer="alice"), "not an address: 'alice'", 15),
    (draft(signatures=["f(uint)", ""], calldatas=None, arguments=[["1"], []]), "not a signature: 'f(uint)'", 12),
    (draft(signatures=["f(uint256 a)", ""], calldatas=None, arguments=[["1"], []]), "not a signature", 12),
    (draft(signatures=["f" + "(" * 99, ""], calldatas=None, arguments=[["1"], []]), "not a signature", 12),
    (draft(signatures=["f(uint8)", ""], calldatas=None, arguments=[["256"], []]), "do not fit", 16),
    (draft(signatures=["f(uint8)", ""], calldatas=None, arguments=[[], []]), "takes 1 arguments, 0 are given", 16),
    (draft(signatures=["f(bool)", ""], calldatas=None, arguments=[["yes"], []]), "neither true nor false", 17),
    (draft(signatures=["f(bytes4)", ""], calldatas=None, arguments=[["0x0102030405"], []]), "do not fit", 16),
    (draft(signatures=["", ""], calldatas=None, arguments=[["1"], []]), "arguments without a signature", 16),
    (b'{"targets": [], "targets": []}', "stands here twice", 1),
    (b'{"description": null}', "null is no value", 1),
    (b'{"targets": [],\n "values" []}', "a colon is expected", 2),
    (b'{"targets": [],\n}', "a key in quotation marks", 2),
    (b'{"targets": [1,\n]', "a value is expected", 2),
    (b'{"targets": []} x', "behind its end", 1),
    (b'{"description": "\n"}', "not valid JSON", 1),
    (b'{"description": "\\ud800"}', "half of a character", 1),
    (b"[" * 1_000, "nests too deep", 1),
    (b"\xff\xfe", "not UTF-8", 1),
    (b" " * 8_000_001, "larger than", 1),
    (b"", "the file is empty", 1),
    (b"[]", "a draft is a mapping", 1),
]


@pytest.mark.parametrize(("value", "words", "line"), REFUSED)
def test_an_error_says_what_and_where(value: Any, words: str, line: int) -> None:
    error = refused(value)
    assert words in error.what
    assert error.where.split(":")[1] == str(line), error.where


HOSTILE_YAML = {
    "a: &a [x]\nb: [*a]": "anchors and aliases",
    "a: !!python/object/apply:os.system [ls]": "tags are not allowed",
    "a: 1\na: 2": "stands here twice",
    "a: 1\n---\nb: 2": "not valid YAML",
    "? [a]\n: 1": "a key is text",
    "a: [" + "[" * 60: "nests too deep",
    "a: b\n c: d": "not valid YAML",
    "a: \x00": "not valid YAML",
    "- " * 200 + "x": "nests too deep",
}


@pytest.mark.parametrize("text", HOSTILE_YAML)
def test_yaml_that_is_more_than_data_is_refused(text: str) -> None:
    assert HOSTILE_YAML[text] in refused(text.encode(), "draft.yaml").what


def test_hidden_characters_of_the_text_are_kept_to_be_shown() -> None:
    found = parse(draft(description="pay \u202eecila\u202c\u200b \x07"))
    assert found.description == "pay \u202eecila\u202c\u200b \x07"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_draft(tmp_path / "none.json")
    with pytest.raises(UsageError, match="cannot be read"):
        read_draft(tmp_path)


def test_a_large_draft_is_read_in_time() -> None:
    found = parse(
        draft(
            targets=[ONE] * 10_000, values=[0] * 10_000, calldatas=["0x" + "ab" * 200] * 10_000, description="x" * 10**6
        )
    )
    assert len(found.actions) == 10_000
    assert "more than 10000" in refused(draft(targets=[ONE] * 10_001)).what


def test_the_id_is_the_one_that_the_governor_would_give_it() -> None:
    block = PinnedBlock(chain_id=1, number=9, hash="0x" + "ab" * 32, timestamp=5, state_root="0x" + "cd" * 32)
    one = raw_draft(parse(draft()), TWO, block)
    assert one.id == proposal_hash(one)
    assert one.id.bit_length() > 128
