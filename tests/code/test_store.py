"""Answers kept on disk."""

from __future__ import annotations

import errno
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.code import store
from scanner.code.requests import Wanted
from scanner.code.store import FactStore, bytecode_key, source_key

_KEY = source_key("5eed", "0.8.28", Wanted("A", ""))
_PAYLOAD = {"facts": {"a": [1, 2**70]}, "abi": [], "gaps": []}


def _entry(folder: Path) -> Path:
    (path,) = (path for path in (folder / "facts").rglob("*.json"))
    return path


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    FactStore(tmp_path).save(_KEY, _PAYLOAD)
    assert FactStore(tmp_path).load(_KEY) == _PAYLOAD
    assert FactStore(tmp_path).load(bytecode_key("0x00")) is None
    assert list(_entry(tmp_path).parent.iterdir()) == [_entry(tmp_path)]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"digest": "0", "payload": "{}"}', b"[" * 100_000, b"\xff\xfe"]
)
def test_a_corrupt_entry_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    kept = FactStore(tmp_path)
    kept.save(_KEY, _PAYLOAD)
    _entry(tmp_path).write_bytes(content)
    assert kept.load(_KEY) is None


def test_a_changed_entry_is_as_good_as_none(tmp_path: Path) -> None:
    kept = FactStore(tmp_path)
    kept.save(_KEY, _PAYLOAD)
    entry = json.loads(_entry(tmp_path).read_text())
    entry["payload"] = entry["payload"].replace("2", "3")
    _entry(tmp_path).write_text(json.dumps(entry))
    assert kept.load(_KEY) is None


def test_a_full_disk_is_one_warning_and_leaves_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    kept = FactStore(tmp_path)
    kept.save(_KEY, _PAYLOAD)
    kept.save(bytecode_key("0x00"), _PAYLOAD)
    assert kept.warnings == ["code facts cannot be kept: No space left on device"]
    assert [path for path in (tmp_path / "facts").rglob("*") if path.is_file()] == []


def test_many_writers_leave_one_whole_entry(tmp_path: Path) -> None:
    kept = FactStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: kept.save(_KEY, _PAYLOAD), range(64)))
    assert kept.load(_KEY) == _PAYLOAD


def test_keys_tell_everything_apart_that_makes_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {
        source_key("5eed", "0.8.28", Wanted("A", "")),
        source_key("5eed", "0.8.28", Wanted("A", "a.sol")),
        source_key("5eed", "0.8.28", Wanted("B", "")),
        source_key("5eed", "0.8.27", Wanted("A", "")),
        source_key("feed", "0.8.28", Wanted("A", "")),
        bytecode_key("0x00"),
        bytecode_key("0x01"),
    }
    assert len(keys) == 7
    monkeypatch.setattr(store, "tool_digest", lambda: "another version")
    assert source_key("5eed", "0.8.28", Wanted("A", "")) not in keys


def test_the_digest_of_the_tool_covers_every_file_of_the_analyses(monkeypatch: pytest.MonkeyPatch) -> None:
    before = store.tool_digest.__wrapped__()
    real = Path.read_bytes

    def changed(path: Path) -> bytes:
        return real(path) + (b"#" if path.name == "slither_adapter.py" else b"")

    assert store.tool_digest.__wrapped__() == before
    monkeypatch.setattr(Path, "read_bytes", changed)
    assert store.tool_digest.__wrapped__() != before


def test_the_digest_of_the_tool_covers_the_nouns_of_facts_with_all_that_these_are_made_of() -> None:
    models = Path(scanner.__file__).parent / "model"
    todo, found = ["code", "guards", "stated", "blank", "kinds"], set[str]()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += re.findall(
                r"^\s*from scanner\.model\.(\w+) import", (models / f"{name}.py").read_text(), re.MULTILINE
            )
    assert found == set(store._MODELS)
