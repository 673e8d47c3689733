"""`daoscan code` on small repositories, as a user runs it: real OpenZeppelin files, the real compiler, real Slither."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fixtures.localchain import project_root
from tests import forked
from tests.forked import Done

ROOT = project_root()
OFFICIAL = json.loads((ROOT / "tests" / "render" / "data" / "sarif-2.1.0.schema.json").read_text("utf-8"))

FAULTY = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

contract FaultyGovernor is Governor, GovernorCountingSimple {
    IERC20 public immutable token;

    constructor(IERC20 token_) Governor("Faulty") {
        token = token_;
    }

    function _getVotes(address account, uint256, bytes memory) internal view override returns (uint256) {
        return token.balanceOf(account);
    }

    function clock() public view override returns (uint48) { return uint48(block.number); }
    function CLOCK_MODE() public pure override returns (string memory) { return "mode=blocknumber&from=default"; }
    function votingDelay() public pure override returns (uint256) { return 1; }
    function votingPeriod() public pure override returns (uint256) { return 100; }
    function quorum(uint256) public pure override returns (uint256) { return 1; }

    function rescue(address target, bytes calldata data) external {
        (bool ok, ) = target.delegatecall(data);
        require(ok);
    }
}
"""
BROKEN = "pragma solidity ^0.8.20;\n\ncontract Broken {\n    function f() external { nothing(); }\n}\n"
SAFE = "pragma solidity ^0.8.20;\n\ncontract Safe {\n    uint256 public number;\n}\n"


def run(*words: str, folder: Path, out: Path) -> Done:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAOSCAN_")}
    if "DAOSCAN_CACHE" in os.environ:
        kept["DAOSCAN_CACHE"] = os.environ["DAOSCAN_CACHE"]
    return forked.run(["code", *words, "--out", str(out)], kept, seconds=240, folder=folder)


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


def sarif(path: Path) -> dict[str, Any]:
    """Return the run of a SARIF file that meets the official schema."""
    log = read(path)
    jsonschema.Draft4Validator(OFFICIAL).validate(log)
    (only,) = log["runs"]
    return dict(only)


def place(result: dict[str, Any]) -> tuple[str, int]:
    where = result["locations"][0]["physicalLocation"]
    return where["artifactLocation"]["uri"], where["region"]["startLine"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hardhat repository with OpenZeppelin in node_modules, a faulty governor and a file that does not compile."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / ".git").mkdir()
    (folder / "hardhat.config.js").write_text('module.exports = { solidity: "0.8.28" };\n')
    installed = folder / "node_modules" / "@openzeppelin"
    installed.mkdir(parents=True)
    shutil.copytree(ROOT / "node_modules" / "@openzeppelin" / "contracts-5", installed / "contracts")
    (folder / "contracts" / "test").mkdir(parents=True)
    (folder / "contracts" / "FaultyGovernor.sol").write_text(FAULTY)
    (folder / "contracts" / "Broken.sol").write_text(BROKEN)
    (folder / "contracts" / "test" / "Mock.sol").write_text(BROKEN)
    return folder


@pytest.fixture(scope="module")
def done(repository: Path) -> Done:
    return run(".", folder=repository, out=repository / "out")


@pytest.mark.compiler
def test_a_faulty_governor_is_found_by_file_and_line(repository: Path, done: Done) -> None:
    assert done.code == 1, done.stderr
    report = read(repository / "out" / "code.json")
    assert (report["project"], report["left_out"], len(report["units"])) == ("hardhat", 1, 1)
    found = {one["rule_id"]: one for one in report["findings"]}
    assert found["COD-003"]["severity"] == "critical"
    assert found["CAP-001"]["severity"] == "high"
    assert found["CAP-001"]["at_least"], "whether execution waits is told by a deployed governor only"
    lines = FAULTY.splitlines()
    digest = "0x" + hashlib.sha256(FAULTY.encode()).hexdigest()
    for rule, shown in (("COD-003", "function rescue"), ("CAP-001", "token.balanceOf")):
        first = found[rule]["places"][0]
        assert (first["file"], first["sha256"]) == ("contracts/FaultyGovernor.sol", digest)
        assert shown in lines[first["first_line"] - 1]
        assert f"contracts/FaultyGovernor.sol:{first['first_line']}:" in done.stderr
    kinds = {one["name"]: (one["kind"], one["analysed"]) for one in report["contracts"]}
    assert kinds == {"FaultyGovernor": ("governor", True), "Broken": ("contract", False)}


@pytest.mark.compiler
def test_a_broken_file_is_unknown_with_reason_and_hint_and_the_others_stand(repository: Path, done: Done) -> None:
    (broken,) = read(repository / "out" / "code.json")["broken"]
    assert broken["file"] == "contracts/Broken.sol"
    assert broken["reason"] == "compile-failed"
    assert "contracts/Broken.sol:4:29: Undeclared identifier" in broken["detail"]
    assert broken["hint"]
    assert "contracts/Broken.sol: unknown: solc 0.8.28" in done.stderr
    assert "  hint: " in done.stderr
    outcomes = read(repository / "out" / "code.json")["outcomes"]
    mine = [one for one in outcomes if one["subject"] == "file:contracts/Broken.sol#Broken"]
    assert {one["status"] for one in mine} == {"unknown"}
    assert {"COD-003", "COD-006"} <= {one["rule_id"] for one in mine}


@pytest.mark.compiler
def test_rules_about_a_deployed_dao_do_not_apply(repository: Path, done: Done) -> None:
    told = {one["rule_id"] for one in read(repository / "out" / "code.json")["outcomes"]}
    assert not {rule for rule in told if rule.startswith(("RSP", "TRE", "PRO", "LST", "ACC", "MEM"))}
    assert read(repository / "out" / "code.json")["not_applicable"] > 50


@pytest.mark.compiler
def test_sarif_stands_on_files_of_the_repository(repository: Path, done: Done) -> None:
    log = sarif(repository / "out" / "code.sarif")
    assert log["automationDetails"]["id"] == "daoscan/code/"
    assert {place(result)[0] for result in log["results"]} == {"contracts/FaultyGovernor.sol"}
    digests = {item["location"]["uri"]: item["hashes"]["sha-256"] for item in log["artifacts"]}
    assert digests["contracts/FaultyGovernor.sol"] == hashlib.sha256(FAULTY.encode()).hexdigest()
    notes = log["invocations"][0]["toolExecutionNotifications"]
    (broken,) = [note for note in notes if "locations" in note]
    assert broken["level"] == "error"
    where = broken["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert where == "contracts/Broken.sol"
    assert "asOf" not in log["properties"]


@pytest.mark.compiler
def test_the_fingerprint_stays_when_lines_move_and_the_baseline_tells_what_changed(
    repository: Path, done: Done, tmp_path: Path
) -> None:
    """The same repository later: lines have moved, one fault is gone, another is there."""
    later = tmp_path / "later"
    shutil.copytree(repository, later, symlinks=True, ignore=shutil.ignore_patterns("out", "Broken.sol"))
    source = FAULTY.replace("contract FaultyGovernor is", "// moved\n\ncontract FaultyGovernor is")
    source = source.replace("target.delegatecall(data)", "target.staticcall(data)")
    (later / "contracts" / "FaultyGovernor.sol").write_text(source)
    old = repository / "out" / "code.sarif"
    again = run(".", "--baseline", str(old), folder=later, out=tmp_path / "out")
    before = {result["ruleId"]: result for result in sarif(old)["results"]}
    after = {result["ruleId"]: result for result in sarif(tmp_path / "out" / "code.sarif")["results"]}
    for name in ("partialFingerprints", "ruleId"):
        assert after["CAP-001"][name] == before["CAP-001"][name]
    assert place(after["CAP-001"])[1] == place(before["CAP-001"])[1] + 2
    assert after["CAP-001"]["baselineState"] == "updated"
    assert after["COD-003"]["baselineState"] == "absent"
    assert again.code == 0, "what is left was known before"
    fresh = run(".", folder=later, out=tmp_path / "fresh")
    assert fresh.code == 1
    assert not any("baselineState" in result for result in sarif(tmp_path / "fresh" / "code.sarif")["results"])


@pytest.mark.compiler
def test_the_same_files_give_the_same_bytes_and_a_clean_one_gives_zero(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Safe.sol").write_text(SAFE)
        done = run(".", folder=tmp_path / name, out=tmp_path / f"{name}-out")
        assert done.code == 0, done.stderr
    for file in ("code.json", "code.sarif"):
        assert (tmp_path / "one-out" / file).read_bytes() == (tmp_path / "two-out" / file).read_bytes()


@pytest.mark.compiler
def test_a_standard_json_input(tmp_path: Path) -> None:
    sources = {"src/Safe.sol": {"content": SAFE}, "@lib/Base.sol": {"content": SAFE.replace("Safe", "Base")}}
    (tmp_path / "input.json").write_text(json.dumps({"language": "Solidity", "sources": sources, "settings": {}}))
    done = run("input.json", "--format", "json", folder=tmp_path, out=tmp_path / "out")
    assert done.code == 0, done.stderr
    report = read(tmp_path / "out" / "code.json")
    assert report["project"] == "standard-json"
    assert [(one["name"], one["place"]["file"]) for one in report["contracts"]] == [("Safe", "src/Safe.sol")]
    assert not (tmp_path / "out" / "code.sarif").exists()


@pytest.mark.compiler
def test_a_repository_that_does_not_compile_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "Broken.sol").write_text(BROKEN)
    assert run(".", folder=tmp_path, out=tmp_path / "out").code == 3
    assert run(".", "--allow-incomplete", folder=tmp_path, out=tmp_path / "out").code == 0


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("none",), "no such file or folder"),
        ((".",), "no contracts found"),
        ((".", "--format", "html"), "no such format: html"),
        ((".", "--analyses", "none"), "no such folder"),
        ((".", "--baseline", "none.sarif"), "the baseline cannot be read"),
    ],
)
def test_wrong_usage(tmp_path: Path, words: tuple[str, ...], what: str) -> None:
    done = run(*words, folder=tmp_path, out=tmp_path / "out")
    assert done.code == 2
    assert f"error: {what}" in done.stderr
    assert not (tmp_path / "out").exists()
