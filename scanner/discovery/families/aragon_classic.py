"""Voting, the app that decides for organisations of Aragon's first generation.

It holds MiniMe balances of the block before a vote against each other, and runs the script of a vote that has passed
itself. More than the needed support of *all* tokens decides a vote at once, whatever is left of its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scanner.chain.abi import DecodeError, decode, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import nobody
from scanner.discovery.evmscript import script_calls
from scanner.discovery.families.interface import NOW, Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, logs_by_number, read_each
from scanner.discovery.permissions import acl
from scanner.discovery.permissions.claims import dispatches
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

START = topic("StartVote(uint256,address,string)")
CAST = topic("CastVote(uint256,address,bool,uint256)")
EXECUTED = topic("ExecuteVote(uint256)")

_PERCENT_BASE = 10**18
_GET_VOTE = "getVote(uint256)"
_VOTE = ("bool", "bool", "uint64", "uint64", "uint64", "uint64", "uint256", "uint256", "uint256", "bytes")
"""open, executed, startDate, snapshotBlock, supportRequired, minAcceptQuorum, yea, nay, votingPower, script."""
_SUPPLY = "totalSupply() of its token"
_CONTROLLER = "controller() of its token"
_GETTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("supportRequiredPct()", ("uint64",)),
    ("minAcceptQuorumPct()", ("uint64",)),
    ("voteTime()", ("uint64",)),
    ("votesLength()", ("uint256",)),
)
_FUNCTIONS = (_GET_VOTE, "newVote(bytes,string)", "executeVote(uint256)", "token()")
MAX_HELD = 2_000
"""Votes that are read off the state; the newest."""


class AragonVoting(GovernorFamily):
    """Recognised by its percentages, its vote time and the functions of its votes."""

    name = "aragon-voting"
    topics = (START, CAST, EXECUTED)

    def recognise(self, account: Account, code: str) -> bool:
        return dispatches(code, *_FUNCTIONS) and account.answers("token()", *(signature for signature, _ in _GETTERS))

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not dispatches(code, *_FUNCTIONS):
            return
        for signature, outputs in _GETTERS:
            yield Getter(account.address, signature, outputs)
        if not self.recognise(account, code):
            return
        if token := nonzero(self.token(account)):
            yield Getter(account.address, "totalSupply()", ("uint256",), named=_SUPPLY, asked=token)
            yield Getter(account.address, "controller()", ("address",), named=_CONTROLLER, asked=token)
        for log in account.events(START)[-MAX_HELD:]:
            if len(log.topics) == 3:
                number = int(log.topics[1], 16)
                yield Getter(account.address, _GET_VOTE, _VOTE, (number,), _held(number))

    def links(self, account: Account) -> Iterator[Link]:
        for getter in ("kernel()", _CONTROLLER):
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("token()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "Voting runs the script of a vote itself: no timelock stands between")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "nobody cancels a vote")

    def admin(self, account: Account) -> Known[str] | Unknown:
        """Who may change support and quorum, where somebody besides Voting itself may."""
        outside = self._settings(account)
        if isinstance(outside, Unknown):
            return outside
        for one in outside.value:
            return Known(value=one.address, evidence=one.evidence, derivation=one.words)
        return Known(value=account.address, evidence=outside.evidence, derivation="only the vote changes its rules")

    def besides(self, account: Account) -> Iterator[Beside]:
        outside = self._settings(account)
        if isinstance(outside, Known):
            yield from outside.value

    def _settings(self, account: Account) -> Known[tuple[Beside, ...]] | Unknown:
        grants = account.grants
        if grants is None or (not grants.items and not grants.complete):
            reason = grants.reason if grants else "the access list of its organisation was not read"
            return Unknown(reason=Reason.UNRESOLVED, detail=f"who may change its rules: {reason}")
        held = grants.of(acl.ID["MODIFY_QUORUM"], acl.ID["MODIFY_SUPPORT"])
        found = tuple(
            Beside(grant.who, Capability.SET_PARAMETERS, _words(grant.words, grant.condition), grant.evidence)
            for grant in held
            if grant.who != account.address
        )
        return Known(value=found, evidence=grants.evidence)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return combine(
            {"supply": account.ask(_SUPPLY), "share": account.ask("minAcceptQuorumPct()")},
            _quorum,
            "more than minAcceptQuorumPct() of the supply has to vote for it",
        )

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="Voting counts seconds")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="a vote opens when it is started")

    def decides_early(self, account: Account) -> Known[bool] | Unknown:
        words = "more than the needed support of all tokens decides a vote at once"
        return Known(value=True, evidence=account.code.evidence, derivation=words)

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return account.ask("voteTime()")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        """What CREATE_VOTES_ROLE asks for: one unit where the token's controller forwards for whoever holds some."""
        grants = account.grants
        if grants is None:
            return Unknown(reason=Reason.UNRESOLVED, detail="the access list of its organisation was not read")
        holders = [grant for grant in grants.of(acl.ID["CREATE_VOTES"]) if not grant.words.startswith("manages")]
        evidence = tuple(item for grant in holders for item in grant.evidence) or grants.evidence
        if any(grant.who == ZERO_ADDRESS and not grant.condition for grant in holders):
            return Known(value=0, evidence=evidence, derivation="anyone may start votes")
        controller = nonzero(account.address_of(_CONTROLLER))
        if any(grant.who == controller and not grant.condition for grant in holders):
            evidence += account.address_of(_CONTROLLER).evidence
            return Known(value=1, evidence=evidence, derivation="the token manager starts votes for any holder")
        who = ", ".join(sorted({grant.who for grant in holders})) or "nobody"
        return Unknown(
            reason=Reason.NOT_SUPPORTED, detail=f"no number of tokens: CREATE_VOTES_ROLE has {who}", evidence=evidence
        )

    def proposals(self, account: Account) -> Told:
        duration = self.voting_period(account)

        def read(log: LogEvidence) -> RawProposal:
            if len(log.topics) != 3:
                raise ValueError("the vote's number and creator are not indexed")
            (metadata,) = decode(("string",), log.data)
            return _read_vote(account, log, str(metadata), duration)

        return read_each(account.events(START), read)

    def votes(self, account: Account) -> Iterator[Vote]:
        """The last vote of each voter: a vote may be changed while it is open."""
        last: dict[tuple[int, str], Vote] = {}
        for log in account.events(CAST):
            try:
                supports, stake = decode(("bool", "uint256"), log.data)
            except DecodeError:
                continue
            if len(log.topics) == 3:
                vote = Vote(int(log.topics[1], 16), "0x" + log.topics[2][-40:], int(supports), stake, log)
                last.pop((vote.proposal, vote.voter), None)
                last[(vote.proposal, vote.voter)] = vote
        yield from last.values()

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        return logs_by_number(account.events(EXECUTED))

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("vote", _GET_VOTE, (proposal_id,), _VOTE),
            StateCall("can", "canExecute(uint256)", (proposal_id,), ("bool",)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        vote = answers["vote"]
        return ProposalState(
            state=combine({"row": vote, "can": answers["can"], "now": answers[NOW]}, _state, "getVote(), canExecute()"),
            for_votes=transform(vote, lambda row: row[6], "getVote().yea"),
            against_votes=transform(vote, lambda row: row[7], "getVote().nay"),
            abstain_votes=transform(vote, lambda _: 0, "Voting counts no abstentions"),
            eta=transform(vote, lambda _: 0, "nothing is queued"),
            quorum=transform(vote, lambda row: _quorum(row[8], row[5]), "minAcceptQuorum of getVote().votingPower"),
        )


def _held(number: int) -> str:
    return f"{_GET_VOTE} {number}"


def _words(words: str, condition: str) -> str:
    return f"{words} under {condition}" if condition else words


def _quorum(supply: int, share: int) -> int:
    """Return the fewest votes for that are more than a share (in 10^18ths, itself rounded down) of the supply."""
    return min(supply, -(-supply * (share + 1) // _PERCENT_BASE)) if supply else 0


def _state(row: Any, can: bool, now: int) -> str:
    if row[1]:
        return "Executed"
    if can:
        return "Succeeded"
    return "Active" if row[0] else "Defeated"


def _read_vote(account: Account, log: LogEvidence, about: str, duration: Known[int] | Unknown) -> RawProposal:
    """Return a vote with the calls of its script, which only the state holds."""
    number = int(log.topics[1], 16)
    answer = account.ask(_held(number))
    unread: Unknown | None = None
    actions: tuple[RawAction, ...] = ()
    start, snapshot = 0, 0
    if isinstance(answer, Unknown):
        unread = answer
    else:
        start, snapshot = int(answer.value[2]), int(answer.value[3])
        try:
            calls = tuple(script_calls(str(answer.value[9])))
            actions = tuple(RawAction(target, 0, "", data, delegate=False) for target, data in calls)
        except DecodeError as error:
            unread = Unknown(reason=Reason.UNDECODABLE, detail=str(error), evidence=answer.evidence)
    return RawProposal(
        governor=log.address,
        id=number,
        proposer="0x" + log.topics[2][-40:],
        actions=actions,
        vote_start=start,
        vote_end=start + (duration.value if isinstance(duration, Known) else 0),
        description=about,
        log=log,
        held=answer.evidence if unread is None else (),
        unread=unread,
        weighed_at=snapshot if isinstance(answer, Known) else None,
    )
