"""Everything on chain is hostile input: contracts that lie, shout and waste, scanned by the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils import keccak

from fixtures.localchain import LocalChain, project_root
from fixtures.sourcify_server import SourcifyServer
from scanner.chain.abi import topic
from scanner.discovery.battery import (
    DEFAULT_ADMIN_ROLE,
    EIP1967_BEACON,
    EIP1967_IMPLEMENTATION,
    PROPOSAL_CREATED,
    PROPOSAL_EXECUTED,
    PROPOSER_ROLE,
    ROLE_GRANTED,
    ROLE_REVOKED,
    TRANSFER,
    VOTE_CAST,
    VOTE_CAST_ALPHA,
)
from scanner.pipeline import dump_snapshot, load_snapshot
from tests.e2e.conftest import Field, Run, daoscan
from tests.e2e.puppets import BURN, MEGABYTE, REPLY, REVERT, Stage, proposal, raw, reply, word
from tests.render.test_html import Page
from tests.schemas import published

SECONDS = 60
_CHECKABLE_BYTES = 20_000_000
"""The schema checker takes a minute for a report of 10,000 calls; a smaller one has every sort of thing as well."""

_CALL_GAS = 50_000_000
"""What nodes give a call when they are not told otherwise (the default of go-ethereum and reth)."""

_MAX = 2**256 - 1
_BREAKOUT = "</script><img src=x onerror=alert(1)>"
_BABEL = _BREAKOUT.encode() + b"\xff\xfe\x00 \xc3\x28 " + "\u202egnp.exe\u202c\u200b".encode() + b"\x1b[2J"
_RAW_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        yield Field(chain, sourcify, {}, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def stage(place: Field) -> Stage:
    return Stage(place.chain)


def _scan(place: Field, address: str, name: str) -> Run:
    """Scan, and check what holds of every scan whatever it finds."""
    place.chain.rpc("evm_setBlockGasLimit", hex(_CALL_GAS))
    place.chain.mine(2)
    run = daoscan("scan", address, *place.options(), "--no-cache", out=place.folder / name)
    place.chain.rpc("evm_setBlockGasLimit", hex(2**63))
    place.chain.mine()
    assert run.code in (0, 1, 3), run.stderr[-3000:]
    assert "Traceback" not in run.stderr + run.stdout
    assert 0 < run.seconds < SECONDS, f"{run.seconds:.0f} s"
    assert not _RAW_TEXT.search(run.stdout + run.stderr)
    if (run.out / "report.json").stat().st_size < _CHECKABLE_BYTES:
        assert published().errors(run.report) == []
    page = (run.out / "report.html").read_text("utf-8")
    read = Page(page)
    assert read.tags.count("script") == 1  # the page's own, which its policy names by digest
    assert not {"img", "iframe", "object", "embed", "base", "form"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert {link for link in read.links if not link.startswith("#")} <= {"data:,"}
    assert not _RAW_TEXT.search(page)
    kept = (run.out / "snapshot.json").read_bytes()
    assert dump_snapshot(load_snapshot(kept, "snapshot.json")) == kept
    return run


def _statuses(run: Run, rule: str, subject: str = "") -> set[str]:
    return {
        one["status"]
        for one in run.report["outcomes"]
        if one["rule_id"] == rule and (not subject or subject in json.dumps(one["subject"]))
    }


def _only(run: Run, kind: str, address: str) -> dict[str, Any]:
    (found,) = [one for one in run.snapshot[kind]["items"] if one["address"] == address]
    return dict(found)


def test_text_that_is_no_text(place: Field, stage: Stage) -> None:
    noise = raw(word(32) + word(len(_BABEL)) + _BABEL + bytes(-len(_BABEL) % 32))
    token = stage.token({"name()": noise, "symbol()": noise})
    loud = dict.fromkeys(("name()", "version()", "VERSION()", "daoURI()"), noise)
    governor = stage.governor(loud, token=token.address)
    run = _scan(place, governor.address, "babel")
    assert _BREAKOUT in _only(run, "governors", governor.address)["name"]["value"]
    assert "&lt;img src=x onerror" in (run.out / "report.html").read_text("utf-8")


def test_getters_that_answer_nonsense(place: Field, stage: Stage) -> None:
    governor = stage.governor({})
    governor.learn(
        {
            "guardian()": raw(b"\xde\xad" * 16),
            "admin()": reply("address", governor.address),
            "vetoer()": raw(word(1)),
            "executor()": raw(keccak(b"random")),
            "timelock()": raw(b"\xff" * 12 + b"\x22" * 20),
            "owner()": raw(word("0x" + "ab" * 20)),
            "token()": raw(b"\x01"),
            "getOwners()": raw(word(32) + word(2**255)),
            "symbol()": raw(word(_MAX) + word(5)),
            "votingDelay()": raw(b"\x00" * 31),
        }
    )
    run = _scan(place, governor.address, "nonsense")
    assert _statuses(run, "RSP-001") == {"unknown"}


@pytest.mark.parametrize("named", [True, False], ids=["governor", "anything"])
def test_every_view_burns_all_gas(place: Field, stage: Stage, named: bool) -> None:
    puppet = stage.governor({}) if named else stage.puppet()
    puppet.otherwise(BURN)
    run = _scan(place, puppet.address, f"burner-{named}")
    for rule in ("CTL-005", "CTL-011", "TRE-001"):
        assert "pass" not in _statuses(run, rule), rule


def test_every_view_returns_a_megabyte(place: Field, stage: Stage) -> None:
    governor = stage.governor({"name()": (MEGABYTE, (_BREAKOUT + " " * 32).encode()[:32])}).otherwise(
        MEGABYTE, b"\xff\xfe<script>\x00" + b"A" * 20
    )
    run = _scan(place, governor.address, "megabyte")
    assert sum(path.stat().st_size for path in run.out.iterdir()) < 60_000_000


def test_every_view_returns_ones(place: Field, stage: Stage) -> None:
    ones = raw(b"\xff" * 32)
    token = stage.token({"totalSupply()": ones, "decimals()": ones})
    timelock = stage.puppet().otherwise(REPLY, b"\xff" * 32)
    governor = stage.governor(
        {
            "token()": reply("address", token.address),
            "timelock()": reply("address", timelock.address),
            **dict.fromkeys(("votingDelay()", "votingPeriod()", "proposalThreshold()", "quorum(uint256)"), ones),
            "getMinDelay()": (REVERT, b""),
            "clock()": (REVERT, b""),
            "lateQuorumVoteExtension()": ones,
            "proposalVotes(uint256)": raw(b"\xff" * 96),
            "state(uint256)": raw(word(255)),
            "proposalEta(uint256)": ones,
        }
    ).otherwise(REPLY, b"\xff" * 32)
    text = encode(
        ["uint256", "address", "address[]", "uint256[]", "string[]", "bytes[]", "uint256", "uint256", "string"],
        [_MAX, "0x" + "ff" * 20, ["0x" + "ff" * 20], [_MAX], [""], [b""], _MAX, _MAX, "all"],
    )
    governor.say(((PROPOSAL_CREATED,), text))
    for count in (1, 2, 3):
        weight = encode(["uint256", "uint8", "uint256", "string"], [_MAX, 1, _MAX, ""])
        governor.say(((VOTE_CAST, word(count)), weight))
    run = _scan(place, governor.address, "ones")
    assert _only(run, "governors", governor.address)["voting_period"]["value"] == str(_MAX)
    seconds = _only(run, "governors", governor.address)["voting_period_seconds"]
    assert int(seconds["value"]) > 10**79, "more digits than a uint256 has"
    assert len(run.snapshot["proposals"]["items"]) == 1


def test_nothing_but_ones(place: Field, stage: Stage) -> None:
    puppet = stage.puppet().otherwise(REPLY, b"\xff" * 32)
    _scan(place, puppet.address, "only-ones")


def test_forged_proposals_and_votes(place: Field, stage: Stage) -> None:
    token = stage.token()
    governor = stage.governor(
        {"state(uint256)": reply("uint8", 7), "proposalVotes(uint256)": raw(word(0) + word(5) + word(0))},
        token=token.address,
    )
    target = token.address
    transfer = keccak(text="transfer(address,uint256)")[:4]
    logs = [
        proposal(1, [target, target], calls=[b""], values=[0]),
        proposal(_MAX, [target], calls=[b""], values=[_MAX]),
        proposal(_MAX, [governor.address], calls=[transfer], values=[0]),
        proposal(7, [target], calls=[transfer + b"\x01"], values=[0], text=_BABEL.decode("utf-8", "replace")),
        proposal(7, [], text="# " + "w\u0301" * 5),
        proposal(9, [target], calls=[transfer + word(1) + word(_MAX)], values=[0], text="D" * 300_000),
        proposal(10, [target], calls=[b"\x00" * 3], values=[0])[:-40],
        b"",
        b"\xff" * 320,
    ]
    for data in logs:
        governor.say(((PROPOSAL_CREATED,), data))
    governor.crowd(8, target, 10_000)
    votes = [
        ((VOTE_CAST, word(3)), encode(["uint256", "uint8", "uint256", "string"], [7, 1, _MAX, ""])),
        ((VOTE_CAST,), encode(["uint256", "uint8", "uint256", "string"], [7, 200, 1, _BREAKOUT])),
        ((VOTE_CAST_ALPHA,), b"\xff" * 128),
        ((PROPOSAL_EXECUTED,), word(7)),
        ((PROPOSAL_EXECUTED,), word(7)),
        ((PROPOSAL_EXECUTED,), b"\x07"),
    ]
    governor.say(*votes)
    run = _scan(place, governor.address, "forged")
    proposals = run.snapshot["proposals"]
    assert not proposals["complete"]
    assert {one["id"] for one in proposals["items"]} >= {"7", "8", "9", str(_MAX)}
    assert len({one["id"] for one in proposals["items"]}) == len(proposals["items"])
    seven = [one for one in proposals["items"] if one["id"] == "7"]
    assert all(one["voters"]["status"] == "unknown" for one in seven), "forged votes must not count"
    assert len(run.stdout + run.stderr) < 200_000


def _granted(role: str, member: str) -> tuple[tuple[str | bytes, ...], bytes]:
    return (ROLE_GRANTED, role, word(member), word(1)), b""


def _timelock(stage: Stage, holds: bool | None) -> Any:
    answers = {"getMinDelay()": reply("uint256", 172_800)}
    if holds is not None:
        answers["hasRole(bytes32,address)"] = reply("bool", holds)
    return stage.puppet(answers)


@pytest.mark.parametrize("holds", [False, None], ids=["denied", "no-hasRole"])
def test_a_role_that_the_contract_does_not_confirm_is_not_believed(
    place: Field, stage: Stage, holds: bool | None
) -> None:
    timelock = _timelock(stage, holds)
    governor = stage.governor({"timelock()": reply("address", timelock.address)}, token=stage.token().address)
    timelock.say(_granted(PROPOSER_ROLE, governor.address), _granted(DEFAULT_ADMIN_ROLE, governor.address))
    run = _scan(place, governor.address, f"unconfirmed-{holds}")
    found = _only(run, "timelocks", timelock.address)
    assert found["proposers"]["items"] == []
    assert governor.address not in {edge["actor"] for edge in run.snapshot["controls"]["items"]
                                    if edge["contract"] == timelock.address}  # fmt: skip
    if holds is None:
        assert found["proposer_outside_vote"]["status"] == "unknown"
        for rule in ("CTL-001", "CTL-004"):
            assert _statuses(run, rule, timelock.address) <= {"unknown"}


def test_a_forged_revocation_hides_nobody(place: Field, stage: Stage) -> None:
    timelock = _timelock(stage, True)
    governor = stage.governor({"timelock()": reply("address", timelock.address)}, token=stage.token().address)
    key = place.chain.accounts[7]
    timelock.say(
        _granted(PROPOSER_ROLE, governor.address),
        _granted(DEFAULT_ADMIN_ROLE, key),
        ((ROLE_REVOKED, DEFAULT_ADMIN_ROLE, word(key), word(1)), b""),
    )
    run = _scan(place, governor.address, "revoked")
    found = _only(run, "timelocks", timelock.address)
    assert [one["address"] for one in found["admins"]["items"]] == [key]
    assert _statuses(run, "CTL-001", timelock.address) == {"finding"}


def test_thousands_of_forged_roles(place: Field, stage: Stage) -> None:
    timelock = _timelock(stage, None).chatter(ROLE_GRANTED, 5_000)
    governor = stage.governor({"timelock()": reply("address", timelock.address)})
    run = _scan(place, governor.address, "chatter")
    assert _only(run, "timelocks", timelock.address)["admin_outside_vote"]["status"] == "unknown"
    assert run.code == 3 or run.report["gaps"]


def test_rings(place: Field, stage: Stage) -> None:
    first, second, third, own = (stage.puppet() for _ in range(4))
    for one, owner in ((first, second), (second, third), (third, first), (own, own)):
        one.learn({"owner()": reply("address", owner.address)})
    itself, left, right, beacon, behind = (stage.puppet() for _ in range(5))
    itself.write(EIP1967_IMPLEMENTATION, itself.address)
    left.write(EIP1967_IMPLEMENTATION, right.address)
    right.write(EIP1967_IMPLEMENTATION, left.address)
    behind.write(EIP1967_BEACON, beacon.address)
    delegated = place.chain.accounts[9]
    place.chain.rpc("anvil_setCode", delegated, "0xef0100" + first.address[2:])
    governor = stage.governor(
        {
            "token()": reply("address", itself.address),
            "timelock()": reply("address", left.address),
            "executor()": reply("address", behind.address),
            "guardian()": reply("address", first.address),
            "vetoer()": reply("address", delegated),
            "owner()": reply("address", own.address),
            "treasury()": reply("address", right.address),
        }
    )
    run = _scan(place, governor.address, "rings")
    found = _only(run, "governors", governor.address)
    assert found["guardian_kind"].get("value") == "eoa"
    assert found["admin_kind"]["status"] == "unknown"
    refused = daoscan("scan", delegated, *place.options(), out=place.folder / "delegated")
    assert refused.code == 2
    assert "EIP-7702" in refused.stderr


@pytest.mark.parametrize("threshold", [0, 501])
def test_a_safe_lookalike(place: Field, stage: Stage, threshold: int) -> None:
    owners = ["0x" + keccak(word(number))[:20].hex() for number in range(500)]
    safe = stage.puppet(
        {
            "getOwners()": reply("address[]", owners),
            "getThreshold()": reply("uint256", threshold),
            "getModulesPaginated(address,uint256)": (
                REPLY,
                encode(["address[]", "address"], [[], "0x" + "00" * 19 + "01"]),
            ),
        }
    )
    run = _scan(place, safe.address, f"safe-{threshold}")
    assert _statuses(run, "CTL-007", safe.address) <= {"finding", "unknown"}


@pytest.mark.parametrize("supply", [0, _MAX])
def test_a_token_whose_books_do_not_add_up(place: Field, stage: Stage, supply: int) -> None:
    token = stage.token({"totalSupply()": reply("uint256", supply)})
    governor = stage.governor({}, token=token.address)
    holder, nobody = word(0xAA), word(0xBB)
    token.say(
        ((TRANSFER, word(0), holder), word(_MAX)),
        ((TRANSFER, word(0), holder), word(_MAX)),
        ((TRANSFER, nobody, word(governor.address)), word(5)),
        ((TRANSFER, word(0), holder), b""),
        ((TRANSFER, word(0), holder), b"\x01"),
        ((TRANSFER,), b""),
    )
    run = _scan(place, governor.address, f"token-{supply}")
    assert _only(run, "tokens", token.address)["top_holder_bps"]["status"] == "unknown"
    assert _statuses(run, "TOK-006", token.address) <= {"unknown"}
    if supply == 0:
        assert "pass" not in _statuses(run, "CAP-002") | _statuses(run, "CAP-003")


def _source(text: str, path: str = "A.sol") -> dict[str, Any]:
    return {"language": "Solidity", "sources": {path: {"content": text}}, "settings": {}}


def test_hostile_sources(place: Field, stage: Stage) -> None:
    good = "pragma solidity 0.8.28; contract A {}"
    bad: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("../../x.sol:A", "0.8.28+commit.7893614a", _source(good, "../../x.sol")),
        ("A.sol:A", "0.8.28+commit.7893614a", _source("contract A { this is no source")),
        ("A.sol:A", "0.8.99+commit.00000000", _source(good)),
        (f"A.sol:{_BREAKOUT}", "0.8.28+commit.7893614a", _source(good)),
    )
    getters = ("token()", "timelock()", "guardian()", "owner()")
    parts = [stage.puppet({"symbol()": reply("string", "S")}) for _ in bad]
    for part, (contract, compiler, standard_json) in zip(parts, bad, strict=True):
        abi = [
            {"type": "function", "name": f"x{_BREAKOUT}", "inputs": [], "outputs": [{"type": "address"}]},
            {"type": "function", "name": "f", "stateMutability": "view", "inputs": [{"type": "uint256[" * 50}]},
            {"type": "function"},
        ]
        place.sourcify.add(
            place.chain.chain_id, part.address, standard_json=standard_json, contract=contract, compiler=compiler,
            abi=abi, runtime_code=place.chain.code(part.address),
        )  # fmt: skip
    governor = stage.governor(
        {getter: reply("address", part.address) for getter, part in zip(getters, parts, strict=True)}
    )
    run = _scan(place, governor.address, "sources")
    gaps = {gap["subject"] for gap in run.report["gaps"]}
    assert {part.address for part in parts[1:]} <= gaps
    home = project_root()
    assert not [path for path in (home, home.parent, Path(gettempdir())) if (path / "x.sol").exists()]
    for part in parts[1:]:
        assert "pass" not in _statuses(run, "COD-005", part.address)


def test_event_topics_are_what_they_are_called() -> None:
    assert topic("RoleGranted(bytes32,address,address)") == ROLE_GRANTED
