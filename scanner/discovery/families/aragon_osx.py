"""Aragon OSx plugins that take proposals for a DAO: TokenVoting, AddresslistVoting and Multisig.

A plugin decides, its DAO makes the calls, at once. Who else may make the DAO act stands in the DAO's permissions, not
in the plugin. Times are seconds; votes are weighed at a block before the proposal.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scanner.chain.abi import DecodeError, decode, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import nobody
from scanner.discovery.families.interface import NOW, Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, read_each
from scanner.discovery.permissions import osx
from scanner.discovery.permissions.claims import dispatches
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown

CREATED = topic("ProposalCreated(uint256,address,uint64,uint64,bytes,(address,uint256,bytes)[],uint256)")
VOTE_CAST = topic("VoteCast(uint256,address,uint8,uint256)")
APPROVED = topic("Approved(uint256,address)")
_CREATED_TYPES = ("uint64", "uint64", "bytes", "(address,uint256,bytes)[]", "uint256")

_MILLION = 10**6
"""Ratios are millionths (Ratio.sol)."""
_SUPPORT = {1: 2, 2: 1, 3: 0}
"""IMajorityVoting.VoteOption (abstain, yes, no) as this project counts."""
MAX_HELD = 2_000
"""Proposals that are read off the plugin's state; the newest."""

_VOTING_STATE = (
    "bool",
    "bool",
    "(uint8,uint32,uint64,uint64,uint64,uint256)",
    "(uint256,uint256,uint256)",
    "(address,uint256,bytes)[]",
)
_MULTISIG_STATE = ("bool", "uint16", "(uint16,uint64,uint64,uint64)", "(address,uint256,bytes)[]")
_GET_PROPOSAL = "getProposal(uint256)"


def _block(account: Account) -> int:
    return account.code.evidence[0].block_number if account.code.evidence else 0


class _Plugin(GovernorFamily):
    """What the plugins have in common. `getters` are those by which it is told, with what they return."""

    getters: tuple[tuple[str, tuple[str, ...]], ...]
    state_types: tuple[str, ...]
    topics = (CREATED, VOTE_CAST, APPROVED)

    def recognise(self, account: Account, code: str) -> bool:
        return self._shaped(code) and account.answers("dao()", *(signature for signature, _ in self.getters))

    def _shaped(self, code: str) -> bool:
        return dispatches(code, "dao()", _GET_PROPOSAL, *(signature for signature, _ in self.getters))

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not self._shaped(code):
            return
        yield Getter(account.address, "dao()", ("address",))
        for signature, outputs in self.getters:
            yield Getter(account.address, signature, outputs)
        if self.recognise(account, code):
            yield from self.own_questions(account, code)
            for log in account.events(CREATED)[-MAX_HELD:]:
                if len(log.topics) == 3:
                    number = int(log.topics[1], 16)
                    yield Getter(account.address, _GET_PROPOSAL, self.state_types, (number,), _held(number))

    def own_questions(self, account: Account, code: str) -> Iterable[Getter]:
        """Yield what is asked once it is known to be of this family."""
        return ()

    def links(self, account: Account) -> Iterator[Link]:
        if dao := nonzero(account.address_of("dao()")):
            yield Link(dao, f"dao() of {account.address}")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "the DAO executes at once: no timelock stands between")

    def executor(self, account: Account) -> str:
        return nonzero(account.address_of("dao()")) or account.address

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "nobody cancels a proposal of this plugin")

    def admin(self, account: Account) -> Known[str] | Unknown:
        """Who holds the permission to change its settings; the DAO where nobody but it does."""
        holders = self._settings(account)
        if isinstance(holders, Unknown):
            return holders
        dao = self.executor(account)
        chosen = next((grant for grant in holders.value if grant.who != dao), None)
        for grant in (chosen, *holders.value):
            if grant is not None:
                return Known(value=grant.who, evidence=grant.evidence, derivation=grant.words)
        return Known(
            value=nobody(account, "").value, evidence=holders.evidence, derivation="nobody may change its settings"
        )

    def _settings(self, account: Account) -> Known[Any] | Unknown:
        grants = account.grants
        if grants is None or (not grants.items and not grants.complete):
            reason = grants.reason if grants else "its DAO was not read"
            return Unknown(reason=Reason.UNRESOLVED, detail=f"who may change its settings: {reason}")
        held = grants.of(osx.ID["UPDATE_VOTING_SETTINGS"], osx.ID["UPDATE_MULTISIG_SETTINGS"])
        return Known(value=held, evidence=grants.evidence)

    def besides(self, account: Account) -> Iterator[Beside]:
        holders = self._settings(account)
        if isinstance(holders, Known):
            for grant in holders.value:
                words = f"{grant.words} under {grant.condition}" if grant.condition else grant.words
                yield Beside(grant.who, Capability.SET_PARAMETERS, words, grant.evidence)

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="Aragon OSx counts seconds")

    def proposals(self, account: Account) -> Told:
        def read(log: LogEvidence) -> RawProposal:
            if len(log.topics) != 3:
                raise ValueError("the proposal's number and creator are not indexed")
            number = int(log.topics[1], 16)
            start, end, metadata, actions, _ = decode(_CREATED_TYPES, log.data)
            raw = RawProposal(
                governor=log.address,
                id=number,
                proposer="0x" + log.topics[2][-40:],
                actions=_actions(actions),
                vote_start=start,
                vote_end=end,
                description=bytes.fromhex(metadata[2:]).decode("utf-8", errors="replace"),
                log=log,
            )
            return self._as_held(account, raw)

        return read_each(account.events(CREATED), read)

    def _as_held(self, account: Account, raw: RawProposal) -> RawProposal:
        """Return the proposal with the calls and the snapshot that the plugin's state holds, where it was asked."""
        answer = account.ask(_held(raw.id))
        if isinstance(answer, Unknown):
            return raw
        parameters, actions = self._parts(answer.value)
        return RawProposal(
            governor=raw.governor,
            id=raw.id,
            proposer=raw.proposer,
            actions=_actions(actions),
            vote_start=parameters[-1],
            vote_end=raw.vote_end,
            description=raw.description,
            log=raw.log,
            held=answer.evidence,
            weighed_at=parameters[0],
        )

    @abstractmethod
    def _parts(self, state: tuple[Any, ...]) -> tuple[tuple[int, int], Any]:
        """Return ((block of the snapshot, start in seconds), actions) of a decoded getProposal."""

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", _GET_PROPOSAL, (proposal_id,), self.state_types),
            StateCall("can", "canExecute(uint256)", (proposal_id,), ("bool",)),
        )


def _held(number: int) -> str:
    return f"{_GET_PROPOSAL} {number}"


def _actions(rows: Any) -> tuple[RawAction, ...]:
    return tuple(RawAction(str(to).lower(), int(value), "", str(data), delegate=False) for to, value, data in rows)


class OsxTokenVoting(_Plugin):
    """TokenVoting: a share of the supply has to take part, and more than a share of yes and no has to say yes."""

    name = "aragon-osx-token-voting"
    state_types = _VOTING_STATE
    getters = (
        ("supportThreshold()", ("uint32",)),
        ("minParticipation()", ("uint32",)),
        ("minDuration()", ("uint64",)),
        ("minProposerVotingPower()", ("uint256",)),
        ("votingMode()", ("uint8",)),
        ("getVotingToken()", ("address",)),
    )

    def own_questions(self, account: Account, code: str) -> Iterable[Getter]:
        yield Getter(account.address, "totalVotingPower(uint256)", ("uint256",), (_block(account) - 1,), _TOTAL)

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("getVotingToken()")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return combine(
            {"total": account.ask(_TOTAL), "share": account.ask("minParticipation()")},
            lambda total, share: -(-total * share // _MILLION),
            "minParticipation() of all votes a block ago, rounded up; yes, no and abstain count",
        )

    def total_votes(self, account: Account) -> Known[int] | Unknown | None:
        return account.ask(_TOTAL)

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="its creator may open a vote at once")

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return account.ask("minDuration()")

    def decides_early(self, account: Account) -> Known[bool] | Unknown:
        return transform(account.ask("votingMode()"), lambda mode: mode == _EARLY_EXECUTION, "votingMode()")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return account.ask("minProposerVotingPower()")

    def votes(self, account: Account) -> Iterator[Vote]:
        """Where votes may be replaced, the last of each voter."""
        last: dict[tuple[int, str], Vote] = {}
        for log in account.events(VOTE_CAST):
            try:
                option, weight = decode(("uint8", "uint256"), log.data)
            except DecodeError:
                continue
            if len(log.topics) == 3 and option in _SUPPORT:
                vote = Vote(int(log.topics[1], 16), "0x" + log.topics[2][-40:], _SUPPORT[option], weight, log)
                last.pop((vote.proposal, vote.voter), None)
                last[(vote.proposal, vote.voter)] = vote
        yield from last.values()

    def _parts(self, state: tuple[Any, ...]) -> tuple[tuple[int, int], Any]:
        parameters = state[2]
        return (int(parameters[4]), int(parameters[2])), state[4]

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        state = answers["state"]
        words = "getProposal() and canExecute()"
        return ProposalState(
            state=combine({"row": state, "can": answers["can"], "now": answers[NOW]}, _voting_state, words),
            abstain_votes=transform(state, lambda row: row[3][0], "getProposal().tally"),
            for_votes=transform(state, lambda row: row[3][1], "getProposal().tally"),
            against_votes=transform(state, lambda row: row[3][2], "getProposal().tally"),
            eta=transform(state, lambda _: 0, "nothing is queued"),
            quorum=transform(state, lambda row: row[2][5], "getProposal().parameters.minVotingPower"),
        )


_TOTAL = "totalVotingPower(uint256)@block"
_EARLY_EXECUTION = 1
"""Of MajorityVotingBase.VotingMode: Standard, EarlyExecution, VoteReplacement."""


def _voting_state(row: Any, can: bool, now: int) -> str:
    open_, executed, parameters = row[0], row[1], row[2]
    if executed:
        return "Executed"
    if can:
        return "Succeeded"
    if open_:
        return "Active"
    return "Pending" if parameters[2] > now else "Defeated"


class OsxAddresslistVoting(OsxTokenVoting):
    """AddresslistVoting: the same rules, where every listed account has one vote."""

    name = "aragon-osx-addresslist-voting"
    vote = ActorKind.SHARE_VOTE
    getters = (*OsxTokenVoting.getters[:-1], ("addresslistLength()", ("uint256",)))

    def token(self, account: Account) -> Known[str] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="listed accounts vote, and no token does")


class OsxMultisig(_Plugin):
    """Multisig: enough of its listed members approve, and anyone may execute from then on."""

    name = "aragon-osx-multisig"
    vote = ActorKind.MULTISIG
    state_types = _MULTISIG_STATE
    getters = (("multisigSettings()", ("bool", "uint16")), ("addresslistLength()", ("uint256",)))

    def signers(self, account: Account) -> Known[int] | Unknown | None:
        return transform(account.ask("multisigSettings()"), lambda row: int(row[1]), "multisigSettings().minApprovals")

    def token(self, account: Account) -> Known[str] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="listed members approve, and no token does")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return transform(account.ask("multisigSettings()"), lambda row: int(row[1]), "multisigSettings().minApprovals")

    def total_votes(self, account: Account) -> Known[int] | Unknown | None:
        return account.ask("addresslistLength()")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return _no_vote()

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return _no_vote()

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        return _no_vote()

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        return _no_vote()

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return transform(account.ask("multisigSettings()"), lambda row: int(row[0]), "multisigSettings().onlyListed")

    def votes(self, account: Account) -> Iterator[Vote]:
        for log in account.events(APPROVED):
            if len(log.topics) == 3:
                yield Vote(int(log.topics[1], 16), "0x" + log.topics[2][-40:], 1, 1, log)

    def _parts(self, state: tuple[Any, ...]) -> tuple[tuple[int, int], Any]:
        parameters = state[2]
        return (int(parameters[1]), int(parameters[2])), state[3]

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        state = answers["state"]
        words = "getProposal() and canExecute()"
        none = transform(state, lambda _: 0, "members only approve")
        return ProposalState(
            state=combine({"row": state, "can": answers["can"], "now": answers[NOW]}, _multisig_state, words),
            for_votes=transform(state, lambda row: row[1], "getProposal().approvals"),
            against_votes=none,
            abstain_votes=none,
            eta=transform(state, lambda _: 0, "nothing is queued"),
            quorum=transform(state, lambda row: row[2][0], "getProposal().parameters.minApprovals"),
        )


def _multisig_state(row: Any, can: bool, now: int) -> str:
    executed, approvals, (needed, _, start, end) = row[0], row[1], row[2]
    if executed:
        return "Executed"
    if can:
        return "Succeeded"
    if start > now:
        return "Pending"
    if now <= end:
        return "Active"
    return "Expired" if approvals >= needed else "Defeated"


def _no_vote() -> Unknown:
    return Unknown(reason=Reason.NOT_SUPPORTED, detail="members approve one after the other: there is no vote to time")
