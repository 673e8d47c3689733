"""Aave's governance, version 3: proposals are lists of payloads, here and elsewhere; votes are counted on other chains.

What a payload calls is kept by the payloads controller of its chain. Facts: bgd-labs/aave-governance-v3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from scanner.chain.abi import selector, topic
from scanner.discovery.aave import LEVELS, PAYLOAD_EXECUTED, chain_of, settings
from scanner.discovery.account import Account, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector, nobody
from scanner.discovery.families.aave_v2 import cid
from scanner.discovery.families.interface import Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, full_calldata, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Reason, Unknown

CREATED = topic("ProposalCreated(uint256,address,uint8,bytes32)")
PORTAL = topic("VotingPortalUpdated(address,bool)")
SENT = "createProposal((uint256,uint8,address,uint40)[],address,bytes32)"
_MARKS = tuple(
    selector(one) for one in (SENT, "getVotingConfig(uint8)", "getPowerStrategy()", "isVotingPortalApproved(address)")
)
_CONFIG = ("uint256", "uint256", "uint256", "uint256", "uint256")
"""VotingConfig: wait, period, least votes for, least lead, least power to propose; votes in whole units."""
_PROPOSAL = (
    "(uint8,uint8,uint40,uint24,uint40,uint40,uint40,address,address,bytes32,bytes32,uint128,uint128,uint256,"
    "(uint256,uint8,address,uint40)[])"
)
_MADE, _PERIOD, _ACTIVATED, _QUEUED, _FOR, _AGAINST, _PAYLOADS = 2, 3, 4, 5, 11, 12, 14
_PAYLOAD = (
    "(address,uint8,uint8,uint40,uint40,uint40,uint40,uint40,uint40,uint40,(address,bool,uint8,uint256,string,bytes)[])"
)
_LEVEL, _STATE, _WAITS_SINCE, _WAITS, _ACTIONS = 1, 2, 4, 8, 10
_STATES = ("state 0", "Pending", "Active", "Queued", "Executed", "Defeated", "Canceled", "Expired")
_COUNTED = ("Queued", "Executed", "Defeated")
_PAYLOAD_STATES = {1: "Queued", 2: "Queued", 4: "Canceled", 5: "Expired"}
"""What a proposal is whose payload here was sent, and not executed."""
_ONE = 10**18


class AaveV3(GovernorFamily):
    """Recognised by proposals of payloads, its power strategy and its voting portals."""

    name = "aave-v3"
    topics = (CREATED, PORTAL)

    def recognise(self, account: Account, code: str) -> bool:
        return _looks_like(code) and account.answers("getPowerStrategy()", "COOLDOWN_PERIOD()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not _looks_like(code):
            return
        here = account.address
        yield Getter(here, "getPowerStrategy()", ("address",))
        yield Getter(here, "COOLDOWN_PERIOD()", ("uint256",))
        for level in LEVELS:
            yield Getter(here, "getVotingConfig(uint8)", _CONFIG, (level,), f"votes of level {level}")
        strategy = nonzero(account.address_of("getPowerStrategy()"))
        if strategy:
            yield Getter(here, "getVotingAssetList()", ("address[]",), named="assets", asked=strategy)
        for portal in _portals(account):
            for getter, kind in (("VOTING_MACHINE()", "address"), ("VOTING_MACHINE_CHAIN_ID()", "uint256")):
                yield Getter(here, getter, (kind,), named=f"{getter} of {portal}", asked=portal)
        for log in account.events(CREATED):
            number = int(log.topics[1], 16)
            yield Getter(here, "getProposal(uint256)", (_PROPOSAL,), (number,), f"proposal {number}")
            for chain, controller, payload in _payloads(account, number):
                if chain == chain_of(account):
                    key = f"payload {payload} of {controller}"
                    yield Getter(here, "getPayloadById(uint40)", (_PAYLOAD,), (payload,), key, asked=controller)

    def links(self, account: Account) -> Iterator[Link]:
        for log in account.events(CREATED):
            for chain, controller, _ in _payloads(account, int(log.topics[1], 16)):
                if chain == chain_of(account):
                    yield Link(controller, f"payloads controller of {account.address}")
        if strategy := nonzero(account.address_of("getPowerStrategy()")):
            yield Link(strategy, f"getPowerStrategy() of {account.address}")
        for asset in _assets(account):
            yield Link(asset, f"voting asset of {account.address}")
        for portal in _portals(account):
            yield Link(portal, f"voting portal of {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        answer = account.ask("assets")
        if isinstance(answer, Known) and not answer.value:
            return nobody(account, "its power strategy names no asset")
        words = "the first asset of its power strategy"
        return transform(answer, lambda found: str(found[0]).lower(), words)

    def timelock(self, account: Account) -> Known[str] | Unknown:
        """The payloads controller on this chain that obeys it: met by its proposals, or on the way here."""
        for address, met in sorted(account.met.items()):
            told = met.address_of("MESSAGE_ORIGINATOR()")
            if nonzero(told) == account.address and isinstance(told, Known):
                return Known(value=address, evidence=told.evidence, derivation="the payloads controller that obeys it")
        return Unknown(reason=Reason.UNRESOLVED, detail="no payloads controller on this chain was met that obeys it")

    def executor(self, account: Account) -> str:
        """The executor of level 1, or of the lowest level that there is."""
        controller = self._controller(account)
        found = [one for one in settings(controller).values() if isinstance(one, Known)] if controller else []
        return found[0].value[0] if found else account.address

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        return account.ask("COOLDOWN_PERIOD()")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "guardian()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()")

    def besides(self, account: Account) -> Iterator[Beside]:
        owner = account.address_of("owner()")
        if (found := nonzero(owner)) and found != self.executor(account):
            words = "owner, who names the portals that bring results"
            yield Beside(found, Capability.EXECUTE, words, owner.evidence)

    def counted_on(self, account: Account) -> str:
        """Return the chains whose voting machines its portals speak for."""
        chains: list[str] = []
        for portal in _portals(account):
            answer = account.ask(f"VOTING_MACHINE_CHAIN_ID() of {portal}")
            chains.append(f"chain {answer.value}" if isinstance(answer, Known) else "a chain that was not read")
        return ", ".join(dict.fromkeys(chains))

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="Aave's governance counts seconds")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return _least(account, 0)

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return _least(account, 1)

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=f"votes are counted on {self.counted_on(account)}")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return transform(_least(account, 2), lambda votes: votes * _ONE, "yesThreshold, in whole units")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return transform(_least(account, 4), lambda votes: votes * _ONE, "minPropositionPower, in whole units")

    def proposals(self, account: Account) -> Told:
        return read_each(account.events(CREATED), lambda log: self._read(account, log))

    def votes(self, account: Account) -> Iterator[Vote]:
        return iter(())

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        """The log of the last payload on this chain, once all that are here were executed."""
        found: dict[int, LogEvidence] = {}
        for log in account.events(CREATED):
            number, logs = int(log.topics[1], 16), []
            here = [one for one in _payloads(account, number) if one[0] == chain_of(account)]
            for _, controller, payload in here:
                keeper = account.met.get(controller)
                logs += (
                    [one for one in keeper.events(PAYLOAD_EXECUTED) if int(one.data, 16) == payload] if keeper else []
                )
            if here and len(logs) >= len(here):
                found[number] = max(logs, key=lambda one: (one.block_number, one.log_index))
        return found

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "getProposalState(uint256)", (proposal_id,), ("uint8",)),
            StateCall("proposal", "getProposal(uint256)", (proposal_id,), (_PROPOSAL,)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        row, state = answers["proposal"], transform(answers["state"], _state, "IGovernanceCore.State")
        elsewhere = Unknown(reason=Reason.NOT_SUPPORTED, detail="the payloads controller keeps the time")
        quorum = Unknown(reason=Reason.NOT_SUPPORTED, detail="its level decides the quorum")
        if isinstance(state, Known) and state.value not in _COUNTED:
            row = Unknown(
                reason=Reason.NOT_SUPPORTED,
                detail="votes are counted on another chain, and no result was brought here",
                evidence=state.evidence,
            )
        words = "getProposal: the result that was brought"
        return ProposalState(
            state=state,
            for_votes=transform(row, lambda found: int(found[_FOR]), words),
            against_votes=transform(row, lambda found: int(found[_AGAINST]), words),
            abstain_votes=transform(row, lambda _: 0, "votes are for or against"),
            eta=elsewhere,
            quorum=quorum,
        )

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        """Say when a payload here may be executed; a proposal that was sent is executed when its payloads are."""
        rows = [
            account.ask(f"payload {number} of {where}")
            for chain, where, number in _payloads(account, proposal_id)
            if chain == chain_of(account)
        ]
        known = [row for row in rows if isinstance(row, Known)]
        level = max((int(row.value[_LEVEL]) for row in known), default=0)
        config = account.ask(f"votes of level {level}")
        state = replace(state, quorum=transform(config, lambda row: int(row[2]) * _ONE, "yesThreshold of its level"))
        if not isinstance(state.state, Known) or state.state.value != "Executed" or len(known) < len(rows):
            return state
        left = [row for row in known if int(row.value[_STATE]) in _PAYLOAD_STATES]
        if not left:
            return state
        words = "sent to its payloads controller, which has not executed it"
        evidence = state.state.evidence + left[0].evidence
        name = _PAYLOAD_STATES[int(left[0].value[_STATE])]
        since = int(left[0].value[_WAITS_SINCE])
        eta = Known(value=since + int(left[0].value[_WAITS]), evidence=left[0].evidence) if since else state.eta
        return replace(state, state=Known(value=name, evidence=evidence, derivation=words), eta=eta)

    def _controller(self, account: Account) -> Account | None:
        found = nonzero(self.timelock(account))
        return account.met.get(found) if found else None

    def _read(self, account: Account, log: LogEvidence) -> RawProposal:
        if len(log.topics) != 4 or len(log.data) != 66:
            raise ValueError("it is no ProposalCreated of Aave's governance")
        number, creator = int(log.topics[1], 16), "0x" + log.topics[2][-40:]
        row = account.ask(f"proposal {number}")
        start = end = 0
        if isinstance(row, Known):
            wait = _least(account, 0)
            made = int(row.value[_MADE]) + (wait.value if isinstance(wait, Known) else 0)
            start = int(row.value[_ACTIVATED]) or made
            period = _least(account, 1)
            end = start + (int(row.value[_PERIOD]) or (period.value if isinstance(period, Known) else 0))
        actions, held, unread = _calls(account, number)
        executor = self._executor_of(account, number)
        return RawProposal(
            log.address, number, creator, actions, start, end, f"ipfs://{cid(log.data)}", log,
            held=held, unread=unread, executor=executor,
        )  # fmt: skip

    def _executor_of(self, account: Account, number: int) -> str:
        for chain, where, payload in _payloads(account, number):
            controller, row = account.met.get(where), account.ask(f"payload {payload} of {where}")
            if chain == chain_of(account) and controller is not None and isinstance(row, Known):
                config = settings(controller).get(int(row.value[_LEVEL]))
                return config.value[0] if isinstance(config, Known) else ""
        return ""


def _looks_like(code: str) -> bool:
    return all(has_selector(code, mark) for mark in _MARKS)


def _assets(account: Account) -> tuple[str, ...]:
    answer = account.ask("assets")
    return tuple(str(one).lower() for one in answer.value) if isinstance(answer, Known) else ()


def _portals(account: Account) -> tuple[str, ...]:
    """Return the voting portals that stand by the logs: the last word on each."""
    last: dict[str, bool] = {}
    for log in account.events(PORTAL):
        if len(log.topics) == 3:
            last["0x" + log.topics[1][-40:]] = bool(int(log.topics[2], 16))
    return tuple(portal for portal, approved in last.items() if approved)


def _payloads(account: Account, number: int) -> tuple[tuple[int, str, int], ...]:
    """Return chain, controller and number of a proposal's payloads, once its state is known."""
    row = account.ask(f"proposal {number}")
    if isinstance(row, Unknown):
        return ()
    return tuple((int(chain), str(where).lower(), int(payload)) for chain, _, where, payload in row.value[_PAYLOADS])


def _calls(account: Account, number: int) -> tuple[tuple[RawAction, ...], tuple[Evidence, ...], Unknown | None]:
    """Return the calls of the payloads on this chain, the evidence of them, and why there are more."""
    row = account.ask(f"proposal {number}")
    if isinstance(row, Unknown):
        return (), (), Unknown(reason=row.reason, detail=f"its payloads could not be read: {row.detail}")
    actions: list[RawAction] = []
    held = row.evidence
    away: list[str] = []
    for chain, where, payload in _payloads(account, number):
        answer = account.ask(f"payload {payload} of {where}")
        if chain != chain_of(account):
            away.append(f"payload {payload} of {where} on chain {chain}")
        elif isinstance(answer, Unknown):
            return (), (), Unknown(reason=answer.reason, detail=f"payload {payload} of {where} could not be read")
        else:
            held += answer.evidence
            actions += [_action(one) for one in answer.value[_ACTIONS]]
    detail = f"what it does on other chains was not read: {', '.join(away)}"
    return tuple(actions), held, Unknown(reason=Reason.NOT_SUPPORTED, detail=detail) if away else None


def _action(row: Sequence[Any]) -> RawAction:
    target, delegated, _, value, said, data = row
    calldata = full_calldata(str(said), str(data))
    return RawAction(str(target).lower(), int(value), str(said), calldata, delegate=bool(delegated))


def _least(account: Account, place: int) -> Known[int] | Unknown:
    """Return the least of a number of the voting configurations that are set."""
    known: list[Known[Any]] = []
    for level in LEVELS:
        answer = account.ask(f"votes of level {level}")
        if isinstance(answer, Unknown):
            return answer
        if int(answer.value[1]):
            known.append(answer)
    if not known:
        return Unknown(reason=Reason.NOT_READ, detail="no voting configuration is set")
    least = min(known, key=lambda one: int(one.value[place]))
    return Known(value=int(least.value[place]), evidence=least.evidence, derivation="the least of its access levels")


def _state(value: int) -> str:
    return _STATES[value] if 0 <= value < len(_STATES) else f"state {value}"
