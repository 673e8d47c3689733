"""The folder of imported lists: whole editions, found again as they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.lists.store import SUFFIX, ListFolder, choose, default_folder
from scanner.model.errors import OutputError, UsageError
from tests.lists.support import address, edition


def test_editions_come_back_as_they_were_kept_by_name_and_day(tmp_path: Path) -> None:
    folder = ListFolder(tmp_path / "a" / "lists")
    kept = [
        edition("2026-05-26", address(1)),
        edition("2024-09-27", address(2)),
        edition("2025-01-01", address(3), name="B"),
    ]
    assert [folder.add(one) for one in kept] == [True, True, True]
    assert folder.load() == (kept[2], kept[1], kept[0])


def test_the_same_edition_twice_is_kept_once_and_another_of_that_day_is_refused(tmp_path: Path) -> None:
    folder = ListFolder(tmp_path)
    assert folder.add(edition("2026-05-26", address(1)))
    assert not folder.add(edition("2026-05-26", address(1)))
    with pytest.raises(UsageError, match="another file is kept as OFAC-SDN of 2026-05-26"):
        folder.add(edition("2026-05-26", address(2), name="ofac-sdn"))
    assert len(list(tmp_path.iterdir())) == 1


def test_names_that_look_alike_in_a_file_name_are_two_lists(tmp_path: Path) -> None:
    folder = ListFolder(tmp_path)
    assert folder.add(edition("2026-05-26", address(1), name="A.B"))
    assert folder.add(edition("2026-05-26", address(2), name="A-B"))
    assert len(folder.load()) == 2


def test_removing_takes_a_name_or_one_day(tmp_path: Path) -> None:
    folder = ListFolder(tmp_path)
    for day in ("2024-09-27", "2026-05-26"):
        folder.add(edition(day, address(1)))
    assert [one.published for one in folder.remove("ofac-sdn", "2024-09-27")] == ["2024-09-27"]
    assert [one.published for one in folder.load()] == ["2026-05-26"]
    folder.remove("OFAC-SDN")
    assert folder.load() == ()
    with pytest.raises(UsageError, match="no list 'OFAC-SDN' is kept here"):
        folder.remove("OFAC-SDN")


def test_a_list_that_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    folder = ListFolder(tmp_path)
    folder.add(edition("2026-05-26", address(1)))
    (path,) = tmp_path.glob(f"*{SUFFIX}")
    path.write_text(path.read_text("utf-8").replace(address(1), address(2)), "utf-8")
    with pytest.raises(UsageError, match="changed since its import"):
        folder.load()
    path.write_text("{}", "utf-8")
    with pytest.raises(UsageError, match="not a list of this version"):
        folder.load()


def test_an_import_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ListFolder(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        folder.add(edition("2026-05-26", address(1)))
    assert list(tmp_path.iterdir()) == []


def test_a_half_written_file_of_an_interrupted_import_is_not_read(tmp_path: Path) -> None:
    folder = ListFolder(tmp_path)
    folder.add(edition("2026-05-26", address(1)))
    (tmp_path / ".import-abc").write_text("{", "utf-8")
    assert len(folder.load()) == 1


def test_a_folder_that_is_a_file_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "lists").write_text("x", "utf-8")
    assert ListFolder(tmp_path / "lists").load() == ()
    with pytest.raises(OutputError, match="could not be kept"):
        ListFolder(tmp_path / "lists").add(edition("2026-05-26", address(1)))


def test_the_folder_is_what_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAOSCAN_LISTS", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv("DAOSCAN_LISTS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_folder() == tmp_path / "data" / "daoscan" / "lists"


def test_a_name_that_is_not_kept_lists_the_others() -> None:
    kept = (edition("2026-05-26", address(1)),)
    assert choose(kept, "ofac-sdn") == kept
    with pytest.raises(UsageError, match="no such file or imported list") as caught:
        choose(kept, "EU")
    assert caught.value.hint == "imported lists: OFAC-SDN"
