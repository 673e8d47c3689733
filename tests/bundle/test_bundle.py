"""Bundles of a scan: the same bytes twice, checked whole, and reports that come out the same again."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

import scanner
from scanner.bundle.archive import Manifest, listed, pack, unpack
from scanner.bundle.bundle import BundleOptions, make_bundle, remake
from scanner.cli.main import main
from scanner.judge.kit import KitOptions
from scanner.model.errors import UsageError
from scanner.pipeline import dump_snapshot
from tests.render import factory

OPTIONS = BundleOptions(formats=("html", "json", "md", "csv"), lang="ar", kit=KitOptions(disable=("CTL-003",)))


@pytest.fixture(scope="module")
def made() -> bytes:
    return make_bundle(dump_snapshot(factory.snapshot()), "snapshot.json", OPTIONS)


def again(made: bytes, change: dict[str, bytes | None], **manifest: str) -> bytes:
    """Return a bundle with other files, and a manifest that is right about them."""
    opened = unpack(made, "x")
    files = {path: content for path, content in {**opened.files, **change}.items() if content is not None}
    return pack(files, opened.manifest.model_copy(update={"files": listed(files), **manifest}))


def test_the_same_bytes_twice(made: bytes) -> None:
    assert made == make_bundle(dump_snapshot(factory.snapshot()), "snapshot.json", OPTIONS)


def test_what_is_inside(made: bytes) -> None:
    opened = unpack(made, "x")
    assert opened.files["snapshot.json"] == dump_snapshot(factory.snapshot())
    assert {"reports/report.html", "reports/report.json", "reports/report.md", "reports/report.csv"} <= set(
        opened.files
    )
    assert "rules/built-in/control/pack.yaml" in opened.files
    assert [one for one in opened.files if one.startswith("sources/")]
    assert opened.manifest.tool_version == scanner.__version__
    assert json.loads(opened.manifest.settings["disable"]) == ["CTL-003"]


def test_reports_come_out_the_same_again(made: bytes) -> None:
    found = remake(unpack(made, "x"))
    assert len(found.same) == 4
    assert (found.other, found.why_not) == ((), "")


def test_a_report_that_says_something_else_is_found(made: bytes) -> None:
    page = unpack(made, "x").files["reports/report.html"]
    found = remake(unpack(again(made, {"reports/report.html": page.replace(b"Meridian", b"Meridiem")}), "x"))
    assert found.other == ("reports/report.html",)


def test_facts_that_were_changed_are_found(made: bytes) -> None:
    data = unpack(made, "x").files["snapshot.json"].replace(b'"Meridian DAO"', b'"Meridiem DAO"')
    assert len(remake(unpack(again(made, {"snapshot.json": data}), "x")).other) == 4


def test_a_strangers_code_is_not_run(made: bytes, tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    bad = again(made, {"rules/1/trap.py": f"open({str(trap)!r}, 'w')\n".encode()})
    assert "code is not run" in remake(unpack(bad, "x")).why_not
    built_in = again(made, {"rules/built-in/control/trap.py": f"open({str(trap)!r}, 'w')\n".encode()})
    assert "built-in rules are not those" in remake(unpack(built_in, "x")).why_not
    assert not trap.exists()


def test_a_manifest_that_names_files_of_this_machine(made: bytes) -> None:
    opened = unpack(made, "x")
    for name, value in (("profile", "/etc/passwd"), ("frameworks", '["../x.yaml"]'), ("packs", "x"), ("lang", "../x")):
        settings = {**opened.manifest.settings, name: value}
        changed = pack(dict(opened.files), opened.manifest.model_copy(update={"settings": settings}))
        assert remake(unpack(changed, "x")).why_not


def test_another_version_is_said(made: bytes) -> None:
    assert "made by version 0.0.1" in remake(unpack(again(made, {}, tool_version="0.0.1"), "x")).why_not


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "snapshot.json").write_bytes(dump_snapshot(factory.snapshot()))
    (tmp_path / "list.csv").write_text("address\n")
    bundle = tmp_path / "filed.zip"
    with pytest.raises(SystemExit) as ended:
        main(["bundle", str(tmp_path), "--out", str(bundle), "--with", str(tmp_path / "list.csv")])
    assert ended.value.code == 0
    assert "extra/1-list.csv" in zipfile.ZipFile(bundle).namelist()
    beside = Manifest.model_validate_json((tmp_path / "filed.zip.manifest.json").read_bytes())
    assert beside == unpack(bundle.read_bytes(), "x").manifest
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(bundle)])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "match: reports/report.html comes out the same again" in said
    bundle.write_bytes(bundle.read_bytes()[:-30])
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(bundle)])
    assert ended.value.code == 2
    assert "not a sound bundle" in capsys.readouterr().err


def test_a_format_that_no_bundle_holds() -> None:
    with pytest.raises(UsageError, match="a bundle holds"):
        make_bundle(dump_snapshot(factory.snapshot()), "x", BundleOptions(formats=("pdf",)))
