"""Empty Set Dollar's governance and what took over its shape (emptysetsquad/dollar): who bonds tokens votes for the
address of the next implementation; `commit(candidate)` makes it the code of the DAO and runs its `initialize()`.

Time is counted in epochs, which somebody advances. No function tells how long one is: the Advance events do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.chain.abi import DecodeError, decode, encode, selector, topic
from scanner.discovery.account import Account, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector, nobody
from scanner.discovery.families.interface import GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown

PROPOSAL = topic("Proposal(address,address,uint256,uint256)")
VOTE = topic("Vote(address,address,uint8,uint256)")
COMMIT = topic("Commit(address,address)")
ADVANCE = topic("Advance(uint256,uint256,uint256)")

_MARKS = tuple(
    selector(signature)
    for signature in (
        "vote(address,uint8)",
        "commit(address)",
        "startFor(address)",
        "periodFor(address)",
        "approveFor(address)",
        "isInitialized(address)",
    )
)
_PARTS = ("dollar()", "oracle()", "pool()")
_UPGRADE, _INITIALIZE = "upgradeTo(address)", "initialize()"
_NO_GETTER = "a constant of its code that no function returns"


class EmptySet(GovernorFamily):
    """A DAO whose proposals are its next implementations."""

    name = "esd"
    topics = (PROPOSAL, VOTE, COMMIT, ADVANCE)
    commits = frozenset({"commit(address)", "emergencyCommit(address)"})

    def recognise(self, account: Account, code: str) -> bool:
        return all(has_selector(code, one) for one in _MARKS)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not self.recognise(account, code):
            return
        for getter in _PARTS:
            if has_selector(code, selector(getter)):
                yield Getter(account.address, getter, ("address",))
        for candidate in dict.fromkeys(_candidate(log) for log in account.events(PROPOSAL) if len(log.topics) == 4):
            for getter in ("startFor(address)", "periodFor(address)"):
                yield Getter(account.address, getter, ("uint256",), (candidate,), _about(getter, candidate))

    def links(self, account: Account) -> Iterable[Link]:
        for getter in _PARTS:
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        how = "units of bonded tokens, which the DAO keeps and shows as a token of its own"
        return transform(account.ask("totalSupply()"), lambda _: account.address, how)

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "commit(candidate) acts as soon as the vote is over")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "this family of governors has no guardian")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()")

    def clock(self, account: Account) -> Known[str] | Unknown:
        epochs = _epochs(account)
        if epochs.told:
            how = "epochs, in seconds by the times of the Advance events"
            return Known(value="timestamp", evidence=epochs.evidence, derivation=how)
        detail = "it counts epochs, and no two Advance events tell how long one is"
        return Unknown(reason=Reason.NO_LOGS, detail=detail, evidence=account.code.evidence)

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        how = "the vote on a candidate is open from its proposal on"
        return Known(value=0, evidence=account.code.evidence, derivation=how)

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        last = next((log for log in reversed(account.events(PROPOSAL)) if len(log.data) == 66), None)
        length = _epochs(account).length
        if last is None:
            return Unknown(reason=Reason.NOT_SUPPORTED, detail=f"{_NO_GETTER}, and no candidate was ever proposed")
        if isinstance(length, Unknown):
            return length
        epochs = int(last.data, 16)
        return Known(
            value=epochs * length.value,
            evidence=(last, *length.evidence),
            derivation=f"{epochs} epochs of the last candidate, {length.derivation}",
        )

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=_NO_GETTER, evidence=account.code.evidence)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=_NO_GETTER, evidence=account.code.evidence)

    def proposals(self, account: Account) -> Told:
        epochs = _epochs(account)
        return read_each(account.events(PROPOSAL), lambda log: _read(account, epochs, log))

    def votes(self, account: Account) -> Iterable[Vote]:
        """Yield the last vote of each voter on each candidate; a vote that was taken back is none."""
        last: dict[tuple[int, str], Vote | None] = {}
        for log in account.events(VOTE):
            if len(log.topics) == 3 and len(log.data) == 130:
                key = (int(log.topics[2], 16), "0x" + log.topics[1][-40:])
                choice, weight = int(log.data[2:66], 16), int(log.data[66:], 16)
                last.pop(key, None)
                last[key] = Vote(*key, 1 if choice == 1 else 0, weight, log) if choice in (1, 2) else None
        return tuple(vote for vote in last.values() if vote is not None)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        return {int(log.topics[2], 16): log for log in account.events(COMMIT) if len(log.topics) == 3}

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        about = (f"0x{proposal_id:040x}",)
        counts = ("startFor(address)", "periodFor(address)", "approveFor(address)", "rejectFor(address)")
        return (
            *(StateCall(getter, getter, about, ("uint256",)) for getter in counts),
            StateCall("done", "isInitialized(address)", about, ("bool",)),
            StateCall("epoch", "epoch()", (), ("uint256",)),
            # Both are open to anyone: whether they would go through is what no getter tells.
            StateCall("commit", "commit(address)", about, ()),
            StateCall("emergency", "emergencyCommit(address)", about, ()),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        missing = Unknown(reason=Reason.NOT_SUPPORTED, detail=_NO_GETTER)
        none = transform(answers["approveFor(address)"], lambda _: 0, "this family has no such thing")
        return ProposalState(
            state=_state(answers),
            for_votes=answers["approveFor(address)"],
            against_votes=answers["rejectFor(address)"],
            abstain_votes=none,
            eta=none,
            quorum=missing,
        )


def _state(answers: dict[str, Known[Any] | Unknown]) -> Known[str] | Unknown:
    named = ("startFor(address)", "periodFor(address)", "approveFor(address)", "rejectFor(address)", "done", "epoch")
    evidence: list[Evidence] = []
    values: list[Any] = []
    for name in named:
        one = answers[name]
        if isinstance(one, Unknown):
            return one
        values.append(one.value)
        evidence += one.evidence
    start, period, approve, reject, done, epoch = values
    if not start:
        return Unknown(reason=Reason.UNDECODABLE, detail="the DAO knows no such candidate", evidence=tuple(evidence))
    if done:
        return Known(value="Executed", evidence=tuple(evidence), derivation="isInitialized(candidate)")
    running = epoch < start + period
    act = answers["emergency" if running else "commit"]
    name = "emergencyCommit" if running else "commit"
    if isinstance(act, Known):
        how = f"{name}(candidate) would go through now, as an eth_call tells"
        return Known(value="Succeeded", evidence=(*evidence, *act.evidence), derivation=how)
    if running:
        return Known(value="Active", evidence=tuple(evidence), derivation="epoch() before startFor + periodFor")
    if approve <= reject:
        return Known(value="Defeated", evidence=tuple(evidence), derivation="not more votes for than against")
    if act.reason is not Reason.REVERTED:
        return act
    how = "the vote is over and commit(candidate) reverts: no quorum, or expired"
    return Known(value="Defeated", evidence=(*evidence, *act.evidence), derivation=how)


def _candidate(log: LogEvidence) -> str:
    return "0x" + log.topics[1][-40:]


def _about(getter: str, candidate: str) -> str:
    return f"{getter.partition('(')[0]}({candidate})"


def _read(account: Account, epochs: _Epochs, log: LogEvidence) -> RawProposal:
    """Read a candidate off its event. What commit does is an upgrade, and a delegatecall to the candidate.

    Raises DecodeError and ValueError.
    """
    if len(log.topics) != 4:
        raise DecodeError("candidate, account and start are not indexed")
    candidate, start = _candidate(log), int(log.topics[3], 16)
    (period,) = decode(("uint256",), log.data)
    held: list[Evidence] = []
    for getter in ("startFor(address)", "periodFor(address)"):
        answer = account.ask(_about(getter, candidate))
        held += answer.evidence if isinstance(answer, Known) else ()
    actions = (
        RawAction(account.address, 0, _UPGRADE, selector(_UPGRADE) + encode(("address",), (candidate,))[2:], False),
        RawAction(candidate, 0, _INITIALIZE, selector(_INITIALIZE), delegate=True),
    )
    return RawProposal(
        log.address,
        int(candidate, 16),
        "0x" + log.topics[2][-40:],
        actions,
        epochs.begin(start),
        epochs.begin(start + int(period)),
        "",
        log,
        held=tuple(held),
    )


# ------------------------------------------------------------------------------------------------------------ epochs


@dataclass(frozen=True)
class _Epochs:
    """When each epoch that was told of began, in seconds."""

    began: Mapping[int, int]
    evidence: tuple[LogEvidence, ...]

    @property
    def told(self) -> bool:
        return len(self.began) > 1

    @property
    def length(self) -> Known[int] | Unknown:
        """The average length of an epoch in seconds."""
        if not self.told:
            detail = "no two Advance events tell how long an epoch is"
            return Unknown(reason=Reason.NO_LOGS, detail=detail, evidence=self.evidence)
        first, last = min(self.began), max(self.began)
        seconds = max(0, self.began[last] - self.began[first]) // (last - first)
        derivation = f"{seconds} seconds each by the Advance events of epochs {first} to {last}"
        return Known(value=seconds, evidence=self.evidence, derivation=derivation)

    def begin(self, epoch: int) -> int:
        """Return when an epoch begins, in seconds where events tell that or its length; else the epoch's number."""
        if epoch in self.began or not self.told:
            return self.began.get(epoch, epoch)
        first, last = min(self.began), max(self.began)
        nearest = last if epoch > first else first
        average = (self.began[last] - self.began[first]) // (last - first)
        return max(0, self.began[nearest] + (epoch - nearest) * average)


def _epochs(account: Account) -> _Epochs:
    logs = [log for log in account.events(ADVANCE) if len(log.topics) == 2 and len(log.data) == 130]
    began = {int(log.topics[1], 16): int(log.data[66:], 16) for log in logs}
    return _Epochs(began, tuple(dict.fromkeys((logs[0], logs[-1]))) if logs else ())
