"""`--lang` of report and index, and its environment variable: one snapshot in two languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli.main import app
from scanner.pipeline import dump_snapshot
from tests.render import factory


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    for lang in ("en", "ar"):
        place = folder / lang
        place.mkdir()
        (place / "snapshot.json").write_bytes(dump_snapshot(factory.snapshot()))
        given = ("--lang", "ar") if lang == "ar" else ()
        result = run(
            "report", str(place / "snapshot.json"), "--format", "html,json,md,sarif", "--allow-incomplete", *given
        )
        assert result.exit_code in (0, 1), result.output
    return folder


def run(*arguments: str, **environment: str):
    return CliRunner().invoke(app, arguments, env=environment)


def test_the_report_says_its_language(folder: Path) -> None:
    english, arabic = (json.loads((folder / lang / "report.json").read_text()) for lang in ("en", "ar"))
    assert (english["lang"], arabic["lang"]) == ("en", "ar")
    assert '<html lang="ar" dir="rtl">' in (folder / "ar" / "report.html").read_text()
    assert (folder / "ar" / "report.md").read_text().startswith("# تقرير بنية الحوكمة")
    assert json.loads((folder / "ar" / "report.sarif").read_text())["runs"][0]["language"] == "ar"


def test_nothing_but_words_depends_on_the_language(folder: Path) -> None:
    english, arabic = (json.loads((folder / lang / "report.json").read_text()) for lang in ("en", "ar"))
    for key in ("contracts", "controls", "governance", "proposals", "treasury", "gaps", "blocks", "membership"):
        assert english[key] == arabic[key]
    for kind, fields in (
        ("findings", ("rule_id", "severity", "fingerprint", "conditions", "evidence", "subject")),
        ("outcomes", ("rule_id", "status", "severity", "stage", "conditions", "reason")),
        ("scenarios", ("id", "state")),
    ):
        assert [[one[name] for name in fields] for one in english[kind]] == [
            [one[name] for name in fields] for one in arabic[kind]
        ]
    control = next(one for one in arabic["findings"] if one["rule_id"].startswith("CTL-"))
    assert any("\u0600" <= letter <= "\u06ff" for letter in control["message"])
    extra = {one["name"] for one in arabic["inputs"]} - {one["name"] for one in english["inputs"]}
    assert {"rules/control/locales/ar", "rules/scenarios/locales/ar"} <= extra


def test_the_index(folder: Path) -> None:
    assert run("index", str(folder), "--lang", "ar").exit_code == 0
    assert '<html lang="ar" dir="rtl">' in (folder / "index.html").read_text()
    assert run("index", str(folder), DAOSCAN_LANG="ar").exit_code == 0
    assert '<html lang="ar" dir="rtl">' in (folder / "index.html").read_text()
    assert run("index", str(folder)).exit_code == 0
    assert '<html lang="en" dir="ltr">' in (folder / "index.html").read_text()


@pytest.mark.parametrize("command", ["report", "index"])
def test_a_language_that_is_not_there(folder: Path, command: str) -> None:
    place = folder / "en" / "snapshot.json" if command == "report" else folder
    result = run(command, str(place), "--lang", "tlh")
    assert result.exit_code == 2
    assert "no such language: 'tlh'" in result.output
    assert "languages: en, ar" in result.output
