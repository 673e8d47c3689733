"""The largest holders when the node fails, when answers lie, and when nothing is there to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scanner.chain.abi import encode, selector
from scanner.chain.interface import CallRead, CodeRead, Read
from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.tokens.escrows import LOCKED
from scanner.discovery.tokens.holders import LARGEST, holder_facts, plan_holders, take_holders
from scanner.discovery.tokens.labels import labelled
from scanner.discovery.tokens.shapes import Seen, first_questions, next_questions, shapes_of
from scanner.discovery.tokens.voting_power import Power
from scanner.model.holders import HolderKind
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import SilentChain, address, code, contract, parts, returned, reverted, world

TOKEN, POOL, PERSON, FACTORY, OTHER = (address(number) for number in (1, 2, 3, 4, 5))
SUPPLY = Known(value=10_000, evidence=())
Answers = dict[str, tuple[tuple[str, ...], tuple[Any, ...]]]

PAIR: Answers = {
    "token0()": (("address",), (TOKEN,)),
    "token1()": (("address",), (OTHER,)),
    "factory()": (("address",), (FACTORY,)),
    "getReserves()": (("uint112", "uint112", "uint32"), (4_000, 7, 9)),
    "getPair(address,address)": (("address",), (POOL,)),
}
_DOWN = Unknown(reason=Reason.NODE_ERROR, detail="connection reset by 10.0.0.7")


class Answering(SilentChain):
    """Answers calls by the name of the function; code where `codes` has it, else none."""

    def __init__(self, answers: Answers, codes: dict[str, Known[str] | Unknown], balance: int = 4_000) -> None:
        super().__init__()
        self.answers: Answers = {"balanceOf(address)": (("uint256",), (balance,)), **answers}
        self.codes = codes
        self.batches: list[Sequence[Read]] = []
        self.down: frozenset[str] = frozenset()

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        self.batches.append(reads)
        return tuple(self._one(read) for read in reads)

    def _one(self, read: Read) -> Known[Any] | Unknown:
        if isinstance(read, CodeRead):
            return self.codes.get(read.address, code(read.address, "0x"))
        assert isinstance(read, CallRead)
        if read.signature in self.down:
            return _DOWN
        if read.signature not in self.answers:
            return reverted()
        return returned(read.address, encode(*self.answers[read.signature]))


def facts(chain: Answering, balances: dict[str, int] | Unknown, token: Account | None = None) -> dict[str, Any]:
    token = token or contract(1)
    here = world(token)
    here.chain = chain
    power = Power(balances if isinstance(balances, Unknown) else Known(value=balances, evidence=()), _DOWN)
    found = parts(tokens={TOKEN})
    plan = plan_holders(here, found, {TOKEN: power})
    holders = take_holders(here, plan, chain.read(plan.reads))
    made = holder_facts(Resolver(here, found), token, SUPPLY, holders, power)
    return {**made, "gaps": here.gaps}


def pool(change: Callable[[Answering], None] = lambda chain: None) -> dict[str, Any]:
    chain = Answering(PAIR, {POOL: code(POOL, "0x6001")})
    change(chain)
    return facts(chain, {POOL: 4_000, PERSON: 2_000})


def test_a_pool_is_one_when_its_factory_names_it_and_its_reserves_are_there() -> None:
    found = pool()
    (holder,) = found["top_holders"].items
    assert (holder.kind.value, holder.basis.value, holder.share_bps.value) == ("pool", "checked", 4_000)
    assert (found["pool_bps"].value, found["top_contract_unknown_bps"].value) == (4_000, 0)
    assert (found["top_accounts"].value, found["top_accounts_bps"].value) == (1, 2_000)
    assert found["exchange_bps"].reason is Reason.OFF_CHAIN, "the account may be an exchange's"
    assert found["top_holders"].complete


def test_what_a_pool_only_claims_is_unknown() -> None:
    def other(chain: Answering) -> None:
        chain.answers["getPair(address,address)"] = (("address",), (OTHER,))

    def empty(chain: Answering) -> None:
        chain.answers["getReserves()"] = (("uint112", "uint112", "uint32"), (1, 7, 9))

    def silent(chain: Answering) -> None:
        chain.down = frozenset({"getPair(address,address)"})

    def lying(chain: Answering) -> None:
        chain.answers["getReserves()"] = (("uint112", "uint112", "uint32"), (4_001, 7, 9))

    for change in (other, empty, silent, lying):
        found = pool(change)
        (holder,) = found["top_holders"].items
        assert isinstance(holder.kind, Unknown)
        assert holder.claims == "pool"
        assert found["top_contract_unknown_bps"].value == 4_000
        assert isinstance(found["pool_bps"], Unknown)


def test_a_code_that_cannot_be_read_may_be_anybodys_and_is_not_named() -> None:
    chain = Answering({}, {POOL: _DOWN})
    found = facts(chain, {POOL: 4_000, PERSON: 2_000})
    assert found["top_holders"].items == ()
    assert not found["top_holders"].complete
    assert all(isinstance(found[name], Unknown) for name in ("top_accounts", "top_accounts_bps", "pool_bps"))
    (gap,) = found["gaps"]
    assert (gap.subject, gap.reason) == (TOKEN, Reason.NODE_ERROR)
    assert POOL not in gap.detail


def test_a_node_that_fails_is_the_reason_and_not_the_contract() -> None:
    chain = Answering({}, {POOL: code(POOL, "0x6001")})
    chain.down = frozenset({"asset()", "token0()"})
    (holder,) = facts(chain, {POOL: 4_000})["top_holders"].items
    assert holder.kind.reason is Reason.NODE_ERROR


def test_a_balance_above_the_supply_is_not_believed() -> None:
    found = facts(Answering(PAIR, {POOL: code(POOL, "0x6001")}, balance=10_001), {POOL: 4_000})
    (holder,) = found["top_holders"].items
    assert holder.units.reason is holder.share_bps.reason is Reason.UNDECODABLE
    assert isinstance(found["top_contract_unknown_bps"], Unknown)


def test_without_logs_nobody_is_known() -> None:
    found = facts(Answering({}, {}), Unknown(reason=Reason.NO_LOGS, detail="the node serves none"))
    assert not found["top_holders"].complete
    assert found["top_accounts"].reason is found["pool_bps"].reason is Reason.NO_LOGS


def test_of_an_escrow_locks_count_and_not_the_votes_that_decay() -> None:
    marks = ("create_lock(uint256,uint256)", "increase_unlock_time(uint256)", "locked__end(address)", LOCKED)
    escrow = contract(1)
    escrow.code = code(TOKEN, "0x" + "".join(f"63{selector(one)[2:]}" for one in marks))
    chain = Answering({}, {POOL: code(POOL, "0x6001")})
    (holder,) = facts(chain, {POOL: 3_000}, escrow)["top_holders"].items
    assert holder.units.value == 3_000
    assert not [
        read for batch in chain.batches for read in batch if getattr(read, "signature", "") == "balanceOf(address)"
    ]


def test_ten_are_looked_at_in_one_batch_and_claims_in_one_more() -> None:
    many = {address(100 + number): 1_000 - number for number in range(30)}
    chain = Answering(PAIR, {one: code(one, "0x6001") for one in many})
    found = facts(chain, many)
    assert len(found["top_holders"].items) == LARGEST
    assert [len(batch) > 0 for batch in chain.batches] == [True, True]
    assert {read.address for read in chain.batches[1]} == {FACTORY}


def test_people_cost_no_second_batch() -> None:
    chain = Answering({}, {})
    found = facts(chain, {PERSON: 2_000, OTHER: 1_000})
    assert (found["top_accounts"].value, found["top_holders"].items, len(chain.batches)) == (2, (), 1)
    assert (found["pool_bps"].value, found["locked_bps"].value) == (0, 0)


def test_labels_tell_their_kind_and_their_source() -> None:
    vault = labelled(1, "0xba12222222228d8ba445958a75a0704d566bf2c8")
    assert vault is not None
    assert (vault.kind, bool(vault.source)) == (HolderKind.POOL, True)
    assert labelled(5, "0xba12222222228d8ba445958a75a0704d566bf2c8") is None


_WORDS = st.lists(st.sampled_from((0, 1, 4_000, 10_000, 2**255, int(TOKEN, 16), int(FACTORY, 16))), max_size=4)


@given(st.dictionaries(st.integers(0, 21), _WORDS, max_size=12), st.sampled_from((0, 4_000, 2**256 - 1)))
def test_no_answers_make_it_fail_and_none_alone_make_a_pool_or_a_safe(said: dict[int, list[int]], balance: int) -> None:
    account = Account(POOL, code=code(POOL, "0x6001"))
    for index, question in enumerate(first_questions(POOL, TOKEN)):
        data = "0x" + "".join(f"{one:064x}" for one in said.get(index, ()))
        account.learn(question.key, question.outputs, returned(POOL, data) if index in said else reverted())
    seen = Seen(account, TOKEN, Known(value=balance, evidence=()), 1)
    assert all(question.outputs or isinstance(question.read, CodeRead) for question in next_questions(seen))
    for told in shapes_of(seen):
        assert not told.checked, "nobody else was asked"
        assert not (told.agrees and told.kind in (HolderKind.POOL, HolderKind.SAFE))
