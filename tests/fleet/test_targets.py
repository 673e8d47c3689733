"""Targets from every source; bad lines are told with their place and the rest goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.fleet.targets import Wanted, read_targets
from scanner.model.errors import UsageError

A, B, C = ("0x" + digit * 40 for digit in "abc")
CHECKSUMMED = "0x408ED6354d4973f66138C91495F2f2FCbd8724C3"


def read(text: str, chain_id: int | None = None) -> tuple[list[Wanted], list[tuple[str, str]]]:
    found = read_targets(Path("-"), text.encode("utf-8", "surrogatepass"), chain_id)
    return list(found.wanted), [(one.place, one.why) for one in found.bad]


def test_csv_without_header() -> None:
    wanted, bad = read(f"1,{A},One\n42161,{B.upper().replace('0X', '0x')},,77\n\n# a note\neip155:10:{C}\n")
    assert wanted == [Wanted(1, A, "One"), Wanted(42161, B, "", 77), Wanted(10, C)]
    assert bad == []


def test_csv_with_header_in_any_order() -> None:
    wanted, _ = read(f'address,chain,name\n{CHECKSUMMED},1,"Two, or more"\n')
    assert wanted == [Wanted(1, CHECKSUMMED.lower(), "Two, or more")]


def test_addresses_alone_need_a_chain() -> None:
    assert read(f"{A}\n{B},Bee,12\n", 5)[0] == [Wanted(5, A), Wanted(5, B, "Bee", 12)]
    assert read(A)[1] == [("standard input:1", "no chain: write eip155:CHAIN:0x…, or give --chain-id")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,0x12", "not an address"),
        (f"one,{A}", "not a chain id"),
        (f"1,{A},x,latest", "not a block number"),
        ("1,0x408ed6354d4973f66138C91495F2f2FCbd8724C3", "checksum"),
        ("1,vitalik.eth", "not an address"),
        ("1,\u202e" + A, "not an address"),
    ],
)
def test_bad_lines_are_told_and_the_rest_goes_on(line: str, said: str) -> None:
    wanted, bad = read(f"1,{A}\n{line}\n1,{B}\n")
    assert wanted == [Wanted(1, A), Wanted(1, B)]
    ((place, why),) = bad
    assert place == "standard input:2"
    assert said in why


def test_json_list_and_lines() -> None:
    entries = [{"chain": 1, "address": A, "name": "x"}, f"eip155:10:{B}", 7, {"address": [C]}, {"chain": 1}]
    wanted, bad = read(json.dumps(entries))
    assert wanted == [Wanted(1, A, "x"), Wanted(10, B)]
    assert [place for place, _ in bad] == [f"standard input, entry {number}" for number in (3, 4, 5)]
    wanted, bad = read(
        "\n".join([json.dumps({"chain": 1, "address": A}), "{oops", json.dumps({"chain": "eip155:5", "target": B})])
    )
    assert wanted == [Wanted(1, A), Wanted(5, B)]
    assert bad == [("standard input:2", "no JSON")]


def test_a_target_stands_once() -> None:
    assert read(f"1,{A},first\n1,{A},second\n1,{A},third,9\n")[0] == [Wanted(1, A, "first"), Wanted(1, A, "third", 9)]


def test_where_a_target_stands_again_is_told() -> None:
    found = read_targets(Path("-"), f"1,{A},first\n1,{B}\neip155:1:{A.upper().replace('X', 'x')}\n1,{B}\n".encode())
    assert found.again == ("standard input:3", "standard input:4")
    entries = json.dumps([{"chain": 1, "address": A}] * 2).encode()
    assert read_targets(Path("-"), entries).again == ("standard input, entry 2",)


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("header", ["", "sep={}|", "Name{}Chain ID{}Address|"], ids=["none", "sep", "header"])
def test_as_spreadsheets_write_it(mark: str, end: str, separator: str, header: str) -> None:
    cells = ("Name", "1", A) if "Name" in header else ("1", A, "Name")
    rows = [
        separator.join((*cells,)),
        separator.join(("1", B)) if "Name" not in header else separator.join(("", "1", B)),
    ]
    text = mark + header.replace("{}", separator).replace("|", end) + end.join(rows) + end + separator * 3 + end
    assert read(text) == ([Wanted(1, A, "Name"), Wanted(1, B)], [])


def test_a_quote_that_is_not_closed_swallows_no_line() -> None:
    wanted, bad = read(f'1,{A},"One\n1,{B},Two\n1,{C},"Three; or more"\n')
    assert wanted == [Wanted(1, B, "Two"), Wanted(1, C, "Three; or more")]
    ((place, why),) = bad
    assert place == "standard input:1"
    assert "the line cannot be read" in why


def test_json_null_says_nothing() -> None:
    entry = {"chain": 1, "address": f" {A} ", "name": None, "block": None}
    assert read(json.dumps([entry])) == ([Wanted(1, A)], [])


def test_a_folder_of_manifests(tmp_path: Path) -> None:
    targets = f"  - id: eip155:1:{A}\n    role: token\n  - id: eip155:1:{B}\n    role: governor\n"
    (tmp_path / "one.yaml").write_text(f"schema: 1\nname: One\ntargets:\n{targets}")
    (tmp_path / "broken.yaml").write_text("schema: 1\nnom: x\n")
    found = read_targets(tmp_path)
    assert [(one.chain_id, one.address, one.name) for one in found.wanted] == [(1, B, "One")]
    assert found.wanted[0].manifest.endswith("one.yaml")
    (bad,) = found.bad
    assert "broken.yaml" in bad.place


def test_sources_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no manifest"):
        read_targets(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_targets(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        read_targets(tmp_path / "binary.csv")
    with pytest.raises(UsageError, match="no JSON"):
        read_targets(Path("-"), b"[1, 2")
    with pytest.raises(UsageError, match="UTF-8") as caught:
        read_targets(Path("-"), "31337;0x".encode("utf-16"))
    assert caught.value.where == "standard input"


def test_hostile_text_ends() -> None:
    with pytest.raises(UsageError):
        read("[" * 100_000)
    wanted, bad = read('"' + "x" * 200_000 + "\n1," + A)
    assert wanted == [Wanted(1, A)]
    ((place, _),) = bad
    assert place == "standard input:1"
