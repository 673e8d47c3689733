"""Lists as CSV and JSON: the columns of real files, and files that are none."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.lists.read import Stated, read_list
from scanner.lists.tables import parse_csv, parse_json
from scanner.model.errors import UsageError
from tests.lists.support import BITCOIN, address, write

NAMED = Stated("A list", "2026-05-26")


def test_the_columns_of_a_file_with_its_own_name_and_day(tmp_path: Path) -> None:
    text = (
        f'address,entity,list,list_snapshot,source\n{address(7).upper().replace("X", "x")},"DOE, Jo",L,2026-05-26,s\n'
    )
    found = read_list(write(tmp_path, "a.csv", text), Stated())
    (entry,) = found.entries
    assert (found.name, found.published, found.source, found.format) == ("L", "2026-05-26", "s", "csv")
    assert (entry.address, entry.entity, entry.evm) == (address(7), "DOE, Jo", True)


def test_the_columns_of_a_file_about_what_was_delisted(tmp_path: Path) -> None:
    text = f"address,entity,listed,delisted,status\n{address(7)},E,2022-08-08 or 2022-11-08,2025-03-21,historical\n"
    (entry,) = read_list(write(tmp_path, "a.csv", text), NAMED).entries
    assert (entry.listed, entry.delisted, entry.note) == ("2022-08-08 or 2022-11-08", "2025-03-21", "historical")


def test_the_same_address_in_several_cases_is_one_entry(tmp_path: Path) -> None:
    mixed = "0x" + "aB" * 20
    text = "address\n" + "\n".join((mixed, mixed.lower(), "0x" + mixed[2:].upper(), "0X" + mixed[2:])) + "\n"
    assert [one.address for one in read_list(write(tmp_path, "a.csv", text), NAMED).entries] == [mixed.lower()]


def test_addresses_of_other_chains_are_kept_as_they_are_and_are_no_evm_addresses(tmp_path: Path) -> None:
    others = (BITCOIN, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "0x" + "Ab" * 32, "T" + "9z" * 17)
    found = read_list(write(tmp_path, "a.csv", "address\n" + "\n".join(others) + "\n"), NAMED)
    assert {one.address for one in found.entries} == set(others)
    assert not any(one.evm for one in found.entries)


def test_a_caip10_account_keeps_its_chain(tmp_path: Path) -> None:
    found = read_list(write(tmp_path, "a.csv", f"address\neip155:10:{address(3)}\n"), NAMED)
    assert [(one.address, one.chain, one.evm) for one in found.entries] == [(address(3), "eip155:10", True)]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (f"address\n{address(7)}\n0x12\n", "a.csv:3", "not an address"),
        (f"address\n{address(7)}0\n", "", ""),
        (f"wallet\n{address(7)}\n", "a.csv:1", "no column named address"),
        (f"address,Address\n{address(7)},x\n", "a.csv:1", "there twice"),
        (f"address,entity\n{address(7)},a,b\n", "a.csv:2", "more cells"),
        (f'address,entity\n{address(7)},"open\n', "a.csv:2", "not a CSV"),
        ("address\n", "a.csv", "holds no address"),
        ("", "a.csv:1", "no column named address"),
        (f"address,entity\n{address(7)},{'x' * 200_000}\n", "a.csv:2", "not a CSV"),
        ("address\nJohn Doe\n", "a.csv:2", "not an address"),
        (f"address,list_snapshot\n{address(7)},26 May\n", "a.csv:2", "not a day"),
        (f"address,list_snapshot\n{address(7)},2026-02-30\n", "a.csv:2", "not a day"),
        (f"address,list_snapshot\n{address(7)},2025-01-01\n", "a.csv", "two days of publication"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_line(tmp_path: Path, text: str, where: str, what: str) -> None:
    if not what:  # 41 digits are longer than an EVM address: kept, and never compared with one
        (entry,) = read_list(write(tmp_path, "a.csv", text), NAMED).entries
        assert not entry.evm
        return
    with pytest.raises(UsageError, match=what) as caught:
        read_list(write(tmp_path, "a.csv", text), NAMED)
    assert caught.value.where == where


def test_text_that_is_not_utf8_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"address,entity\n{address(7)},".encode() + b"\xe9\n")
    with pytest.raises(UsageError, match="not UTF-8") as caught:
        read_list(path, NAMED)
    assert caught.value.where == "a.csv:2"


def test_rows_of_several_lists_need_a_name(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", f"address,list\n{address(1)},A\n{address(2)},B\n")
    with pytest.raises(UsageError, match="several lists"):
        read_list(path, Stated())
    assert len(read_list(path, NAMED).entries) == 2


def test_invisible_characters_of_a_name_are_taken_out(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", f"address,entity\n{address(1)},evil\u202eliam\u200b\x07 x\n")
    assert read_list(path, NAMED).entries[0].entity == "evil liam x"


@pytest.mark.parametrize(
    "value",
    [
        [address(1), address(2).upper().replace("X", "x")],
        [{"address": address(1), "entity": "E"}, {"address": address(2), "program": "P"}],
        {"name": "A list", "published": "2026-05-26", "source": "s", "entries": [address(1), {"address": address(2)}]},
    ],
)
def test_json_lists_come_in_three_shapes(tmp_path: Path, value: object) -> None:
    found = read_list(write(tmp_path, "a.json", json.dumps(value)), NAMED)
    assert [one.address for one in found.entries] == [address(1), address(2)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[", "not JSON"),
        ('{"entries": []}', "holds no address"),
        ('{"entries": {}}', "no array"),
        ('{"addresses": []}', "unknown key 'addresses'"),
        ("{}", "no key named entries"),
        ("[1]", "an entry is an address"),
        (f'[{{"address": "{address(1)}", "note": "x"}}]', "unknown key 'note'"),
        (f'[{{"address": "{address(1)}", "entity": 1}}]', "entity is not text"),
        ('[{"address": 5}]', "address is not text"),
        (f'{{"entries": ["{address(1)}"], "entries": []}}', "stands twice"),
        (f'{{"published": 5, "entries": ["{address(1)}"]}}', "published is not text"),
        ("[" * 100_000, "nested too deeply|not JSON"),
        ('["' + "1" * 5_000 + '"]', "not an address"),
        (f'["{address(1)}", "\\ud800"]', "not UTF-8"),
    ],
)
def test_json_that_is_no_list_is_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(UsageError, match=f"(?i){what}"):
        read_list(write(tmp_path, "a.json", text), NAMED)


def test_the_day_of_a_file_and_of_the_user_must_agree(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", json.dumps({"published": "2026-05-26", "entries": [address(1)]}))
    assert read_list(path, Stated("A list", "2026-05-26")).published == "2026-05-26"
    with pytest.raises(UsageError, match=r"2026-05-26 .* and 2026-05-27 \(--published\)"):
        read_list(path, Stated("A list", "2026-05-27"))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: b"address,entity\n" + text.encode("utf-8", "replace"))
)
def test_any_bytes_end_in_entries_or_in_one_kind_of_error(data: bytes) -> None:
    for parse in (parse_csv, parse_json):
        with suppress(UsageError):
            assert len(parse(data, "a").entries) <= len(data)
