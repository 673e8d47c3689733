"""What a reader brings along, on real scans: policy, frameworks, suppressions, profiles, rules left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.localchain import project_root
from tests.e2e.conftest import Field, Run, daoscan
from tests.schemas import published

POLICY = project_root() / "rules" / "policies" / "example-listing.yaml"


def again(field: Field, name: str, out: Path, *options: str) -> Run:
    """The report again from the scan of a fixture, with these options."""
    return daoscan("report", str(field.scan(name).out / "snapshot.json"), *options, out=out)


def test_the_example_policy_on_a_single_key_and_on_a_vote(field: Field, tmp_path: Path) -> None:
    failed = again(field, "single-key", tmp_path / "a", "--policy", str(POLICY))
    assert failed.code == 1
    verdicts = {one["id"]: one["verdict"] for one in failed.report["policy"]["criteria"]}
    assert (verdicts["L1"], verdicts["L2"], verdicts["L3"]) == ("fail", "fail", "pass")
    assert "Policy Example listing policy: The policy is not met." in failed.stderr
    assert 'id="policy"' in (failed.out / "report.html").read_text("utf-8")
    fine = again(field, "healthy", tmp_path / "b", "--policy", str(POLICY))
    assert fine.code == 0, fine.stderr
    assert "fail" not in {one["verdict"] for one in fine.report["policy"]["criteria"]}
    assert any(one["name"] == "policy example-listing" for one in fine.report["inputs"])


def test_every_framework_on_a_vote_and_on_a_single_key(field: Field, tmp_path: Path) -> None:
    states = {}
    for name in ("healthy", "single-key"):
        run = again(field, name, tmp_path / name, "--framework", "all", "--format", "html,json,md")
        assert published().errors(run.report) == []
        states[name] = {
            (framework["id"], one["id"]): one["state"]
            for framework in run.report["frameworks"]
            for one in framework["criteria"]
        }
        assert "no legal advice" in (run.out / "report.md").read_text("utf-8")
    assert states["single-key"]["fatf", "assets"] == "evidence-against"
    assert states["healthy"]["fatf", "influence"] == "evidence-for"
    assert states["healthy"]["mica-76-3", "function"] == "evidence-for"
    assert states["healthy"]["mica-76-3", "identification"] == "not-assessable"


def test_a_finding_is_accepted_by_its_fingerprint_until_a_day(field: Field, tmp_path: Path) -> None:
    plain = field.scan("single-key").report
    criticals = [one for one in plain["findings"] if one["severity"] in ("critical", "high")]
    entries = "\n".join(
        f"  - {{fingerprint: {one['fingerprint']}, reason: Known and on its way out., expires: 2999-12-31}}"
        for one in criticals
    )
    path = tmp_path / "accepted.yaml"
    path.write_text(f"schema: 1\nsuppressions:\n{entries}\n")
    run = again(
        field, "single-key", tmp_path / "a", "--suppressions", str(path), "--format", "json,sarif", "--allow-incomplete"
    )
    assert run.code == 0, run.stderr
    assert sum(one["acceptance"] is not None for one in run.report["findings"]) == len(criticals)
    assert run.report["scenarios"] == plain["scenarios"]
    log = json.loads((run.out / "report.sarif").read_text("utf-8"))
    assert sum("suppressions" in one for one in log["runs"][0]["results"]) == len(criticals)
    path.write_text(path.read_text().replace("2999", "1999"))
    ended = again(field, "single-key", tmp_path / "b", "--suppressions", str(path), "--format", "json")
    assert ended.code == 1
    assert {one["state"] for one in ended.report["suppressions"]} == {"expired"}
    assert "warning: suppression on line 3" in ended.stderr


def test_what_is_left_out_is_listed_and_nothing_gets_better(field: Field, tmp_path: Path) -> None:
    run = again(field, "healthy", tmp_path / "a", "--disable", "anonymity", "--disable", "CTL-003", "--format", "json")
    left_out = {rule["id"]: rule["why"] for rule in run.report["disabled"]}
    assert left_out["CTL-003"] == "--disable CTL-003"
    assert left_out["ANO-001"] == "--disable anonymity"
    assert not [one for one in run.report["outcomes"] if one["rule_id"] in left_out]
    states = {one["id"]: one["state"] for one in run.report["scenarios"]}
    assert states["MS-02"] == "not-assessable"
    wrong = again(field, "healthy", tmp_path / "b", "--disable", "ANO-01")
    assert wrong.code == 2
    assert "no rule and no pack 'ANO-01'" in wrong.stderr


@pytest.mark.parametrize(
    ("profile", "formats"), [("exchange", {"html", "json"}), ("auditor", {"html", "json", "md", "sarif"})]
)
def test_a_profile_chooses_formats_and_order(field: Field, tmp_path: Path, profile: str, formats: set[str]) -> None:
    run = again(field, "healthy", tmp_path / "a", "--profile", profile)
    assert {path.suffix[1:] for path in run.out.glob("report.*")} == formats
    first = {"exchange": "token", "auditor": "code"}[profile]
    assert run.report["dimensions"][0]["dimension"] == first
    given = again(field, "healthy", tmp_path / "b", "--profile", profile, "--format", "json")
    assert [path.name for path in given.out.glob("report.*")] == ["report.json"]


def test_a_rule_on_every_saved_scan(field: Field) -> None:
    field.scan("healthy"), field.scan("single-key")
    run = daoscan("rules", "try", "CTL-001", str(field.folder / "healthy"), str(field.folder / "single-key"))
    assert run.code == 0, run.stderr
    assert [line.rpartition(": ")[2] for line in run.stdout.splitlines()[:2]] == ["pass 1", "critical 1"]
