"""One proposal by `daoscan proposal`, and one that is not on chain yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner import pipeline
from scanner.chain.abi import encode_call
from scanner.cli.options import default_cache_dir
from scanner.model.snapshot import Snapshot
from scanner.sources.collect import SourceOptions
from tests.e2e.conftest import Field, Run, daoscan

ROLE = "0xb09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1"
"""PROPOSER_ROLE of TimelockController."""
PAYEE = "0x" + "00" * 17 + "9a4e01"


def one(field: Field, dao: str, *arguments: str, out: Path | None = None) -> Run:
    return daoscan("proposal", field.daos[dao].governor, *arguments, *field.options(), "--quiet", out=out)


@pytest.fixture(scope="module")
def ids(field: Field) -> list[str]:
    """The ids of the takeover's DAO, newest first."""
    items = field.scan("pending-takeover").snapshot["proposals"]["items"]
    return [item["id"] for item in sorted(items, key=lambda item: -int(item["created_block"]))]


@pytest.fixture(scope="module")
def takeover(field: Field, ids: list[str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    return one(
        field, "pending-takeover", ids[0], "--simulate", "--format", "md,json,html",
        out=tmp_path_factory.mktemp("takeover"),
    )  # fmt: skip


def read(run: Run, name: str) -> str:
    return (run.out / name).read_text("utf-8")


def test_it_says_all_there_is_to_say_about_one_proposal(field: Field, takeover: Run, ids: list[str]) -> None:
    assert takeover.code == 1, takeover.stderr
    text, parts = read(takeover, "proposal.md"), field.daos["pending-takeover"].parts
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert heads == [
        "## What it says",
        "## What it does",
        "## What changes by it",
        "## Why it is shown",
        "## What speaks for it",
        "## What was not decided",
        "## How to check it again",
    ]
    for words in (
        "> \\# Spring cleaning",
        "State: Pending. **",
        "**Action 4: changes a role or owner** `grantRole(bytes32,address)` on TimelockController",
        f"account `address`: `{parts['key']}`",
        "**Executed on a fork:** it succeeds",
        "loses 400,000 RIVER (64.46% of it)",
        "### PRO-004 A proposal gives a role or ownership to a single key",
        "**Legitimate use.** Keepers, pausers and managers need roles",
        "The governor itself knows these calls under this id.",
        f"`daoscan proposal {field.daos['pending-takeover'].governor} {ids[0]} --rpc-url",
    ):
        assert words in text, words
    assert "gardener" not in text, "another proposal"
    assert len(text) < 60_000


def test_the_machine_gets_the_proposal_its_outcomes_and_nothing_else(takeover: Run, ids: list[str]) -> None:
    found = json.loads(read(takeover, "proposal.json"))
    assert found["proposal"]["id"] == ids[0]
    assert found["proposal"]["draft"] is False
    assert found["simulation"]["succeeds"]["value"] is True
    assert {item["subject"]["id"].partition("#")[2] for item in found["outcomes"]} == {f"proposal:{ids[0]}"}
    assert {"PRO-004", "PRO-040"} <= {item["rule_id"] for item in found["findings"]}


def test_the_page_stands_alone(takeover: Run) -> None:
    page = read(takeover, "proposal.html")
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "http://" not in page
    for words in ("Spring cleaning", "Why it is shown", "gains PROPOSER_ROLE", "What speaks for it"):
        assert words in page, words


def test_what_is_written_with_it_can_be_verified(field: Field, takeover: Run) -> None:
    done = daoscan("verify", str(takeover.out / "snapshot.json"), "--rpc-url", field.chain.url)
    assert done.code == 0, done.stdout


def test_markdown_goes_to_standard_output(field: Field, ids: list[str]) -> None:
    run = one(field, "pending-takeover", ids[1])
    assert run.code == 0, run.stderr
    assert run.stdout.startswith(f"# Proposal {ids[1][:8]}")
    assert "Not simulated: --simulate was not given." in run.stdout
    assert run.stderr == ""


def test_the_id_may_be_hex_and_the_words_arabic(field: Field, ids: list[str]) -> None:
    run = one(field, "pending-takeover", hex(int(ids[0])), "--lang", "ar")
    assert run.code == 1, run.stderr
    assert "## كيف يُعاد التحقق منه" in run.stdout
    assert ids[0] in run.stdout


def test_an_id_that_is_not_there_names_the_latest(field: Field, ids: list[str]) -> None:
    run = one(field, "pending-takeover", "7")
    assert run.code == 2
    assert "error: no proposal 7 of 0x" in run.stderr
    assert f"hint: its latest: {', '.join(ids)}" in run.stderr.replace("\n", " ")
    assert run.stdout == ""


def test_an_address_that_is_no_governor(field: Field) -> None:
    token = field.daos["pending-takeover"].parts["token"]
    run = daoscan("proposal", token, "1", *field.options(), "--quiet")
    assert run.code == 2
    assert "is no governor that is known here" in run.stderr


# ------------------------------------------------------------------------------------------------------- drafts


def hostile_draft(field: Field, folder: Path) -> Path:
    """The takeover's worst calls as somebody might hand them round before proposing them."""
    parts = field.daos["healthy"].parts
    written = {
        "targets": [parts["token"], parts["timelock"], "0x" + "c0de" * 10],
        "values": ["0", "0", "0"],
        "signatures": ["transfer(address,uint256)", "grantRole(bytes32,address)", "tidy()"],
        "arguments": [[PAYEE, "5"], [ROLE, PAYEE], []],
        "description": "# Tidy up\n\n<script>alert(1)</script> [pay](javascript:x) @everyone \u202eeno\u202c",
    }
    path = folder / "draft.json"
    path.write_text(json.dumps(written), "utf-8")
    return path


@pytest.fixture(scope="module")
def drafted(field: Field, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("draft")
    path = hostile_draft(field, folder)
    return one(field, "healthy", "--draft", str(path), "--simulate", "--format", "md,json,html", out=folder / "out")


def test_a_draft_is_decoded_and_judged_as_if_it_were_pending(drafted: Run) -> None:
    assert drafted.code == 1, drafted.stderr
    assert {line.partition(" ")[0] for line in drafted.stderr.splitlines()} == {"wrote"}
    found = json.loads(read(drafted, "proposal.json"))
    proposal = found["proposal"]
    assert proposal["draft"] is True
    assert proposal["state"]["value"] == "Pending"
    assert [action["effect"] for action in proposal["actions"]][:2] == ["value-out", "role"]
    assert proposal["actions"][0]["target_verified"]["value"] is True
    assert proposal["actions"][2]["target_has_code"]["value"] is False
    findings = {item["rule_id"]: item["severity"] for item in found["findings"]}
    assert findings["PRO-004"] == "high"
    assert "PRO-001" in findings
    assert "PRO-011" in findings, "the text turns letters round"


def test_what_only_an_event_could_tell_is_unknown_because_it_is_a_draft(drafted: Run) -> None:
    proposal = json.loads(read(drafted, "proposal.json"))["proposal"]
    for name in ("created_at", "for_votes", "voters", "turnout_bps", "event_confirmed", "executed_at", "weekend_bps"):
        assert proposal[name]["status"] == "unknown", name
        assert proposal[name]["detail"] == "a draft: it is not on chain", name
    assert proposal["proposer_is_beneficiary"]["detail"] == "a draft that does not say who proposes it"
    (document,) = proposal["evidence"]
    assert (document["kind"], document["uri"]) == ("document", "draft.json")


def test_a_draft_is_executed_by_the_executor(field: Field, drafted: Run) -> None:
    simulation = json.loads(read(drafted, "proposal.json"))["simulation"]
    assert simulation["path"]["value"] == "executor"
    assert "a draft is not on chain" in simulation["path_note"]
    assert simulation["succeeds"]["value"] is True
    (role,) = simulation["rights"]["items"]
    assert (role["right"], role["holder"]) == ("PROPOSER_ROLE", PAYEE)


def test_what_was_read_for_a_draft_is_confirmed_and_executed_again(field: Field, drafted: Run) -> None:
    done = daoscan("verify", str(drafted.out / "snapshot.json"), "--rpc-url", field.chain.url, "--json")
    verdicts = {(one["evidence"]["kind"], one["verdict"]) for one in json.loads(done.stdout)["results"]}
    assert ("simulation", "match") in verdicts
    assert {verdict for kind, verdict in verdicts if kind != "document"} == {"match"}


def test_a_draft_cannot_speak_through_the_report(drafted: Run) -> None:
    text, page = read(drafted, "proposal.md"), read(drafted, "proposal.html")
    assert "A draft: it is not on chain." in text
    assert "<script>alert" not in text
    assert "\u202e" not in text + page
    assert "\\[pay\\](javascript" in text, "brackets that make no link"
    assert page.count("<script>") == 1, "the page's own"


def test_the_dao_itself_is_read_as_if_there_were_no_draft(field: Field, drafted: Run) -> None:
    snapshot = json.loads(read(drafted, "snapshot.json"))
    usual = field.scan("healthy").snapshot
    for part in ("governors", "timelocks", "tokens", "treasury", "controls"):
        assert snapshot[part] == usual[part], part
    mine = [item for item in snapshot["proposals"]["items"] if not item["draft"]]
    assert mine == usual["proposals"]["items"]


def test_a_benign_draft_in_yaml_with_its_proposer(field: Field, tmp_path: Path) -> None:
    parts = field.daos["healthy"].parts
    proposer = field.scan("healthy").snapshot["proposals"]["items"][0]["proposer"]
    written = {
        "targets": [parts["timelock"]],
        "values": ["0"],
        "signatures": ["updateDelay(uint256)"],
        "arguments": [["259200"]],
        "description": "# A longer delay\n\nCall updateDelay with 259200 seconds on the timelock.",
        "proposer": proposer,
    }
    path = tmp_path / "draft.yaml"
    path.write_text(yaml.safe_dump(written), "utf-8")
    run = one(field, "healthy", "--draft", str(path), "--format", "json")
    assert run.code == 0, run.stderr + run.stdout[:3000]
    found = json.loads(run.stdout)
    assert found["proposal"]["proposer_is_beneficiary"]["value"] is False
    assert int(found["proposal"]["proposer_before"]["value"]) > 0
    assert [item["rule_id"] for item in found["findings"] if item["severity"] in ("critical", "high")] == []


def test_a_draft_that_was_proposed_already_is_named(field: Field, ids: list[str], tmp_path: Path) -> None:
    item = next(item for item in field.scan("pending-takeover").snapshot["proposals"]["items"] if item["id"] == ids[0])
    outer = [action for action in item["actions"] if not action["inside"]]
    written: dict[str, Any] = {
        "targets": [action["target"] for action in outer],
        "values": [action["value_wei"] for action in outer],
        "calldatas": [action["calldata"] for action in outer],
        "description": item["description"],
    }
    path = tmp_path / "draft.json"
    path.write_text(json.dumps(written), "utf-8")
    run = one(field, "pending-takeover", "--draft", str(path))
    assert run.code == 2
    assert f"the draft is proposal {ids[0]} of this governor already" in run.stderr


def test_a_fault_in_a_draft_has_file_line_and_column(field: Field, tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text("targets: [0x12]\nvalues: [0]\ncalldatas: [0x]\ndescription: x\n", "utf-8")
    run = one(field, "healthy", "--draft", str(path))
    assert run.code == 2
    assert "where: draft.yaml:1:11" in run.stderr


# ------------------------------------------------------------------------------------------------- incremental


def test_a_second_scan_at_a_newer_block_equals_one_without_a_cache(field: Field) -> None:
    dao = field.daos["healthy"]
    with field.chain.clone() as other:

        def scan(*, use_cache: bool) -> Snapshot:
            options = pipeline.ScanOptions(
                rpc_url=other.url,
                entry=dao.governor,
                cache_dir=default_cache_dir(),
                sources=SourceOptions(sourcify_url=field.sourcify.url),
                use_cache=use_cache,
            )
            return pipeline.collect(options, lambda text: None)

        other.mine(2)
        first = scan(use_cache=True)
        other.send(other.accounts[0], dao.parts["token"], encode_call("approve(address,uint256)", (PAYEE, 5)))
        other.send(other.accounts[0], dao.parts["token"], encode_call("transfer(address,uint256)", (PAYEE, 0)))
        other.advance(60)
        second, whole = scan(use_cache=True), scan(use_cache=False)
    assert second.blocks == whole.blocks != first.blocks
    same = {"round_trips": whole.round_trips}
    assert pipeline.dump_snapshot(second.model_copy(update=same)) == pipeline.dump_snapshot(whole)


def test_tokens_that_the_reader_names_are_asked_about(field: Field, ids: list[str], tmp_path: Path) -> None:
    parts = field.daos["pending-takeover"].parts
    run = one(field, "pending-takeover", ids[-1], "--token", parts["timelock"], out=tmp_path / "named")
    (treasury,) = [one for one in run.snapshot["treasury"]["items"] if one["address"] == parts["timelock"].lower()]
    named = {one["token"]: one["balance"]["status"] for one in treasury["tokens"]["items"]}
    assert named[parts["timelock"].lower()] == "unknown", "what is no token has no balance, and is not left out"
    other = one(field, "pending-takeover", ids[-1], "--token", f"eip155:5:{parts['token']}")
    assert other.code == 2
    assert "names chain 5" in other.stderr
