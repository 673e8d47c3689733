"""Proposal contracts that look up whom they call: what the chain answers, and where an answer counts for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from fixtures.contract import calldata
from fixtures.localchain import LocalChain
from fixtures.rpc import RpcError
from scanner.chain.abi import encode_call, selector
from scanner.chain.interface import CallRead, CodeRead, Read
from scanner.code.evm.memory import Bytes
from scanner.code.evm.way import Setting
from scanner.model.evidence import CallEvidence
from scanner.model.kinds import Effect
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.proposals import Action, Proposal
from scanner.proposals.spell.calls import Walks
from scanner.proposals.spell.run import Question, run
from tests.discovery.support import AT, BLOCK, code
from tests.proposals.spell.conftest import Deployed
from tests.proposals.support import KEY, SAFE, TIMELOCK, TOKEN, Answering, call, read_one, value

_RUN = "execTransactionFromModule(address,uint256,bytes,uint8)"
_GET = "getAddress(bytes32)"
_WHEN = f"by an answer read at block {BLOCK.number}"


def _name(text: str) -> str:
    return "0x" + text.encode().ljust(32, b"\0").hex()


@dataclass
class _Live(Answering):
    """Asks a node for code and calls, and keeps what it was asked."""

    node: LocalChain | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked: list[CallRead] = []

    def _answer(self, read: Read) -> Known[Any] | Unknown:
        assert self.node is not None
        if isinstance(read, CodeRead) and read.address not in self.codes:
            return code(read.address, self.node.code(read.address))
        if not isinstance(read, CallRead) or self.node.code(read.address) == "0x":
            return super()._answer(read)
        self.asked.append(read)
        try:
            data = self.node.call(read.address, read.data, sender=read.sender)
        except RpcError:
            return super()._answer(read)
        proof = CallEvidence(**AT.model_dump(), address=read.address, data=read.data, result=data, sender=read.sender)
        return Known(value=data, evidence=(proof,))


@dataclass(frozen=True)
class _Town:
    """A registry of names, an office that it names, and a spell that asks both."""

    registry: str
    office: str
    spell: str
    node: LocalChain

    def run(self, signature: str, *before: tuple[str, int, str]) -> tuple[Proposal, _Live]:
        """A Safe runs the spell by delegatecall, after other calls."""
        chain = _Live(codes={TOKEN: "0x6001"}, node=self.node)
        outer = call(SAFE, _RUN, self.spell, 0, selector(signature), 1)
        return read_one(*before, outer, chain=chain), chain


@pytest.fixture
def town(deployed: Deployed, spell_chain: LocalChain) -> _Town:
    registry, _ = deployed("Registry", file="Looking.sol")
    office, _ = deployed("Office", TOKEN, file="Looking.sol")
    spell, _ = deployed("LookingSpell", registry, file="Looking.sol")
    for name, address in (("ROLES", TIMELOCK), ("KEY", KEY), ("OFFICE", office)):
        data = calldata("setAddress(bytes32,address)", _name(name), address)
        spell_chain.send(spell_chain.accounts[0], registry, data)
    return _Town(registry, office, spell, spell_chain)


def _grants(one: Proposal) -> list[Action]:
    return [a for a in one.actions if isinstance(a.function, Known) and a.function.value.startswith("grantRole")]


def _open(one: Proposal) -> list[str]:
    return [a.function.detail for a in one.actions if isinstance(a.function, Unknown)]


def test_whom_it_calls_is_asked_of_the_chain_and_the_call_says_so(town: _Town) -> None:
    one, chain = town.run("execute()")
    first, second = _grants(one)
    assert (first.target, second.target) == (TIMELOCK, TOKEN)
    assert not _open(one)
    for grant in (first, second):
        assert grant.target_label.endswith(_WHEN)
        assert _WHEN in grant.function.derivation  # type: ignore[union-attr]
        assert grant.effect is Effect.ROLE
    assert [(piece.address, piece.data) for piece in first.function.evidence if isinstance(piece, CallEvidence)] == [
        (town.registry, encode_call(_GET, (_name("ROLES"),)))
    ]
    assert [piece.address for piece in second.function.evidence if isinstance(piece, CallEvidence)] == [town.office]
    assert {read.sender for read in chain.asked} == {SAFE}, "asked as the account as which the spell runs"
    assert len(chain.asked) == len({(read.address, read.data) for read in chain.asked}), "each once"


def test_an_answer_may_be_another_when_it_runs(town: _Town) -> None:
    one, _ = town.run("execute()")
    for grant in _grants(one):
        assert isinstance(grant.code_replaceable, Unknown)
        assert "the answer may be another" in grant.code_replaceable.detail
    first, second = _grants(one)
    assert [item.value for item in first.arguments][1] == "?", "what is looked up for an argument stays open"
    assert isinstance(first.beneficiary, Unknown)
    assert value(second.beneficiary) == SAFE


def test_both_ways_are_gone_whatever_the_answer_is(town: _Town) -> None:
    one, _ = town.run("cast()")
    assert sorted(item.arguments[0].value[-1] for item in _grants(one)) == ["2", "3"]
    assert {grant.target for grant in _grants(one)} == {TIMELOCK}


def test_what_the_spell_writes_first_is_not_read_before(town: _Town) -> None:
    one, _ = town.run("perform()")
    assert not _grants(one)
    assert any("decided when it runs, with selector 0x2f2ff15d" in detail for detail in _open(one))


@pytest.mark.parametrize("how", ["registry", "unknown"])
def test_what_the_proposal_calls_before_may_change_the_answer(town: _Town, how: str) -> None:
    written = calldata("setAddress(bytes32,address)", _name("ROLES"), KEY)
    first = (town.registry, 0, written) if how == "registry" else call(SAFE, _RUN, town.spell, 0, selector("exec()"), 1)
    one, _ = town.run("cast()", first)
    assert not _grants(one)
    assert sum("decided when it runs" in detail for detail in _open(one)) >= 2


def test_names_without_an_answer_stay_open(town: _Town) -> None:
    one, chain = town.run("exec()")
    assert not _grants(one)
    assert sum("decided when it runs" in detail for detail in _open(one)) == 2
    assert [read.data for read in chain.asked] == [encode_call(_GET, (_name("NOBODY"),))], "no name, no question"


@pytest.mark.parametrize("solc", ["0.8.28", "0.7.6"])
@pytest.mark.parametrize("answer", [bytes(32), b"\xff" * 32, b"\x01" * 64, b"\x02" * 4_096])
def test_no_answer_breaks_it_or_decides_a_way(deployed: Deployed, solc: str, answer: bytes) -> None:
    _, runtime = deployed("LookingSpell", TOKEN, solc=solc, file="Looking.sol")
    setting = Setting(bytes.fromhex(runtime[2:]), SAFE, KEY, 0, Bytes.known(bytes.fromhex(selector("cast()")[2:])), 1)
    question = Question(SAFE, int(TOKEN, 16), bytes.fromhex(encode_call(_GET, (_name("ROLES"),))[2:]))
    assert run(setting, {}).asks == (question,)
    found = run(setting, {question: answer}).walked
    assert {made.data.data[35] for made in found.made} == {2, 3}
    for made in found.made:
        assert made.target in (None, int.from_bytes(answer[12:32], "big"))
        assert bool(made.by) == (made.target is not None)


def test_code_that_writes_before_it_asks_gets_another_answer(deployed: Deployed) -> None:
    _, runtime = deployed("LookingSpell", TOKEN, file="Looking.sol")
    given = Bytes.known(bytes.fromhex(selector("perform()")[2:]))
    setting = Setting(bytes.fromhex(runtime[2:]), SAFE, KEY, 0, given, 1)
    (question,) = run(setting, {}).asks
    found = run(setting, {question: bytes(12) + bytes.fromhex(KEY[2:])}).walked
    assert [made.target for made in found.made] == [int(TOKEN, 16), None]


@pytest.mark.parametrize("answer", ["0x", "0x" + "00" * 31, "0x" + "00" * 4_128])
def test_an_answer_of_no_use_takes_nothing_away(deployed: Deployed, answer: str) -> None:
    _, runtime = deployed("LookingSpell", TOKEN, file="Looking.sol")
    setting = Setting(bytes.fromhex(runtime[2:]), SAFE, KEY, 0, Bytes.known(bytes.fromhex(selector("cast()")[2:])), 1)
    walks = Walks()
    before = walks.walk(setting)
    (question,) = walks.wanted
    assert walks.learn({question: Known(value=answer, evidence=())}) == frozenset()
    assert walks.walk(setting) == before
    assert not walks.wanted, "asked once"
    unread = Unknown(reason=Reason.REVERTED, detail="execution reverted")
    assert walks.learn({question: unread}) == frozenset()
