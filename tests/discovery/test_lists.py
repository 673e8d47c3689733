from __future__ import annotations

from pathlib import Path

import pytest

from scanner.discovery.lists import Met, match, read_list
from scanner.model.errors import UsageError
from tests.discovery.support import address


def _write(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_direct_counterparty_is_matched_whatever_the_case_of_its_digits(tmp_path: Path) -> None:
    upper = "0x" + address(7)[2:].upper()
    path = _write(tmp_path, f"address,entity,list,list_snapshot\n{upper},An entity,A list,2026-05-26\n")
    (hit,) = match((read_list(path),), (Met(address(7), "proposal beneficiary", ()),))
    assert (hit.entity, hit.list_name, hit.list_date, hit.status) == ("An entity", "A list", "2026-05-26", "listed")


def test_an_entry_with_a_day_of_delisting_is_formerly_listed(tmp_path: Path) -> None:
    path = _write(tmp_path, f"address,entity,listed,delisted\n{address(7)},Name,2022-08-08,2025-03-21\n")
    (hit,) = match((read_list(path),), (Met(address(7), "contract or role", ()),))
    assert hit.status == "formerly-listed"


def test_an_address_the_dao_does_not_meet_is_no_hit(tmp_path: Path) -> None:
    path = _write(tmp_path, f"address\n{address(7)}\n")
    assert match((read_list(path),), (Met(address(8), "contract or role", ()),)) == ()


def test_a_row_that_is_no_address_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_list(_write(tmp_path, f"address\n{address(7)}\n0x12\n"))
    assert caught.value.where == "list.csv:3"


def test_a_file_without_the_column_says_what_it_wants(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_list(_write(tmp_path, "wallet\n0x12\n"))
    assert "address" in caught.value.hint
