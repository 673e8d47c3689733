"""Aave's governance, version 2: a proposal names the executor that will make its calls, and may run code in it.

Period, threshold and quorum are the executors'; what they answer is kept with the governance, under their address.
Facts: npm @aave/governance-v2 1.0.0 (AaveGovernanceV2, ProposalValidator, ExecutorWithTimelock, GovernanceStrategy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector, nobody
from scanner.discovery.families.interface import Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, full_calldata, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Reason, Unknown

CREATED = topic(
    "ProposalCreated(uint256,address,address,address[],uint256[],string[],bytes[],bool[],uint256,uint256,address,bytes32)"
)
VOTED = topic("VoteEmitted(uint256,address,bool,uint256)")
EXECUTED = topic("ProposalExecuted(uint256,address)")
AUTHORIZED = topic("ExecutorAuthorized(address)")
_MARKS = tuple(
    selector(one)
    for one in ("getGovernanceStrategy()", "isExecutorAuthorized(address)", "getProposalById(uint256)", "getGuardian()")
)
_EVENT = (
    "uint256",
    "address[]",
    "uint256[]",
    "string[]",
    "bytes[]",
    "bool[]",
    "uint256",
    "uint256",
    "address",
    "bytes32",
)
_STRUCT = (
    "(uint256,address,address,address[],uint256[],string[],bytes[],bool[],"
    "uint256,uint256,uint256,uint256,uint256,bool,bool,address,bytes32)"
)
_FOR, _AGAINST, _TIME = 11, 12, 10
_STATES = ("Pending", "Canceled", "Active", "Defeated", "Succeeded", "Queued", "Expired", "Executed")
"""IAaveGovernanceV2.ProposalState; what it calls failed is defeated."""

_OWN = (("getGovernanceStrategy()", "address"), ("getGuardian()", "address"), ("getVotingDelay()", "uint256"))
_OF_STRATEGY = ("AAVE()", "STK_AAVE()")
_OF_EXECUTOR = ("VOTING_DURATION()", "PROPOSITION_THRESHOLD()", "MINIMUM_QUORUM()", "getDelay()")
_WHOLE = 10_000
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class AaveV2(GovernorFamily):
    """Recognised by naming its strategy and its guardian, and by executors that it authorises."""

    name = "aave-v2"
    topics = (CREATED, VOTED, EXECUTED, AUTHORIZED)

    def recognise(self, account: Account, code: str) -> bool:
        return _looks_like(code) and account.answers("getGovernanceStrategy()", "getGuardian()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not _looks_like(code):
            return
        here = account.address
        yield from (Getter(here, signature, (kind,)) for signature, kind in _OWN)
        strategy = nonzero(account.address_of("getGovernanceStrategy()"))
        if strategy:
            yield from (Getter(here, one, ("address",), named=one, asked=strategy) for one in _OF_STRATEGY)
        for executor in _named(account):
            yield Getter(here, "isExecutorAuthorized(address)", ("bool",), (executor,), _of(executor, "authorised"))
            for one in _OF_EXECUTOR:
                yield Getter(here, one, ("uint256",), named=_of(executor, one), asked=executor)
        for made in _created(account):
            yield Getter(here, "getProposalById(uint256)", (_STRUCT,), (made.id,), f"proposal {made.id}")

    def links(self, account: Account) -> Iterator[Link]:
        for getter in ("getGovernanceStrategy()", "getGuardian()", *_OF_STRATEGY):
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{'guardian()' if 'Guardian' in getter else getter} of {account.address}")
        for executor in _named(account):
            yield Link(executor, f"executor of {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("AAVE()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        """The authorised executor with the shortest delay; unknown where one of them did not say."""
        found: list[tuple[int, str, tuple[Evidence, ...]]] = []
        for executor in _named(account):
            asked, delay = account.ask(_of(executor, "authorised")), account.ask(_of(executor, "getDelay()"))
            if isinstance(asked, Unknown) or isinstance(delay, Unknown):
                return asked if isinstance(asked, Unknown) else delay
            if asked.value:
                found.append((int(delay.value), executor, asked.evidence + delay.evidence))
        if not found:
            return nobody(account, "no executor is authorised")
        _, executor, evidence = min(found)
        return Known(value=executor, evidence=evidence, derivation="the authorised executor with the shortest delay")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("getGuardian()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()")

    def besides(self, account: Account) -> Iterator[Beside]:
        owner = account.address_of("owner()")
        if (found := nonzero(owner)) and found not in _named(account):
            words = "owner, who names the strategy that weighs votes"
            yield Beside(found, Capability.EXECUTE, words, owner.evidence)

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="blocknumber", evidence=account.code.evidence, derivation="Aave's governance counts blocks")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("getVotingDelay()")

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return _least(account, lambda one: account.ask(_of(one, "VOTING_DURATION()")), "time for voting")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return _least(account, lambda one: _share(account, one, "MINIMUM_QUORUM()"), "quorum")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return _least(account, lambda one: _share(account, one, "PROPOSITION_THRESHOLD()"), "threshold")

    def proposals(self, account: Account) -> Told:
        return read_each(account.events(CREATED), lambda log: replace(_read(log), bound=_bound(account, _read(log))))

    def votes(self, account: Account) -> Iterator[Vote]:
        for log in account.events(VOTED):
            try:
                number, support, weight = decode(("uint256", "bool", "uint256"), log.data)
            except DecodeError:
                continue
            if len(log.topics) == 2:
                yield Vote(number, "0x" + log.topics[1][-40:], int(support), weight, log)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        return {int(log.data, 16): log for log in account.events(EXECUTED) if len(log.data) == 66}

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "getProposalState(uint256)", (proposal_id,), ("uint8",)),
            StateCall("struct", "getProposalById(uint256)", (proposal_id,), (_STRUCT,)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        struct = answers["struct"]

        def at(place: int) -> Known[int] | Unknown:
            return transform(struct, lambda row: int(row[place]), "getProposalById")

        elsewhere = Unknown(reason=Reason.NOT_SUPPORTED, detail="the proposal's executor decides the quorum")
        none = transform(struct, lambda _: 0, "votes are for or against")
        state = transform(answers["state"], _state, "AaveGovernanceV2.ProposalState")
        return ProposalState(state, at(_FOR), at(_AGAINST), none, at(_TIME), elsewhere)

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        one = next((one for one in _created(account) if one.id == proposal_id), None)
        return replace(state, quorum=_share(account, one.executor, "MINIMUM_QUORUM()")) if one else state


def _looks_like(code: str) -> bool:
    return all(has_selector(code, mark) for mark in _MARKS)


def _of(executor: str, what: str) -> str:
    """Return the key under which the answer of an executor is kept."""
    return f"{what} of executor {executor}"


def _named(account: Account) -> tuple[str, ...]:
    """Return every executor that was ever authorised, by the logs; whether it still is, it is asked."""
    logs = account.events(AUTHORIZED)
    return tuple(dict.fromkeys("0x" + log.data[-40:] for log in logs if len(log.data) == 66))


def _share(account: Account, executor: str, getter: str) -> Known[int] | Unknown:
    token = nonzero(account.address_of("AAVE()"))
    carrier = account.met.get(token) if token else None
    if carrier is None:
        return Unknown(reason=Reason.NOT_READ, detail="the token that the strategy weighs was not read")
    parts = {"share": account.ask(_of(executor, getter)), "supply": carrier.ask("totalSupply()")}
    return combine(
        parts, lambda share, supply: share * supply // _WHOLE, f"{getter} in ten thousandths of total supply"
    )


def _least(account: Account, of: Callable[[str], Known[int] | Unknown], what: str) -> Known[int] | Unknown:
    """Return the least of the authorised executors: whoever proposes chooses one."""
    known: list[Known[int]] = []
    for executor in _named(account):
        asked = account.ask(_of(executor, "authorised"))
        answer = of(executor) if isinstance(asked, Known) else asked
        if isinstance(answer, Unknown):
            return answer
        if isinstance(asked, Known) and asked.value:
            known.append(answer)
    if not known:
        return Unknown(reason=Reason.NOT_READ, detail=f"no authorised executor was found that could tell the {what}")
    least = min(known, key=lambda one: one.value)
    words = f"the least of {len(known)} executors" if len(known) > 1 else least.derivation
    return Known(value=least.value, evidence=least.evidence, derivation=words)


def _state(value: int) -> str:
    return _STATES[value] if 0 <= value < len(_STATES) else f"state {value}"


def _read(log: LogEvidence) -> RawProposal:
    """Read a ProposalCreated log; raises DecodeError and ValueError. Its text is behind a hash."""
    if len(log.topics) != 3:
        raise ValueError("creator and executor are not among its topics")
    number, targets, values, signatures, calldatas, delegated, start, end, _, text = decode(_EVENT, log.data)
    if not len(targets) == len(values) == len(signatures) == len(calldatas) == len(delegated):
        raise ValueError("targets, values, signatures, calldatas and flags differ in length")
    actions = tuple(
        RawAction(str(target).lower(), int(value), str(said), full_calldata(str(said), str(data)), delegate=bool(flag))
        for target, value, said, data, flag in zip(targets, values, signatures, calldatas, delegated, strict=True)
    )
    creator, executor = ("0x" + topic[-40:] for topic in log.topics[1:])
    return RawProposal(
        log.address, number, creator, actions, int(start), int(end), f"ipfs://{cid(text)}", log, executor=executor
    )


def _created(account: Account) -> Iterator[RawProposal]:
    for log in account.events(CREATED):
        try:
            yield _read(log)
        except (DecodeError, ValueError):
            continue


def _bound(account: Account, one: RawProposal) -> Known[bool] | Unknown:
    """Whether the calls that the governance keeps are those of the event."""

    def same(row: Sequence[Any]) -> bool:
        held = [
            (str(target).lower(), int(value), full_calldata(str(said), str(data)), bool(flag))
            for target, value, said, data, flag in zip(row[3], row[4], row[5], row[6], row[7], strict=False)
        ]
        told = [(action.target, action.value, action.calldata, bool(action.delegate)) for action in one.actions]
        return held == told and str(row[2]).lower() == one.executor

    return transform(account.ask(f"proposal {one.id}"), same, "getProposalById against the event")


def cid(digest: str) -> str:
    """Return the content id (version 0) of a SHA-256 digest: Base58 of 0x1220 and the digest."""
    number, text = int("1220" + digest[2:], 16), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return text
