"""Decent's Azorius: a module that makes a Safe act after a vote; how the vote goes is left to strategies.

Azorius keeps hashes of the calls, a strategy keeps period, quorum and votes; what a strategy is asked is kept with the
module, under the strategy's address. Facts: decentdao/decent-contracts, Azorius and LinearERC20Voting.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector, nobody
from scanner.discovery.battery import SENTINEL
from scanner.discovery.families.interface import Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import CodeEvidence, Evidence, LogEvidence
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Reason, Unknown

SUBMIT = "submitProposal(address,bytes,(address,uint256,bytes,uint8)[],string)"
CREATED = topic("ProposalCreated(address,uint256,address,(address,uint256,bytes,uint8)[],string)")
EXECUTED = topic("ProposalExecuted(uint32,bytes32[])")
VOTED = topic("Voted(address,uint32,uint8,uint256)")
_MARKS = (selector(SUBMIT), selector("getStrategies(address,uint256)"), selector("enableStrategy(address)"))
_GUARD = selector("guard()")
_TRANSACTIONS = ("address", "uint256", "address", "(address,uint256,bytes,uint8)[]", "string")
_STATES = ("Active", "Queued", "Succeeded", "Executed", "Expired", "Defeated")
"""IAzorius.ProposalState: active, timelocked, executable, executed, expired, failed."""

_OF_STRATEGY = (
    ("governanceToken()", "address"),
    ("votingPeriod()", "uint256"),
    ("quorumNumerator()", "uint256"),
    ("QUORUM_DENOMINATOR()", "uint256"),
    ("requiredProposerWeight()", "uint256"),
    ("owner()", "address"),
)
_HASHES = "getProposalTxHashes(uint32)"
_DOMAIN = keccak(text="EIP712Domain(uint256 chainId,address verifyingContract)")
_TRANSACTION = keccak(text="Transaction(address to,uint256 value,bytes data,uint8 operation,uint256 nonce)")
_BALLOT = ("uint256", "uint256", "uint256", "uint256", "uint256")
"""getProposalVotes: no, yes, abstain, first block, last block; the supply that follows is not needed."""


class Azorius(GovernorFamily):
    """Recognised by the functions that take a proposal for a strategy, and by naming its strategies."""

    name = "azorius"
    topics = (CREATED, EXECUTED, VOTED)

    def recognise(self, account: Account, code: str) -> bool:
        return _looks_like(code) and account.answers("strategies", "timelockPeriod()", "avatar()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not _looks_like(code):
            return
        here = account.address
        yield Getter(here, "timelockPeriod()", ("uint256",))
        yield Getter(here, "getStrategies(address,uint256)", ("address[]", "address"), (SENTINEL, 100), "strategies")
        if has_selector(code, _GUARD):
            yield Getter(here, "guard()", ("address",))
        for strategy in _strategies(account):
            for signature, kind in _OF_STRATEGY:
                yield Getter(here, signature, (kind,), named=_of(strategy, signature), asked=strategy)
        for one, strategy in _created(account):
            signature = "getProposalVotes(uint32)"
            yield Getter(here, signature, _BALLOT, (one.id,), named=_of(strategy, one.id), asked=strategy)
            yield Getter(here, _HASHES, ("bytes32[]",), (one.id,), named=f"{_HASHES} {one.id}")

    def links(self, account: Account) -> Iterator[Link]:
        for strategy in _strategies(account):
            yield Link(strategy, f"strategy of {account.address}")
            for signature in ("governanceToken()", "owner()"):
                if found := nonzero(account.address_of(_of(strategy, signature))):
                    yield Link(found, f"{signature} of {strategy}")

    def token(self, account: Account) -> Known[str] | Unknown:
        """The token of its strategies; unknown where they do not all count the same one."""
        answers = [account.address_of(_of(one, "governanceToken()")) for one in _strategies(account)]
        if not answers or len({one.value for one in answers if isinstance(one, Known)}) > 1:
            detail = "its strategies count more than one token" if answers else "it names no strategy"
            return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=account.ask("strategies").evidence)
        return next((one for one in answers if isinstance(one, Unknown)), answers[0])

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "the module itself lets timelockPeriod() pass")

    def executor(self, account: Account) -> str:
        return nonzero(account.address_of("avatar()")) or account.address

    def execution_wait(self, account: Account) -> Known[int] | Unknown | None:
        return account.ask("timelockPeriod()")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        """The module's guard, which may refuse calls (Decent's freeze guard); nobody where it has none."""
        if "guard()" in account.calls:
            return account.address_of("guard()")
        return nobody(account, "no function guard()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()")

    def besides(self, account: Account) -> Iterator[Beside]:
        owner = account.address_of("owner()")
        if (found := nonzero(owner)) and found != self.executor(account):
            words = "owner, who names the strategies that count"
            yield Beside(found, Capability.EXECUTE, words, owner.evidence)
        for strategy in _strategies(account):
            owner = account.address_of(_of(strategy, "owner()"))
            if found := nonzero(owner):
                words = f"owner of the strategy {strategy}"
                yield Beside(found, Capability.SET_PARAMETERS, words, owner.evidence)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        token = nonzero(self.token(account))
        carrier = account.met.get(token) if token else None
        if carrier is None:
            return Unknown(reason=Reason.NOT_READ, detail="the token that its strategies count was not read")
        supply = carrier.ask("totalSupply()")

        def of(strategy: str) -> Known[int] | Unknown:
            parts = {
                "share": account.ask(_of(strategy, "quorumNumerator()")),
                "whole": account.ask(_of(strategy, "QUORUM_DENOMINATOR()")),
                "supply": supply,
            }
            words = "quorumNumerator / QUORUM_DENOMINATOR of total supply"
            return combine(parts, lambda share, whole, supply: share * supply // max(1, whole), words)

        return _least(account, of, "quorum")

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="blocknumber", evidence=account.code.evidence, derivation="Azorius counts blocks")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="votes open with the proposal")

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return _least(account, lambda one: account.ask(_of(one, "votingPeriod()")), "voting period")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return _least(account, lambda one: account.ask(_of(one, "requiredProposerWeight()")), "threshold")

    def proposals(self, account: Account) -> Told:
        return read_each(account.events(CREATED), lambda log: _dated(account, *_read(log)))

    def votes(self, account: Account) -> Iterator[Vote]:
        for one, strategy in _created(account):
            keeper = account.met.get(strategy)
            for log in keeper.events(VOTED) if keeper else ():
                try:
                    voter, number, support, weight = decode(("address", "uint32", "uint8", "uint256"), log.data)
                except DecodeError:
                    continue
                if number == one.id:
                    yield Vote(one.id, voter, support, weight, log)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        """The log with which the last call of a proposal was made: they may be made in several rounds."""
        calls = {one.id: len(one.actions) for one, _ in _created(account)}
        made: dict[int, int] = {}
        found: dict[int, LogEvidence] = {}
        for log in account.events(EXECUTED):
            try:
                number, hashes = decode(("uint256", "bytes32[]"), log.data)
            except DecodeError:
                continue
            made[number] = made.get(number, 0) + len(hashes)
            if made[number] >= calls.get(number, 1):
                found.setdefault(number, log)
        return found

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (StateCall("state", "proposalState(uint32)", (proposal_id,), ("uint8",)),)

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        elsewhere = Unknown(reason=Reason.NOT_SUPPORTED, detail="its strategy keeps the votes")
        state = transform(answers["state"], _state, "Azorius.ProposalState")
        none = Unknown(reason=Reason.NOT_SUPPORTED, detail="Azorius keeps no time of execution")
        return ProposalState(state, elsewhere, elsewhere, elsewhere, none, elsewhere)

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        strategy = next((strategy for one, strategy in _created(account) if one.id == proposal_id), "")
        ballot = account.ask(_of(strategy, proposal_id))
        counts = [transform(ballot, _at(place), "getProposalVotes of its strategy") for place in range(3)]
        return replace(
            state,
            against_votes=counts[0],
            for_votes=counts[1],
            abstain_votes=counts[2],
            quorum=self.quorum(account, "blocknumber"),
        )


def _at(place: int) -> Callable[[Any], int]:
    return lambda row: int(row[place])


def _looks_like(code: str) -> bool:
    return all(has_selector(code, mark) for mark in _MARKS)


def _strategies(account: Account) -> tuple[str, ...]:
    answer = account.ask("strategies")
    return tuple(str(one).lower() for one in answer.value[0]) if isinstance(answer, Known) else ()


def _of(strategy: str, what: str | int) -> str:
    """Return the key under which the answer of a strategy is kept: of a getter, or to the votes on a proposal."""
    return f"{what} of strategy {strategy}"


def _state(value: int) -> str:
    return _STATES[value] if 0 <= value < len(_STATES) else f"state {value}"


def _read(log: LogEvidence) -> tuple[RawProposal, str]:
    """Read a ProposalCreated log; raises DecodeError. Period and end of the vote stand elsewhere."""
    strategy, number, proposer, transactions, metadata = decode(_TRANSACTIONS, log.data)
    actions = tuple(
        RawAction(str(to).lower(), int(value), "", str(data), delegate=bool(operation))
        for to, value, data, operation in transactions
    )
    start = log.block_number
    one = RawProposal(log.address, number, str(proposer).lower(), actions, start, start, _text(metadata), log)
    return one, str(strategy).lower()


def _created(account: Account) -> Iterator[tuple[RawProposal, str]]:
    for log in account.events(CREATED):
        try:
            yield _read(log)
        except DecodeError:
            continue


def _dated(account: Account, one: RawProposal, strategy: str) -> RawProposal:
    """Return the proposal with the end of its vote, as its strategy tells it."""
    one = replace(one, bound=_bound(account, one))
    ballot = account.ask(_of(strategy, one.id))
    if isinstance(ballot, Known):
        return replace(one, vote_start=int(ballot.value[3]), vote_end=int(ballot.value[4]))
    period = account.ask(_of(strategy, "votingPeriod()"))
    return replace(one, vote_end=one.vote_start + period.value) if isinstance(period, Known) else one


def _bound(account: Account, one: RawProposal) -> Known[bool] | Unknown:
    """Whether the hashes that the module keeps are those of the calls in the event (EIP-712, nonce 0)."""
    chains = [item.chain_id for item in account.code.evidence if isinstance(item, CodeEvidence)]
    domain = keccak(encode(["bytes32", "uint256", "address"], [_DOMAIN, chains[0] if chains else 0, account.address]))

    def hashed(action: RawAction) -> str:
        values = (_TRANSACTION, action.target, action.value, keccak(hexstr=action.calldata), bool(action.delegate), 0)
        body = keccak(encode(["bytes32", "address", "uint256", "bytes32", "bool", "uint256"], values))
        return "0x" + keccak(b"\x19\x01" + domain + body).hex()

    told = tuple(hashed(action) for action in one.actions)
    kept = account.ask(f"{_HASHES} {one.id}")
    return transform(kept, lambda found: tuple(found) == told, "hashes of the calls (EIP-712) against those it keeps")


def _text(metadata: str) -> str:
    """Return title and description of Decent's JSON; anything else as it stands."""
    try:
        said = json.loads(metadata)
        parts = [said[name] for name in ("title", "description") if isinstance(said.get(name), str) and said[name]]
    except (ValueError, AttributeError, RecursionError):
        return metadata
    return "\n\n".join(parts) or metadata


def _least(account: Account, of: Callable[[str], Known[int] | Unknown], what: str) -> Known[int] | Unknown:
    """Return the least that any enabled strategy answers: whoever proposes chooses the strategy."""
    answers = [of(strategy) for strategy in _strategies(account)]
    if not answers:
        return Unknown(reason=Reason.NOT_READ, detail=f"no strategy was found that could tell the {what}")
    known: list[Known[int]] = []
    for answer in answers:
        if isinstance(answer, Unknown):
            return answer
        known.append(answer)
    evidence: tuple[Evidence, ...] = tuple(item for one in known for item in one.evidence)
    words = f"the least of {len(known)} strategies" if len(known) > 1 else known[0].derivation
    return Known(value=min(one.value for one in known), evidence=evidence, derivation=words)
