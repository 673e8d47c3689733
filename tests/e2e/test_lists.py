"""Address lists that a user gives."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.conftest import Field, daoscan


def _listed(path: Path, address: str, **columns: str) -> str:
    path.write_text(",".join(["address", *columns]) + "\n" + ",".join([address, *columns.values()]) + "\n", "utf-8")
    return str(path)


def test_a_direct_counterparty_is_found_and_the_list_named_with_its_date(field: Field, tmp_path: Path) -> None:
    beneficiary = next(
        action["beneficiary"]["value"]
        for proposal in field.scan("healthy").snapshot["proposals"]["items"]
        for action in proposal["actions"]
        if action["beneficiary_kind"].get("value") == "eoa"
    )
    path = _listed(tmp_path / "a.csv", beneficiary, entity="An entity", list="A list", list_snapshot="2026-01-01")
    run = daoscan("scan", field.daos["healthy"].governor, *field.options(), "--list", path, out=tmp_path / "out")
    (found,) = [one for one in run.report["findings"] if one["rule_id"] == "LST-001"]
    assert found["severity"] is not None
    (hit,) = {(one["list_name"], one["list_date"], one["status"]) for one in run.snapshot["dao"]["listed"]["items"]}
    assert hit == ("A list", "2026-01-01", "listed")
    assert "list A list of 2026-01-01" in [one["name"] for one in run.report["inputs"]]
    assert run.code == 1


def test_a_list_without_a_hit_is_a_pass_and_no_list_is_none(field: Field, tmp_path: Path) -> None:
    path = _listed(tmp_path / "a.csv", "0x" + "99" * 20, entity="An entity")
    run = daoscan("scan", field.daos["healthy"].governor, *field.options(), "--list", path, out=tmp_path / "out")
    assert {one["status"] for one in run.report["outcomes"] if one["rule_id"] == "LST-001"} == {"pass"}
    without = field.scan("healthy").report["outcomes"]
    assert "pass" not in {one["status"] for one in without if one["rule_id"] == "LST-001"}


def test_a_list_with_a_bad_row_is_refused_with_its_line(field: Field, tmp_path: Path) -> None:
    path = _listed(tmp_path / "a.csv", "0x12", entity="An entity")
    run = daoscan("scan", field.daos["healthy"].governor, *field.options(), "--list", path, out=tmp_path / "out")
    assert run.code == 2
    assert "a.csv:2" in run.stderr
    assert not (tmp_path / "out").exists()
