"""A governor of no known family: analysed by what it answers, by its own ABI where its source is verified, else by its
selectors and the instructions that it reaches; and called unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from scanner.chain.abi import DecodeError, selector
from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.account import Account, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector, nobody
from scanner.discovery.battery import PROPOSAL_CREATED, VOTE_CAST, VOTE_CAST_ALPHA, VOTE_CAST_PARAMS
from scanner.discovery.clock import clock_mode
from scanner.discovery.families import homemade
from scanner.discovery.families.interface import (
    OZ_STATES,
    UNKNOWN,
    GovernorFamily,
    ProposalState,
    StateCall,
    state_name,
)
from scanner.discovery.families.told import Told, Vote, cast_votes, logs_by_number, read_each
from scanner.discovery.world import Getter
from scanner.model.authenticators import Authenticator
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind, Guard
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.sources.interface import NoSource

T = TypeVar("T")

_PROPOSE = tuple(
    selector(signature)
    for signature in (
        "propose(address[],uint256[],bytes[],string)",
        "propose(address[],uint256[],string[],bytes[],string)",
    )
)
_PROPOSES_ONE = tuple(
    selector(f"{name}({arguments})")
    for name in ("propose", "createProposal", "submitProposal", "newProposal", "makeProposal", "addProposal")
    for arguments in (
        "address,uint256,bytes",
        "address,uint256,bytes,string",
        "address,uint256,string,bytes",
        "address,bytes,string",
        "address,bytes",
        "address,uint256,string",
        "address,uint256",
        "string,address,uint256,bytes",
        "string,address,uint256",
        "bytes,string",
    )
)
_VOTES_ON_ONE = tuple(
    selector(signature)
    for signature in (
        "vote(uint256,bool)",
        "vote(uint256,uint8)",
        "vote(uint256,bool,string)",
        "vote(uint256)",
        "castVote(uint256,bool)",
        "castVote(uint256,uint8)",
        "voteFor(uint256)",
        "castVote(uint256,uint256,bool)",
        "submitVote(uint256,bool)",
    )
)
_EXECUTES_ONE = tuple(
    selector(signature)
    for signature in (
        "execute(uint256)",
        "executeProposal(uint256)",
        "processProposal(uint256)",
        "enact(uint256)",
        "execute(uint256,bytes)",
        "executeProposal(uint256,bytes)",
    )
)
"""What contracts of one file call it: one of each is a governor even without a source."""

_MAKES_ONE = re.compile(r"(new|submit|create|add|make)(Proposal|Motion|Referendum)")
_CARRIES_OUT = re.compile(r"(execute|process|enact)")
_CASTS = re.compile(r"^(cast|submit|give)?_?votes?(For|Against|With\w*|By\w*|On\w*|In\w*)?\(", re.IGNORECASE)
_TOLD_BY_LOGS = ("getPastVotes", "getPriorVotes", "getVotes", "getCurrentVotes", "ballot per proof")
_VOTE_NAMES = ("castVote", "vote", "castVoteWithReason", "voteWithProof", "submitVote")

QUEUE_SELECTORS = tuple(
    selector(signature)
    for signature in (
        "queue(uint256)",
        "queue(address[],uint256[],bytes[],bytes32)",
        "timelock()",
        "delay()",
        "executionDelay()",
        "timelockDelay()",
        "getMinDelay()",
        "eta(uint256)",
        "proposalEta(uint256)",
    )
)
"""A governor that dispatches none of these has no step between a passed vote and its execution."""


class UnknownGovernor(GovernorFamily):
    """Something that takes proposals and votes."""

    name = UNKNOWN
    plain = True

    def recognise(self, account: Account, code: str) -> bool:
        if any(has_selector(code, one) for one in _PROPOSE):
            return True
        if all(any(has_selector(code, one) for one in kind) for kind in (_PROPOSES_ONE, _VOTES_ON_ONE, _EXECUTES_ONE)):
            return True
        names = {signature.partition("(")[0] for signature, _ in account.abi_functions()}
        votes = any(name in names for name in _VOTE_NAMES) or any(one.startswith(("castVote", "vote")) for one in names)
        if votes and any(_MAKES_ONE.match(name) for name in names) and any(_CARRIES_OUT.match(name) for name in names):
            return True
        return votes and any(name.startswith("propose") for name in names)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        """Yield the further events and getters that the ABI of a home-made governor has."""
        told = homemade.own_words(account)
        if not told.topics or not self.recognise(account, code):
            return
        yield Getter(account.address, "", (), named="further events of its ABI", topics=told.topics)
        for kind in _OWN_NUMBERS:
            if (getter := homemade.own_getter(account, kind)) is not None:
                yield Getter(account.address, getter, ("uint256",))
        if told.getter is None:
            return
        signature, shape = told.getter
        for made in told.made:
            for log in account.events(made.topic):
                number = _number(made, log)
                if number is not None:
                    yield Getter(account.address, signature, shape.types, (number,), homemade.held_key(number))

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("token()", "comp()", "uni()", "nouns()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        answer = account.address_of("timelock()", "executor()")
        if isinstance(answer, Known):
            return answer
        if getter := homemade.own_getter(account, "delay"):
            return nobody(account, f"{getter} says what it waits itself")
        code = account.code
        if isinstance(code, Known) and not any(has_selector(code.value, one) for one in QUEUE_SELECTORS):
            none = Known(
                value=ZERO_ADDRESS,
                evidence=code.evidence,
                derivation="no function that queues, delays or names a timelock among its selectors",
            )
            return _not_named_otherwise(account, none, "what delays it")
        return answer

    def authenticators(self, account: Account) -> Collection[Authenticator]:
        """Not known: its votes may come through others."""
        return Collection[Authenticator](items=(), complete=False, reason="a governor of no known family")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        found = absent_when_reverted(account, "guardian()", "vetoer()", "proposalGuardian()")
        return _not_named_otherwise(account, found, "a guardian")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return _not_named_otherwise(account, absent_when_reverted(account, "owner()", "admin()"), "an admin")

    def clock(self, account: Account) -> Known[str] | Unknown:
        """By CLOCK_MODE; where there is none, by which of the two its code can ask for. Both tell nothing."""
        mode = clock_mode(account)
        if account.answers("CLOCK_MODE()") or isinstance(mode, Unknown) or not isinstance(account.code, Known):
            return mode
        names = reachable_opcodes(account.code.value)
        asked = (names or frozenset()) & {"TIMESTAMP", "NUMBER"}
        if len(asked) != 1:
            detail = "a governor of no known family without CLOCK_MODE(), whose code asks for time and block alike"
            return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=account.code.evidence)
        value = "timestamp" if "TIMESTAMP" in asked else "blocknumber"
        how = f"its code can reach {next(iter(asked))} only"
        return Known(value=value, evidence=account.code.evidence, derivation=how)

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        return _not_named_otherwise(account, super().late_extension(account), "an extension")

    def carried_by(self, account: Account) -> ActorKind | None:
        """Unresolved where its code lets only some vote, or never looks at the count: no token carries that then."""
        counts = account.facts.execution_by_count if account.facts is not None else None
        if isinstance(counts, Known) and not counts.value:
            return ActorKind.UNRESOLVED
        named = account.facts.functions.items if account.facts is not None else ()
        casting = [one for one in named if _CASTS.match(one.signature)]
        kept = casting and all(one.guard == Guard.CALLER for one in casting)
        return ActorKind.UNRESOLVED if kept else super().carried_by(account)

    def doubt(self, account: Account) -> str:
        """Whether one vote counts once stands in the code of a home-made governor, or nowhere."""
        again = account.facts.vote_changeable if account.facts is not None else None
        if isinstance(again, Unknown) and again.reason is Reason.UNRESOLVED:
            return f"whether anyone may vote more than once: {again.detail}"
        return ""

    def voting_power(self, account: Account) -> Known[dict[str, int]] | Unknown | None:
        """Not known unless its code asks the token for votes: then the token's logs tell who has them; or where each
        proof is one ballot, which a group's logs tell of."""
        weight = account.facts.vote_weight_time if account.facts is not None else None
        if isinstance(weight, Known) and any(one in weight.derivation for one in _TOLD_BY_LOGS):
            return None
        detail = "a governor of no known family, and nothing shows that it weighs votes as its token counts them"
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=account.code.evidence)

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return _own(account, "votingDelay", super().voting_delay(account))

    def decides_early(self, account: Account) -> Known[bool] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="whether a home-made vote can end early is not told")

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return _own(account, "votingPeriod", super().voting_period(account))

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return _own(account, "threshold", super().proposal_threshold(account))

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        """By a getter; else none where the code waits for nothing but the end of the vote, or hands on to a timelock,
        whose delay counts. Else it is not known."""
        if getter := homemade.own_getter(account, "delay"):
            return transform(account.ask(getter), int, f"{getter}, by its name")
        if account.facts is None or account.verified is None or nonzero(self.timelock(account)):
            return None
        waits = account.facts.execution_waits
        if isinstance(waits, Known) and not waits.value:
            return None
        detail = f"no getter names how long its code waits: {waits.detail}" if isinstance(waits, Unknown) else ""
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=waits.evidence)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        for key in ("quorumVotes()", "quorum@time" if clock_mode == "timestamp" else "quorum@block"):
            answer = account.ask(key)
            if isinstance(answer, Known):
                return answer
        detail = "the governor is of no known family and answers no quorum"
        return _own(account, "quorum", Unknown(reason=Reason.NOT_SUPPORTED, detail=detail))

    def proposals(self, account: Account) -> Told:
        """Return what standard events tell, and those that the ABI calls so."""
        standard = super().proposals(account)
        found, problems = list(standard.proposals), list(standard.problems)
        for shape in homemade.own_words(account).made:
            if shape.topic == PROPOSAL_CREATED:
                continue
            own = read_each(account.events(shape.topic), partial(homemade.read_made, account, shape))
            found += own.proposals
            problems += own.problems
        unique = {one.id: one for one in reversed(found)}
        ordered = sorted(unique.values(), key=lambda one: (one.log.block_number, one.log.log_index))
        return Told(tuple(ordered), tuple(problems))

    def tells_all(self, account: Account) -> bool:
        """Only where the published source has the standard event, and its own count says that there was none yet."""
        standard = any(shape.topic == PROPOSAL_CREATED for shape in homemade.own_words(account).made)
        count = account.ask("proposalCount()")
        return standard and isinstance(count, Known) and count.value == 0

    def votes(self, account: Account) -> Iterable[Vote]:
        yield from cast_votes(account)
        for shape in homemade.own_words(account).votes:
            if shape.topic not in (VOTE_CAST, VOTE_CAST_PARAMS, VOTE_CAST_ALPHA):
                read = (homemade.read_vote(shape, log) for log in account.events(shape.topic))
                yield from (vote for vote in read if vote is not None)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        found = dict(super().executions(account))
        for shape in homemade.own_words(account).done:
            if homemade.number_of(shape) == 0:
                found.update(logs_by_number(account.events(shape.topic)))
        return found

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "state(uint256)", (proposal_id,), ("uint8",)),
            StateCall("votes", "proposalVotes(uint256)", (proposal_id,), ("uint256", "uint256", "uint256")),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        unsupported = Unknown(reason=Reason.NOT_SUPPORTED, detail="the governor is of no known family")
        votes = answers["votes"]
        return ProposalState(
            state=transform(answers["state"], state_name, "read as IGovernor.ProposalState"),
            against_votes=transform(votes, lambda row: row[0], "proposalVotes: against"),
            for_votes=transform(votes, lambda row: row[1], "proposalVotes: for"),
            abstain_votes=transform(votes, lambda row: row[2], "proposalVotes: abstain"),
            eta=unsupported,
            quorum=unsupported,
        )

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        """Read states in the order of the source's enum, and counts off the getter of a proposal, by its names."""
        words = homemade.state_words(account)
        if words:
            positions = {name: at for at, name in enumerate(OZ_STATES)}
            state = replace(state, state=transform(state.state, lambda name: _word(words, positions, name), "its enum"))
        held, told = homemade.held_proposal(account, proposal_id), homemade.own_words(account).getter
        if not isinstance(held, Known) or told is None:
            return state
        shape = told[1]

        def of(word: str, kind: str, otherwise: Known[Any] | Unknown) -> Known[Any] | Unknown:
            at = shape.field(word, kind)
            if isinstance(otherwise, Known) or at < 0:
                return otherwise
            how = f"{shape.names[at]} of {told[0] if told else ''}"
            return Known(value=held.value[at], evidence=held.evidence, derivation=how)

        return replace(
            state,
            state=state.state if isinstance(state.state, Known) else _by_marks(shape, held, state.state),
            for_votes=of("yes", "uint", state.for_votes),
            against_votes=of("no", "uint", state.against_votes),
        )


_OWN_NUMBERS = ("votingPeriod", "votingDelay", "quorum", "threshold", "delay")


def _not_named_otherwise(account: Account, found: Known[T] | Unknown, what: str) -> Known[T] | Unknown:
    """Return that something is not there only where a source is, which names it otherwise if it is there."""
    if isinstance(found, Unknown) or found.value not in (0, ZERO_ADDRESS) or account.verified is not None:
        return found
    if isinstance(account.source, NoSource):
        detail = f"a governor of no known family without source: {what} may have any name"
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=found.evidence)
    return found


def _own(account: Account, kind: str, standard: Known[int] | Unknown) -> Known[int] | Unknown:
    """Return the standard getter's answer, else that of the ABI's getter that is called much the same."""
    getter = homemade.own_getter(account, kind)
    if isinstance(standard, Known) or getter is None:
        return standard
    return transform(account.ask(getter), int, f"{getter}, by its name")


def _number(shape: homemade.Shape, log: LogEvidence) -> int | None:
    try:
        return int(shape.read(log)[homemade.number_of(shape)])
    except DecodeError:
        return None


def _word(words: Sequence[str], positions: dict[str, int], name: str) -> str:
    """Return the word of the source's enum for a state that was read in IGovernor's order."""
    number = positions[name] if name in positions else int(name.rpartition(" ")[2])
    return words[number] if number < len(words) else f"state {number}"


def _by_marks(shape: homemade.Shape, held: Known[tuple[Any, ...]], unknown: Unknown) -> Known[str] | Unknown:
    """Return that a proposal is executed or cancelled where the getter marks it so; else it stays unknown."""
    for word, state in (("done", "Executed"), ("cancelled", "Canceled")):
        at = shape.field(word, "bool")
        if at >= 0 and held.value[at]:
            return Known(value=state, evidence=held.evidence, derivation=f"{shape.names[at]} of {shape.name}")
    return unknown
