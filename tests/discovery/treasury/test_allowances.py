"""Allowances: logs say where to look, the token's answer counts, and what strangers make up does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.chain.abi import selector
from scanner.chain.interface import CallRead, CodeRead, Read
from scanner.discovery.account import Account, ProxyMatch
from scanner.discovery.treasury.allowances import (
    APPROVAL,
    APPROVAL_FOR_ALL,
    MAX_PAIRS,
    Allowances,
    Pair,
    Plan,
    allowance_questions,
    answered,
    given_by,
    plan_allowances,
    received_by,
)
from scanner.discovery.treasury.holdings import Holdings
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import SilentChain, address, code, contract, eoa, log, returned, word, world

TREASURY, KEY, TOKEN, SPAM = address(1), address(2), address(3), address(4)
PLAN = Plan(frozenset({TREASURY}), (), frozenset())
REVERTED = Unknown(reason=Reason.REVERTED, detail="reverted")


class Answering(SilentChain):
    """Answers allowances by (token, owner, spender); everything else reverts; unknown addresses have no code."""

    def __init__(self, amounts: Mapping[tuple[str, str, str], int]) -> None:
        super().__init__()
        self.amounts = amounts
        self.asked: list[CallRead] = []

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        return tuple(self._one(read) for read in reads)

    def _one(self, read: Read) -> Known[Any] | Unknown:
        if isinstance(read, CodeRead):
            return code(read.address, "0x")
        assert isinstance(read, CallRead)
        self.asked.append(read)
        assert read.data[:10] in (selector("allowance(address,address)"), selector("isApprovedForAll(address,address)"))
        owner, spender = "0x" + read.data[34:74], "0x" + read.data[98:138]
        amount = self.amounts.get((read.address, owner, spender))
        return REVERTED if amount is None else returned(read.address, word(amount))


def approved(token: str, owner: str, spender: str, *, index: int = 0, every: bool = False) -> LogEvidence:
    return log(token, (APPROVAL_FOR_ALL if every else APPROVAL, word(owner), word(spender)), word(1), index=index)


def logs(*found: LogEvidence) -> Known[tuple[LogEvidence, ...]]:
    return Known(value=found, evidence=())


def holdings(held: int = 0) -> Holdings:
    balances = {(TOKEN, TREASURY): Known(value=held, evidence=())}
    return Holdings(balances, {TOKEN: Account(TOKEN)}, True, "")


def read(chain: SilentChain, *given: LogEvidence) -> Allowances:
    questions = allowance_questions(world(contract(1)), PLAN, (logs(*given), logs()))
    return answered(questions, chain.read(questions.reads))


def test_what_can_be_taken_is_no_more_than_what_is_there() -> None:
    found = read(Answering({(TOKEN, TREASURY, KEY): 2**256 - 1}), approved(TOKEN, TREASURY, KEY))
    (one,) = given_by(TREASURY, found, holdings(held=70), {}).items
    assert (one.spender_kind.value, one.at_risk.value) == ("key", 70)  # type: ignore[union-attr]
    assert isinstance(one.replaceable_by, Unknown)


def test_what_was_taken_back_and_what_no_token_answers_is_left_out() -> None:
    chain = Answering({(TOKEN, TREASURY, KEY): 0})
    found = read(chain, approved(TOKEN, TREASURY, KEY), approved(SPAM, TREASURY, KEY, index=1))
    left = given_by(TREASURY, found, holdings(held=70), {})
    assert (left.items, left.complete) == ((), True)
    assert len(chain.asked) == 2


def test_a_pair_is_asked_about_once() -> None:
    chain = Answering({(TOKEN, TREASURY, KEY): 5})
    read(chain, *(approved(TOKEN, TREASURY, KEY, index=index) for index in range(50)))
    assert len(chain.asked) == 1


def test_more_pairs_than_are_asked_leave_the_answer_open() -> None:
    many = [approved(TOKEN, TREASURY, address(1_000 + index), index=index) for index in range(MAX_PAIRS + 1)]
    chain = Answering({})
    found = read(chain, *many)
    assert len(chain.asked) == MAX_PAIRS
    assert not given_by(TREASURY, found, holdings(), {}).complete


def test_all_pieces_at_once_count_as_those_that_are_held() -> None:
    found = read(Answering({(TOKEN, TREASURY, KEY): 1}), approved(TOKEN, TREASURY, KEY, every=True))
    (one,) = given_by(TREASURY, found, holdings(held=3), {}).items
    assert one.every_unit
    assert (one.amount.value, one.at_risk.value) == (3, 3)  # type: ignore[union-attr]


def test_logs_that_could_not_be_read_are_said() -> None:
    made = world(contract(1))
    missing = Unknown(reason=Reason.NO_LOGS, detail="no logs")
    found = answered(allowance_questions(made, PLAN, (missing, missing)), ())
    assert given_by(TREASURY, found, holdings(), {}).reason == "no-logs: approvals could not be read"


def test_without_treasuries_and_proxies_nothing_is_asked() -> None:
    made = world(contract(1), eoa(2))
    plan = plan_allowances(made, [])
    assert plan == Plan(frozenset(), (), frozenset())
    assert allowance_questions(made, plan, ()).reads == []


def test_a_contract_that_everybody_approves_is_left_open() -> None:
    known = Known(value=address(9), evidence=())
    found = Allowances(given="", received="", busy=frozenset({TOKEN}))
    assert isinstance(received_by(TOKEN, known, found), Unknown)
    counted = received_by(SPAM, known, found)
    assert isinstance(counted, Known)
    assert counted.value == 0


def test_how_many_approve_is_judged_by_the_latest_blocks() -> None:
    class Crowded(SilentChain):
        def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
            return tuple(logs(*[approved(TOKEN, TREASURY, KEY)] * 100_001) for _ in reads)

    proxy = contract(1)
    proxy.proxy = ProxyMatch("eip1967", Known(value=address(9), evidence=()), Known(value=address(8), evidence=()))
    made = world(proxy)
    made.chain = Crowded()
    plan = plan_allowances(made, [])
    assert (plan.reads, plan.busy) == ((), frozenset({proxy.address}))
    assert [gap.reason for gap in made.gaps] == [Reason.LIMIT]


def test_pairs_have_an_order() -> None:
    assert sorted([Pair(TOKEN, TREASURY, KEY, True), Pair(TOKEN, TREASURY, KEY)])[0].every_unit is False
