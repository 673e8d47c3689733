"""Open proposals executed on a fork by the command line: an attack, its twin, and a node that refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Field, Run, daoscan
from tests.e2e.test_poor_node import poorer

pytestmark = [pytest.mark.node, pytest.mark.compiler]

RULES = tuple(f"PRO-{number:03d}" for number in range(40, 47))


@pytest.fixture(scope="module")
def runs(field: Field) -> dict[str, Run]:
    return {name: field.scan(name, "--simulate") for name in ("pending-takeover", "pending-cleanup")}


def simulation(run: Run) -> dict[str, Any]:
    assert run.code in (0, 1), run.stderr
    collection = run.snapshot["simulations"]
    assert collection["complete"], collection["reason"]
    (one,) = collection["items"]
    return dict(one)


def section(run: Run) -> str:
    """Return the words of the page's section about simulations."""
    page = (run.out / "report.html").read_text("utf-8")
    part = page.partition('<section id="simulation"')[2].partition("</section>")[0]
    return " ".join(re.sub("<[^>]+>", " ", part).replace("&#39;", "'").split())


def outcomes(run: Run) -> dict[str, str]:
    """Return the worst outcome of each rule about simulations: a severity, or a status."""
    found: dict[str, str] = {}
    for one in run.report["outcomes"]:
        if one["rule_id"] in RULES and one["status"] != "not-applicable":
            found[one["rule_id"]] = one["severity"] or one["status"]
    return found


def test_the_role_and_the_balance_that_a_takeover_changes_are_shown_by_name(field: Field, runs: dict[str, Run]) -> None:
    run, parts = runs["pending-takeover"], field.daos["pending-takeover"].parts
    one = simulation(run)
    assert one["path"]["value"] == "vote"
    assert one["succeeds"]["value"] is True
    (role,) = one["rights"]["items"]
    assert (role["turn"], role["right"], role["holder"]) == ("gained", "PROPOSER_ROLE", parts["key"])
    assert (role["contract"], role["contract_label"], role["holder_kind"]) == (
        parts["timelock"],
        "TimelockController",
        "eoa",
    )
    gains = [item for item in one["balances"]["items"] if item["account"] == parts["keeper"]]
    assert [item["party"] for item in gains] == ["stranger"], "it stands in no call of the proposal"
    assert gains[0]["symbol"]["value"] == "RIVER"
    assert gains[0]["change"]["value"] == str(400_000 * 10**18)
    said = section(run)
    for words in (
        "Executed on a fork: it succeeds",
        "gains PROPOSER_ROLE TimelockController one key (EOA)",
        "TimelockController " + parts["timelock"] + " treasury loses 400,000 RIVER (64.46% of it)",
        "account that the proposal does not name gains 400,000 RIVER",
        "getMinDelay() 172,800 0 (lowered)",
        "_balances[TimelockController]",
    ):
        assert words in said, words
    assert parts["keeper"] in said


def test_the_takeover_is_found_and_its_twin_is_clean(runs: dict[str, Run]) -> None:
    assert outcomes(runs["pending-takeover"]) == {
        "PRO-040": "high",
        "PRO-041": "high",
        "PRO-042": "medium",
        "PRO-043": "high",
        "PRO-044": "pass",
        "PRO-045": "pass",
        "PRO-046": "pass",
    }
    assert outcomes(runs["pending-cleanup"]) == dict.fromkeys(RULES, "pass")
    assert runs["pending-cleanup"].code == 0


def test_the_twin_says_what_it_does_and_no_more(field: Field, runs: dict[str, Run]) -> None:
    one, parts = simulation(runs["pending-cleanup"]), field.daos["pending-cleanup"].parts
    assert one["rights"]["items"] == []
    assert {item["turn"] for item in one["controls"]["items"]} == {"changed"}
    assert {item["account"] for item in one["balances"]["items"]} == {parts["timelock"], parts["store"]}
    (delay,) = one["parameters"]["items"]
    assert (delay["name"], delay["after"], delay["lowered"]) == ("getMinDelay()", 259_200, False)


def test_a_stranger_can_do_it_again_from_what_is_written_down(field: Field, runs: dict[str, Run]) -> None:
    run = runs["pending-takeover"]
    (proof,) = simulation(run)["evidence"]
    block = run.snapshot["blocks"][0]
    assert (proof["kind"], proof["block_hash"]) == ("simulation", block["hash"])
    *votes, queue, execute = proof["steps"]
    assert all(step["succeeded"] for step in proof["steps"])
    assert {step["target"] for step in proof["steps"]} == {field.daos["pending-takeover"].governor}
    assert len({step["sender"] for step in votes}) == len(votes) == 4, "as many of the largest as it takes"
    assert execute["timestamp"] - queue["timestamp"] >= 2 * 86_400, "the timelock's delay was waited for"
    verified = daoscan("verify", str(run.out / "snapshot.json"), "--rpc-url", field.chain.url)
    assert verified.code == 0, verified.stdout
    assert " 0 mismatch, 0 unavailable" in verified.stdout, "executed again, with the same effects"


def test_a_simulation_that_was_tampered_with_does_not_match(field: Field, runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["pending-takeover"]
    (proof,) = simulation(run)["evidence"]
    forged = tmp_path / "snapshot.json"
    text = (run.out / "snapshot.json").read_text("utf-8")
    forged.write_text(text.replace(proof["effects"], "0x" + "00" * 32), "utf-8")
    verified = daoscan("verify", str(forged), "--rpc-url", field.chain.url)
    assert verified.code == 1
    assert "mismatch: simulation" in verified.stdout
    assert proof["effects"] in verified.stdout


def test_no_key_and_no_address_of_the_node_reaches_another_process(runs: dict[str, Run], field: Field) -> None:
    for run in runs.values():
        assert field.chain.url.removeprefix("http://") not in (run.out / "snapshot.json").read_text("utf-8")


def test_the_report_is_made_again_from_its_snapshot(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["pending-takeover"]
    again = daoscan("report", str(run.out / "snapshot.json"), "--format", "html,json", out=tmp_path / "again")
    assert again.code == run.code, again.stderr
    for name in ("report.html", "report.json"):
        assert (again.out / name).read_bytes() == (run.out / name).read_bytes()


def test_without_the_option_it_is_said_once_that_nothing_was_simulated(field: Field) -> None:
    run = field.scan("pending-takeover")
    assert run.snapshot["simulations"] == {"items": [], "complete": False, "reason": "--simulate was not given"}
    assert section(run).endswith("Not simulated: --simulate was not given.")
    page = (run.out / "report.html").read_text("utf-8")
    assert page.count("Not simulated: --simulate was not given.") == 1
    assert outcomes(run) == {}, "no rule speaks of what nobody asked for"


def _no_storage(request: dict[str, Any]) -> str:
    refused = request["method"] in ("eth_getProof", "eth_getStorageAt")
    return f"the method {request['method']} does not exist" if refused else ""


def test_a_node_that_cannot_be_forked_leaves_each_proposal_unknown_with_the_reason(
    field: Field, tmp_path: Path
) -> None:
    with poorer(field.chain.url, _no_storage) as url:
        run = daoscan(
            "scan", field.daos["pending-takeover"].governor, "--rpc-url", url, "--sourcify-url", field.sourcify.url,
            "--no-cache", "--simulate", out=tmp_path / "out",
        )  # fmt: skip
    assert run.code in (1, 3), run.stderr
    (one,) = run.snapshot["simulations"]["items"]
    assert one["succeeds"]["status"] == "unknown"
    assert one["succeeds"]["reason"] == "not-supported"
    assert "the method eth_getStorageAt does not exist" in one["succeeds"]["detail"]
    assert "the method eth_getStorageAt does not exist" in section(run)
    assert outcomes(run) == dict.fromkeys(RULES, "unknown")


def test_without_an_anvil_that_works_the_report_says_so(field: Field, tmp_path: Path) -> None:
    fake = tmp_path / "anvil"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    scan = ("scan", field.daos["pending-takeover"].governor, *field.options(), "--simulate", "--anvil")
    run = daoscan(*scan, str(fake), out=tmp_path / "out")
    assert "no local fork could be had: anvil does not say that it is anvil" in section(run)
    assert outcomes(run) == dict.fromkeys(RULES, "unknown")
    refused = daoscan(*scan, str(tmp_path / "absent"), out=tmp_path / "none")
    assert refused.code == 2
    assert "no such program" in refused.stderr
