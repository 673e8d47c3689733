"""The questions of a Reality module: asked, answered for a bond, final, executed or void. No vote is held here.

The module keeps hashes of the calls and nothing else, so that these are not read before they are made, and which of
several final questions an execution belongs to is known only where one alone could be it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.executors.zodiac.reality import (
    EXECUTED,
    KEPT,
    OF_QUESTION,
    OracleModule,
    answer_to,
    asked_by,
    texts,
)
from scanner.discovery.families.interface import NOW, ProposalState, StateCall
from scanner.discovery.families.told import RawProposal, Told, Vote, read_each
from scanner.discovery.queues.answers import INVALID, YES, question_at
from scanner.discovery.queues.interface import NO_VOTE, Queue
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_SEPARATOR = "\u241f"
_NO_CALLS = Unknown(
    reason=Reason.OFF_CHAIN, detail="the module keeps hashes of the calls only: what they are is published off chain"
)
_MIXED = Unknown(reason=Reason.UNRESOLVED, detail="more than one final question could be the one that was executed")


class RealityQuestions(Queue):
    """Every question of a module is told as a proposal, its state by the oracle and by the Safe's logs."""

    name = "zodiac-reality"
    kind = OracleModule()

    def proposals(self, account: Account) -> Told:
        logs, left_out = asked_by(account)
        said = texts(account)
        told = read_each(logs, lambda log: _read(account, log, said))
        if left_out:
            problem = ("a proposal (earlier questions)", f"{left_out} more were asked than are looked at")
            return Told(told.proposals, (*told.problems, problem))
        return told

    def votes(self, account: Account) -> Iterable[Vote]:
        return ()

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        found = executed(account)
        return {number: log for number, log in found.items() if log is not None} if found is not None else {}

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return ()

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        """Under the time of execution stands the time of the pinned block, until `complete_state` says more."""
        return ProposalState(NO_VOTE, NO_VOTE, NO_VOTE, NO_VOTE, answers[NOW], NO_VOTE)

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        number = _word(proposal_id)
        names = ("final", "answer", "bond", "at")
        parts = {name: account.ask(answer_to(one, number)) for name, (one, _) in zip(names, OF_QUESTION, strict=True)}
        at_rest = {"at": parts["at"], "cooldown": account.ask("questionCooldown()"), "final": parts["final"]}
        # The cooldown has to be over by more than its last second.
        eta = combine(
            at_rest, lambda at, cooldown, final: at + cooldown + 1 if final else 0, "getFinalizeTS + cooldown"
        )
        rules = {
            "kept": account.ask(answer_to(KEPT, number)),
            "least": account.ask("minimumBond()"),
            "expiration": account.ask("answerExpiration()"),
            "now": state.eta,
        }
        told = combine({**parts, **rules, "number": Known(value=number, evidence=())}, _state, "the oracle's answers")
        if isinstance(told, Known) and told.value in ("Queued", "Expired"):
            done = executed(account)
            if done is None:
                told = Unknown(reason=Reason.NOT_SUPPORTED, detail="no logs of a Safe tell what it had executed")
            elif proposal_id in done:
                log = done[proposal_id]
                told = _MIXED if log is None else Known(value="Executed", evidence=(*told.evidence, log))
        return replace(state, state=told, eta=eta, asked=(question_at(account, number),))


def _state(**told: Any) -> str:
    """Return the state of a question, before it is known whether it was executed."""
    if told["kept"] != told["number"]:
        return "Canceled"
    if not told["final"]:
        return "Active" if told["at"] else "Pending"
    if told["answer"] == INVALID:
        return "Canceled"
    if told["answer"] != YES or told["bond"] < told["least"]:
        return "Defeated"
    void = told["expiration"] and told["at"] + told["expiration"] < told["now"]
    return "Expired" if void else "Queued"


def executed(account: Account) -> dict[int, LogEvidence | None] | None:
    """Return by question the log of its first execution; with None where another question may be meant by it.

    None for nothing where the module's target is no Safe, or its logs were not read.
    """
    target = account.met.get(nonzero(account.address_of("target()")) or "")
    if target is None or not target.answers("getOwners()", "getThreshold()") or isinstance(account.logs, Unknown):
        return None
    yes = [log for log in asked_by(account)[0] if _may_execute(account, log.topics[1])]
    found: dict[int, LogEvidence | None] = {}
    for log in account.events(EXECUTED):
        if log.address != target.address:
            continue
        meant = [int(one.topics[1], 16) for one in yes if _place(one) < _place(log)]
        for number in meant:
            if len(meant) == 1:
                found[number] = found.get(number) or log
            else:
                found.setdefault(number, None)
    return found


def _may_execute(account: Account, number: str) -> bool:
    final, answer = (account.ask(answer_to(one, number)) for one, _ in OF_QUESTION[:2])
    return not (isinstance(final, Known) and not final.value) and not (
        isinstance(answer, Known) and answer.value != YES
    )


def _place(log: LogEvidence) -> tuple[int, int]:
    return (log.block_number, log.log_index)


def _read(account: Account, log: LogEvidence, said: dict[str, str]) -> RawProposal:
    number = log.topics[1]
    finalised = account.ask(answer_to("getFinalizeTS(bytes32)", number))
    until = int(finalised.value) if isinstance(finalised, Known) else 0
    return RawProposal(
        governor=log.address,
        id=int(number, 16),
        proposer=ZERO_ADDRESS,
        actions=(),
        vote_start=until,
        vote_end=until,
        description=said.get(number, "").partition(_SEPARATOR)[0],
        log=log,
        unread=_NO_CALLS,
        bound=_bound(account, number),
    )


def _bound(account: Account, number: str) -> Known[bool] | Unknown:
    """Whether the module keeps the question under the hash of its text. That binds its calls, which are not known."""
    kept = account.ask(answer_to(KEPT, number))
    if isinstance(kept, Known) and kept.value == _word(0):
        return transform(kept, lambda _: False, "questionIds knows no question of this text")
    return kept if isinstance(kept, Unknown) else _NO_CALLS


def _word(number: int) -> str:
    return "0x" + number.to_bytes(32, "big").hex()
