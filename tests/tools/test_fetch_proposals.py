"""Recorded proposals: fetched from a real node, read again, and made into mutants."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from fixtures.catalogue import deploy_all
from fixtures.localchain import LocalChain
from fixtures.replay import Recorded, chain_of, look_alike, read_recorded
from scanner.discovery.families.told import RawAction, RawProposal
from scanner.proposals.confirm import proposal_hash
from tests.discovery.support import log
from tools.bench import proposals as bench
from tools.bench.decoding import decode_recorded, nested_reached, own_calls_named
from tools.bench.mutants import KINDS, PER_PROPOSAL, Setting, mutants
from tools.fetch_proposals import main

_ADDRESSES = tuple("0x" + f"{number:02x}" * 20 for number in range(0xA1, 0xA7))


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fetched") / "proposals.json"
    with LocalChain() as chain:
        daos = deploy_all(chain, None, only=("healthy", "uniswap-alpha"))
        assert main([chain.url, *(dao.governor for dao in daos), "--out", str(out)]) == 0
    return out


def test_a_file_holds_every_proposal_as_its_event_tells_it(fetched: Path) -> None:
    document = json.loads(fetched.read_text("utf-8"))
    assert chain_of(fetched) == document["chain_id"] == 31337
    groups = {name: rows for name, rows in document.items() if isinstance(rows, list)}
    assert sorted(len(rows) for rows in groups.values()) == [2, 4]
    recorded = read_recorded(fetched)
    assert len(recorded) == 6
    hashed = [one for one in recorded if _hash(one) in _ids(document)]
    assert len(hashed) == 4, "the ids of the OpenZeppelin governor are hashes of what was read"


def _ids(document: dict[str, object]) -> set[int]:
    return {int(row["proposalId"]) for rows in document.values() if isinstance(rows, list) for row in rows}


def _hash(one: Recorded) -> int:
    rows = zip(one.targets, one.values, one.calldatas, strict=True)
    actions = tuple(RawAction(target, value, "", data) for target, value, data in rows)
    return proposal_hash(RawProposal("", 0, one.proposer, actions, 0, 0, one.description, log(_ADDRESSES[0], ())))


def test_a_signature_that_stands_apart_is_put_before_its_arguments(fetched: Path) -> None:
    recorded = read_recorded(fetched)
    named, own = own_calls_named(recorded)
    assert named == own > 0
    assert nested_reached(recorded) == (0, 0)


def test_a_node_that_does_not_answer_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["http://127.0.0.1:9", _ADDRESSES[0], "--out", str(tmp_path / "none.json")])
    assert code == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "none.json").exists()


def test_without_a_file_and_with_one_of_another_chain_it_is_not_measured(
    fetched: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench._recorded("") == ()
    assert bench._recorded(str(fetched)) == ()
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "proposals.recorded not measured: DAOSCAN_PROPOSALS names no file"
    assert "of chain 31337" in said[1]


def _recorded(count: int) -> list[Recorded]:
    data = "0xbeabacc8" + "".join(one[2:].rjust(64, "0") for one in (_ADDRESSES[0], _ADDRESSES[1])) + f"{5:064x}"
    return [
        Recorded("treasury", number, _ADDRESSES[2], (_ADDRESSES[3],), (0,), (data,), f"Pay number {number}.")
        for number in range(count)
    ]


def test_mutants_are_the_same_every_time_and_have_every_kind_in_both_halves() -> None:
    recorded = _recorded(120)
    settings = {index: [Setting(*_ADDRESSES, one)] * PER_PROPOSAL for index, one in enumerate(recorded)}
    made = mutants(recorded, settings)
    assert made == mutants(recorded, settings)
    assert len(made) == 120 * PER_PROPOSAL
    assert len({one.id for one in made}) == len(made)
    halves = Counter((one.kind, one.held_out) for one in made)
    assert all(halves[(kind.name, half)] for kind in KINDS for half in (True, False))
    said = sum(one.said for one in made)
    assert 0.1 < said / len(made) < 0.3


def test_a_mutant_has_the_calls_of_its_proposal_and_more_that_can_be_read() -> None:
    recorded = _recorded(len(KINDS) // PER_PROPOSAL + 1)
    settings = {index: [Setting(*_ADDRESSES, one)] * PER_PROPOSAL for index, one in enumerate(recorded)}
    made = mutants(recorded, settings)
    assert {one.kind for one in made} == {kind.name for kind in KINDS}
    for mutant in made:
        before = recorded[mutant.proposal.number]
        if mutant.kind != "payee-look-alike":
            assert all(data in mutant.proposal.calldatas for data in before.calldatas)
            assert len(mutant.proposal.targets) > len(before.targets)
        assert all(call.name for call in decode_recorded(mutant.proposal)), mutant.kind


def test_a_look_alike_has_both_ends_of_the_other() -> None:
    other = look_alike(_ADDRESSES[0])
    assert other != _ADDRESSES[0]
    assert (other[:8], other[-4:], len(other)) == (_ADDRESSES[0][:8], _ADDRESSES[0][-4:], 42)
