"""Proposals of a governor made by hand, on a chain that answers what a test says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain.abi import encode, encode_call
from scanner.chain.interface import AccountRead, BlockRead, CallRead, CodeRead, Read
from scanner.discovery.account import Account
from scanner.discovery.anonymity.use import PrivacyUse
from scanner.discovery.battery import PROPOSAL_CREATED
from scanner.discovery.control.holders import Resolver
from scanner.discovery.discover import Found
from scanner.discovery.families.oz_governor import OpenZeppelinGovernor
from scanner.discovery.families.told import PROPOSAL_TYPES
from scanner.discovery.parts import Parts
from scanner.discovery.treasury.holdings import Holdings
from scanner.discovery.world import TARGET_OF
from scanner.model.evidence import AccountEvidence, BlockEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.proposals import Action, Proposal
from scanner.proposals.build import build_proposals
from scanner.proposals.collect import collect
from tests.discovery.support import AT, SilentChain, address, code, contract, log, returned, world

GOVERNOR, TIMELOCK, TOKEN, KEY, SAFE, EMPTY, STRANGER, OTHER_KEY = (address(number) for number in range(1, 9))
_NO_USE = PrivacyUse(Known(value=(), evidence=()), (Known(value=(), evidence=()),))


@dataclass
class Answering(SilentChain):
    """Answers code, accounts and calls; what a test does not name is an account without code, or not answered."""

    codes: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[tuple[str, str], str] = field(default_factory=dict)
    nonces: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        return tuple(self._answer(read) for read in reads)

    def _answer(self, read: Read) -> Known[Any] | Unknown:
        if isinstance(read, CodeRead):
            return code(read.address, self.codes.get(read.address, "0x"))
        if isinstance(read, AccountRead):
            nonce = self.nonces.get(read.address, 1)
            seen = AccountEvidence(**AT.model_dump(), address=read.address, nonce=nonce, balance_wei=nonce)
            return Known(value=seen, evidence=(seen,))
        if isinstance(read, CallRead) and (read.address, read.data) in self.calls:
            return returned(read.address, self.calls[(read.address, read.data)])
        if isinstance(read, BlockRead):
            block = BlockEvidence(
                chain_id=1, block_number=read.number, block_hash="0x" + "ab" * 32, timestamp=1_000 * read.number
            )
            return Known(value=block, evidence=(block,))
        return Unknown(reason=Reason.REVERTED, detail="not answered")


@dataclass(frozen=True)
class Made:
    """One proposal to be read: (target, value, calldata) each, and its text."""

    calls: Sequence[tuple[str, int, str]]
    text: str = "text"
    number: int = 1
    proposer: str = KEY
    block: int = 5
    start: int = 10
    end: int = 20


def found_with(
    proposals: Sequence[Made], chain: Answering, *, held: Mapping[tuple[str, str], int] | None = None
) -> Found:
    """Return a crawl of one governor with these logs, a token, a Safe and a key."""
    logs = [
        log(
            GOVERNOR,
            (PROPOSAL_CREATED,),
            encode(
                PROPOSAL_TYPES,
                (
                    one.number,
                    one.proposer,
                    [call[0] for call in one.calls],
                    [call[1] for call in one.calls],
                    ["" for _ in one.calls],
                    [call[2] for call in one.calls],
                    one.start,
                    one.end,
                    one.text,
                ),
            ),
            index=index,
            block=one.block,
        )
        for index, one in enumerate(proposals)
    ]
    accounts = [contract(1, *logs), _called(2), _called(3), Account(KEY, why=["x"], code=code(KEY, "0x")), _called(5)]
    made = world(*accounts)
    made.chain = chain
    tokenless = Unknown(reason=Reason.NOT_SUPPORTED, detail="no token in this test")
    parts = Parts(governors={GOVERNOR: OpenZeppelinGovernor(5)}, vote_tokens={GOVERNOR: tokenless})
    balances = {pair: Known(value=amount, evidence=()) for pair, amount in (held or {(TOKEN, SAFE): 100}).items()}
    return Found(made, parts, {}, {}, Holdings(balances, {}, True, ""), Resolver(made, parts), _NO_USE)


def _called(number: int) -> Account:
    made = contract(number)
    made.why = [f"{TARGET_OF} {GOVERNOR}"]
    return made


def read(proposals: Sequence[Made], chain: Answering | None = None, **options: Any) -> tuple[Proposal, ...]:
    """Return the proposals as nouns."""
    found = found_with(proposals, chain or Answering(), **options)
    return build_proposals(found, collect(found)).items


def read_one(
    *calls: tuple[str, int, str], text: str = "text", chain: Answering | None = None, **options: Any
) -> Proposal:
    """Return one proposal of these calls."""
    (one,) = read([Made(calls, text)], chain, **options)
    return one


def action(*calls: tuple[str, int, str], text: str = "text", chain: Answering | None = None, **options: Any) -> Action:
    """Return the first call of a proposal."""
    return read_one(*calls, text=text, chain=chain, **options).actions[0]


def value(observed: Known[Any] | Unknown) -> Any:
    """Return a known value; fails on an unknown."""
    assert isinstance(observed, Known), observed
    return observed.value


def call(target: str, signature: str, *arguments: Any, amount: int = 0) -> tuple[str, int, str]:
    """Return one call of a proposal."""
    return (target, amount, encode_call(signature, arguments))
