"""What a user brings along: lists, a watch list, a manifest with the operator's words; and the chain's oracle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fixtures.build import Recipe, Workshop
from fixtures.catalogue import deploy_all
from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import DeployedDao
from scanner.chain.abi import encode_call
from scanner.cli.main import app
from scanner.discovery.oracle import oracle_of
from tests.e2e.conftest import Run, daoscan

_RECIPE = Recipe(("brought/NamedList.sol",), solc="0.8.28", packages=(("brought/", "tests/e2e/brought/"),))
ELSEWHERE = "0x" + "77" * 20


@dataclass
class Place:
    """A chain with one DAO on it, and a folder of imported lists."""

    chain: LocalChain
    sourcify: SourcifyServer
    dao: DeployedDao
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"DAOSCAN_LISTS": str(self.folder / "lists")}

    def run(self, *arguments: str, out: Path | None = None) -> Run:
        """Run a command that needs no chain, in this process: starting another takes longer than the command."""
        named = (*arguments, "--out", str(out)) if out else arguments
        done = CliRunner().invoke(app, named, env=self.environment)
        return Run(done.exit_code, done.stdout, done.stderr, out or Path())

    def scan(self, target: str, *options: str, out: Path) -> Run:
        node = ("--rpc-url", self.chain.url, "--sourcify-url", self.sourcify.url, "--allow-incomplete")
        return daoscan("scan", target, *node, *options, out=out, env=self.environment)

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)

    @property
    def plain(self) -> Run:
        """The scan of the DAO by its manifest; made once, with nothing else."""
        out = self.folder / "plain"
        if not out.exists():
            run = self.scan(self.write("river.yaml", self.manifest()), out=out)
            assert run.code in (0, 1), run.stderr
        return Run(0, "", "", out)

    def manifest(self) -> str:
        chain = self.chain.chain_id
        safe = self.safe()
        return (
            "schema: 1\nname: River DAO\ntargets:\n"
            f'  - {{id: "eip155:{chain}:{safe}", role: treasury}}\n'
            f'  - {{id: "eip155:{chain}:{self.dao.governor}", role: governor}}\n'
            f'  - {{id: "eip155:10:{ELSEWHERE}", role: treasury}}\n'
            "accountability:\n"
            "  wrapper: {type: tennessee-do, number: 000123456,\n"
            f'            public_identifiers: ["eip155:{chain}:{self.dao.governor}"]}}\n'
            "  contact: legal@river.example\n"
            "  response:\n"
            '    - {about: RSP-001, text: "Two days <b>are</b> what members voted for."}\n'
        )

    def safe(self) -> str:
        return self.dao.parts["grants"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        (dao,) = deploy_all(chain, sourcify, only=("healthy",))
        yield Place(chain, sourcify, dao, tmp_path_factory.mktemp("brought"))


def outcome(run: Run, rule: str) -> set[str]:
    return {one["status"] for one in run.report["outcomes"] if one["rule_id"] == rule}


def beneficiary(run: Run) -> str:
    parties = run.snapshot["dao"]["counterparties"]["items"]
    return next(one["address"] for one in parties if "proposal beneficiary" in one["relations"])


def test_a_manifest_names_the_dao_its_treasuries_and_what_is_on_another_chain(place: Place) -> None:
    snapshot, report = place.plain.snapshot, place.plain.report
    assert snapshot["target"]["name"] == "River DAO"
    assert snapshot["target"]["address"] == place.dao.governor
    assert place.safe() in {one["address"] for one in snapshot["treasury"]["items"]}
    gap = next(one for one in snapshot["gaps"] if ELSEWHERE in one["subject"])
    assert gap["detail"] == "other chain: give --rpc-url of a node of chain 10"
    assert not snapshot["treasury"]["complete"]
    assert {"manifest river.yaml", "accountability river.yaml"} <= {one["name"] for one in report["inputs"]}


def test_what_the_operator_states_is_matched_and_the_response_is_printed(place: Place) -> None:
    told = place.plain.snapshot["dao"]["accountability"]
    assert told["registration_number"]["value"] == "000123456"
    assert {piece["uri"] for piece in told["contact"]["evidence"]} == {"river.yaml"}
    assert outcome(place.plain, "ACC-007") == {"pass"}
    assert outcome(place.plain, "ACC-001") == {"pass"}
    assert outcome(place.plain, "ACC-006") == {"finding"}
    assert outcome(place.plain, "ACC-010") == {"unknown"}
    page = (place.plain.out / "report.html").read_text("utf-8")
    assert "Two days &lt;b&gt;are&lt;/b&gt; what members voted for." in page
    assert "not evidenced" in page
    assert str(place.folder) not in page


def test_counterparties_are_roles_contracts_and_beneficiaries_and_never_members(place: Place) -> None:
    snapshot = place.plain.snapshot
    parties = {one["address"]: one["relations"] for one in snapshot["dao"]["counterparties"]["items"]}
    assert "contract" in parties[place.dao.governor]
    owners = [owner["address"] for safe in snapshot["safes"]["items"] for owner in safe["owners"]["items"]]
    assert owners
    assert all("role" in parties[owner] for owner in owners)
    voters = place.chain.accounts[1:6]
    proposers = {one["proposer"] for one in snapshot["proposals"]["items"]}
    named = set(owners) | proposers | {beneficiary(place.plain)}
    assert not [one for one in voters if one in parties and one not in named and "role" not in parties[one]]


def test_a_saved_snapshot_is_compared_with_dated_lists_and_with_a_newer_edition(place: Place, tmp_path: Path) -> None:
    listed = beneficiary(place.plain)
    old = place.write("old.csv", f"address,entity,listed,delisted\n{listed},AN ENTITY,2022-08-08,2025-03-21\n")
    new = place.write("new.csv", f"address,entity,list,list_snapshot\n{ELSEWHERE},OTHER,X,2025-12-20\n")
    kept = place.run("lists", "import", old, "--name", "SDN", "--published", "2024-09-27", "--source", "a test")
    assert kept.code == 0, kept.stderr
    assert "SDN of 2024-09-27 kept: 1 EVM addresses, 0 others" in kept.stdout
    shutil.copytree(place.plain.out, tmp_path / "scan")
    snapshot = str(tmp_path / "scan" / "snapshot.json")
    before = (tmp_path / "scan" / "snapshot.json").read_bytes()

    first = place.run("report", snapshot, "--list", "SDN", "--allow-incomplete", out=tmp_path / "one")
    (hit,) = hits(first)
    assert (hit["status"], hit["list_date"], hit["stale"]) == ("listed", "2024-09-27", True)
    assert "on the list of 2024-09-27 as AN ENTITY" in hit["text"]

    assert place.run("lists", "import", new, "--name", "SDN").code == 0
    second = place.run("report", snapshot, "--imported-lists", "--allow-incomplete", out=tmp_path / "two")
    (hit,) = hits(second)
    assert (hit["status"], hit["first_absent"]) == ("formerly-listed", "2025-12-20")
    assert {piece["kind"] for piece in hit["evidence"]} == {"log"}
    (finding,) = [one for one in second.report["findings"] if one["rule_id"] == "LST-001"]
    assert finding["severity"] == "info"
    assert "formerly listed as AN ENTITY: last seen 2024-09-27, first absent 2025-12-20" in finding["message"]
    names = [one["name"] for one in second.report["inputs"]]
    assert {"list SDN of 2024-09-27", "list SDN of 2025-12-20"} <= set(names)
    page = (second.out / "report.html").read_text("utf-8")
    assert "last seen" in page
    assert "2025-12-20" in page
    assert (tmp_path / "scan" / "snapshot.json").read_bytes() == before

    shown = place.run("lists", "show", "sdn")
    assert shown.stdout.count("SDN of ") == 2
    assert "AN ENTITY" in shown.stdout
    assert place.run("lists", "remove", "SDN", "--published", "2024-09-27").stdout == "SDN of 2024-09-27 removed\n"
    third = place.run("report", snapshot, "--list", "SDN", "--allow-incomplete", out=tmp_path / "three")
    assert hits(third) == []
    assert place.run("lists", "remove", "SDN").code == 0
    assert "no list is kept here" in place.run("lists", "show").stdout
    gone = place.run("report", snapshot, "--list", "SDN", out=tmp_path / "four")
    assert (gone.code, "no such file or imported list" in gone.stderr) == (2, True)


def hits(run: Run) -> list[dict[str, Any]]:
    assert run.code in (0, 1), run.stderr
    return list(run.report["governance"]["dao"]["listed"]["items"])


def test_a_watch_list_says_only_that_an_identifier_was_met(place: Place, tmp_path: Path) -> None:
    watch = place.write("watch.txt", f"# mine\n{beneficiary(place.plain)}\n000123456\n{ELSEWHERE}\n")
    run = place.run(
        "report", str(place.plain.out / "snapshot.json"), "--watch", watch, "--allow-incomplete", out=tmp_path / "out"
    )
    (finding,) = [one for one in run.report["findings"] if one["rule_id"] == "LST-003"]
    assert finding["severity"] == "info"
    assert "Of 3 identifiers on the reader's own watch list these were met" in finding["message"]
    assert "000123456 (registration number)" in finding["message"]
    assert ELSEWHERE not in finding["message"]
    wrong = place.write("words.txt", f"{ELSEWHERE}\nsome words\n")
    refused = place.run("report", str(place.plain.out / "snapshot.json"), "--watch", wrong, out=tmp_path / "no")
    assert (refused.code, (tmp_path / "no").exists()) == (2, False)
    assert "words.txt:2" in refused.stderr


def test_a_response_can_be_put_into_a_report_later(place: Place, tmp_path: Path) -> None:
    words = place.write("accountability.yaml", "schema: 1\nresponse: |\n  We read the report.\n  It is fair.\n")
    arguments = ("report", str(place.plain.out / "snapshot.json"), "--accountability", words, "--allow-incomplete")
    run = place.run(*arguments, out=tmp_path / "out")
    assert run.code in (0, 1), run.stderr
    page = (run.out / "report.html").read_text("utf-8")
    assert "We read the report.\nIt is fair." in page
    assert "Two days" not in page


def test_documents_outside_the_chain_do_not_make_a_verification_incomplete(place: Place) -> None:
    done = place.run("verify", str(place.plain.out / "snapshot.json"), "--rpc-url", place.chain.url)
    assert done.code == 0, done.stderr
    assert "note: documents outside the chain are not read again: 1" in done.stdout
    assert "0 mismatch, 0 unavailable" in done.stdout


def test_documents_are_fetched_only_from_hosts_that_the_user_names(place: Place, tmp_path: Path) -> None:
    told = place.plain.snapshot["dao"]["accountability"]["dao_document"]
    assert (told["status"], told["detail"]) == (
        "unknown",
        "not evidenced: documents were not asked for (--fetch-documents)",
    )
    named = ("--fetch-documents", "--document-host", "other.example")
    run = place.scan(place.dao.governor, *named, out=tmp_path / "out")
    detail = run.snapshot["dao"]["accountability"]["dao_document"]["detail"]
    assert detail == "not evidenced: its host river.example is not allowed (--document-host)"
    node = ("scan", place.dao.governor, "--rpc-url", place.chain.url)
    no_host = place.run(*node, "--fetch-documents", out=tmp_path / "no")
    assert (no_host.code, "names no host" in no_host.stderr) == (2, True)
    not_asked = place.run(*node, "--document-host", "river.example", out=tmp_path / "no")
    assert (not_asked.code, "only with --fetch-documents" in not_asked.stderr) == (2, True)


def test_a_manifest_without_an_address_on_the_chain_says_which_chains_it_names(place: Place, tmp_path: Path) -> None:
    text = f'schema: 1\nname: x\ntargets: [{{id: "eip155:10:{ELSEWHERE}"}}]\n'
    run = place.scan(place.write("other.yaml", text), out=tmp_path / "out")
    assert (run.code, (tmp_path / "out").exists()) == (2, False)
    assert "it names chain 10" in run.stderr


def test_the_oracle_of_a_chain_is_asked_for_every_counterparty_at_the_pinned_block(
    place: Place, tmp_path: Path
) -> None:
    """Last: from here on the chain has another id. Ours stands where the oracle stands on that chain."""
    assert place.plain.snapshot["dao"]["sanctions_oracle"] == ""
    assert outcome(place.plain, "LST-002") == {"not-applicable"}
    named = beneficiary(place.plain)
    before = place.chain.chain_id
    place.chain.rpc("anvil_setChainId", 1)
    oracle = oracle_of(1)
    without = place.scan(place.dao.governor, out=tmp_path / "without")
    assert outcome(without, "LST-002") == {"unknown"}
    (why,) = {one["on_oracle"]["detail"] for one in without.snapshot["dao"]["counterparties"]["items"]}
    assert why == "the sanctions oracle was not there yet at the pinned block"

    place.chain.rpc("anvil_setChainId", before)
    made = place.chain.deploy(place.chain.accounts[0], Workshop().contract(_RECIPE, "NamedList").code)
    place.chain.rpc("anvil_setCode", oracle, place.chain.code(made))
    place.chain.send(place.chain.accounts[0], oracle, encode_call("addToSanctionsList(address[])", ((named,),)))
    place.chain.rpc("anvil_setChainId", 1)
    run = place.scan(place.dao.governor, out=tmp_path / "with")
    parties = run.snapshot["dao"]["counterparties"]["items"]
    assert [one["address"] for one in parties if one["on_oracle"]["value"]] == [named]
    assert {piece["kind"] for one in parties for piece in one["on_oracle"]["evidence"]} == {"call"}
    assert {piece["address"] for one in parties for piece in one["on_oracle"]["evidence"]} == {oracle}
    (finding,) = [one for one in run.report["findings"] if one["rule_id"] == "LST-002"]
    assert (finding["severity"], run.code) == ("high", 1)
    assert f"{oracle} names at the pinned block: 1" in finding["message"]
    again = daoscan("verify", str(run.out / "snapshot.json"), "--rpc-url", place.chain.url, "--json")
    wrong = [one for one in json.loads(again.stdout)["results"] if one["verdict"] != "match"]
    assert wrong == []
