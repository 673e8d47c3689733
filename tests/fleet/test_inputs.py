"""What goes into a snapshot beside chain and target: the same on the coordinator and on each worker."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner import pipeline
from scanner.brought import Brought
from scanner.fleet.scan_one import OTHER_INPUTS, Run, scan_one
from scanner.fleet.settings import Settings
from scanner.fleet.targets import Wanted, read_targets
from scanner.fleet.task import task_of
from scanner.model.errors import UsageError
from scanner.sources.contents import Contents
from scanner.store.store import Store
from tests.render import factory

A = "0x" + "a1" * 20
BLOCK = factory.snapshot().blocks[0]


def manifest(folder: Path, name: str, *, statement: str = "") -> Wanted:
    folder.mkdir(exist_ok=True)
    named = "accountability_file: stated.yaml\n" if statement else ""
    (folder / "one.yaml").write_text(f"schema: 1\nname: {name}\ntargets:\n  - id: eip155:1:{A}\n{named}")
    if statement:
        (folder / "stated.yaml").write_text(f"schema: 1\ncontact: {statement}@dao.example\n")
    found = read_targets(folder)
    assert found.bad == ()  # what the manifest names is no manifest itself
    (wanted,) = found.wanted
    return wanted


def test_another_manifest_is_another_scan(tmp_path: Path) -> None:
    def digest(wanted: Wanted) -> str:
        return Settings().inputs(Brought(), None, wanted.stated)

    one = manifest(tmp_path, "One")
    assert manifest(tmp_path, "One") == one
    assert digest(manifest(tmp_path, "Two")) != digest(one)
    assert digest(Wanted(1, A)) == Settings().inputs(Brought(), None) != digest(one)


def test_what_a_manifest_names_counts_as_well(tmp_path: Path) -> None:
    stated = [manifest(tmp_path / "folder", "One", statement=name).stated for name in ("River", "Lake", "River")]
    assert stated[0] == stated[2] != stated[1]


def test_compilers_that_may_not_be_fetched_are_another_scan() -> None:
    assert Settings(offline_compilers=True).inputs(Brought(), None) != Settings().inputs(Brought(), None)


def test_another_file_in_the_folder_of_sources_is_another_scan(tmp_path: Path) -> None:
    """Wherever the folder lies; files that no scan reads do not count."""
    folder = tmp_path / "sources"
    (folder / "1").mkdir(parents=True)
    settings = Settings(sources=str(folder))

    def digest(settings: Settings = settings) -> str:
        return settings.inputs(Brought(), settings.contents())

    empty = digest()
    assert empty != Settings().inputs(Brought(), None)
    (folder / "1" / f"{A}.json").write_text("{}")
    (folder / f"{A}.json").write_text("{}")
    one = digest()
    assert one != empty
    (folder / "notes.txt").write_text("not read")
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / f"{A}.json").write_text("not read")
    folder.rename(tmp_path / "moved")
    moved = Settings(sources=str(tmp_path / "moved"))
    assert digest(moved) == one
    (tmp_path / "moved" / "1" / f"{A}.json").write_text('{"a": 1}')
    assert digest(moved) not in (one, empty)


def test_a_folder_of_sources_is_read_again_only_where_it_changed(tmp_path: Path) -> None:
    path = tmp_path / f"{A}.json"
    path.write_text("{}")
    contents = Contents(tmp_path)
    first, before = contents.digest(), path.stat()
    path.write_text("[]")  # as long, and made to look as old
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert contents.digest() == first != Contents(tmp_path).digest()
    path.write_text("[1]")
    assert contents.digest() != first
    path.unlink()
    tmp_path.rmdir()
    with pytest.raises(UsageError, match="cannot be read"):
        contents.digest()


def test_a_worker_without_the_sources_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAOSCAN_DB", f"sqlite:///{tmp_path / 'store.sqlite'}")
    folder = tmp_path / "sources"
    folder.mkdir()
    settings = Settings(sources=str(folder))
    contents = settings.contents()
    task = task_of(Wanted(1, A), BLOCK, settings.inputs(Brought(), contents), "")
    folder.rmdir()
    refused = scan_one(task, Run(settings, pipeline.load_rules(), Brought(), tmp_path / "cache", "me", contents))
    assert (refused.kind, refused.reason) == ("rules", OTHER_INPUTS)


def test_a_worker_with_another_manifest_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it asks a node for anything, and nothing of it is kept."""
    db = f"sqlite:///{tmp_path / 'store.sqlite'}"
    monkeypatch.setenv("DAOSCAN_DB", db)
    monkeypatch.delenv("DAOSCAN_RPC_URL", raising=False)
    wanted, settings = manifest(tmp_path, "One"), Settings()
    task = task_of(wanted, BLOCK, settings.inputs(Brought(), None, wanted.stated), "")
    run = Run(settings, pipeline.load_rules(), Brought(), tmp_path / "cache", "me")
    assert scan_one(task, run).reason != OTHER_INPUTS  # here it is the same: only then a node is looked for
    store = Store(os.environ["DAOSCAN_DB"])
    store.forget_failures([task.key])
    manifest(tmp_path, "Two")
    refused = scan_one(task, run)
    assert (refused.kind, refused.reason) == ("rules", OTHER_INPUTS)
    assert store.counts()["scans"] == 0
    store.close()
