"""Agora's governors (voteagora/agora-governor and optimism-governor): OpenZeppelin's with types of proposals, each with
a quorum and a share of approval of its own, voting modules, a manager who proposes without votes and an admin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import has_selector
from scanner.discovery.battery import PROPOSAL_CREATED
from scanner.discovery.families.interface import Beside, StateCall
from scanner.discovery.families.oz_governor import OpenZeppelinGovernor
from scanner.discovery.families.told import RawAction, RawProposal, Told, read_created, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Reason, Unknown

_CALLS = ("uint256", "address", "address[]", "uint256[]", "string[]", "bytes[]", "uint256", "uint256", "string")
_MODULE = ("uint256", "address", "address", "bytes", "uint256", "uint256", "string")
_SHAPES = {
    topic(f"ProposalCreated({','.join(types)})"): types for types in ((*_CALLS, "uint8"), _MODULE, (*_MODULE, "uint8"))
}
"""Beside IGovernor's own: with a type, with a module (older), with both. Id, proposer and module may be indexed."""

_TYPED, _OLD_MODULE, _NEW_MODULE = _SHAPES

_MARKS = tuple(
    selector(signature)
    for signature in (
        "manager()",
        "PROPOSAL_TYPES_CONFIGURATOR()",
        "approvedModules(address)",
        "proposeWithModule(address,bytes,string,uint8)",
    )
)
_CONFIGURATOR = "PROPOSAL_TYPES_CONFIGURATOR()"
_SUPPLY = "supply of the voting token"
_TYPE = ("(uint16,uint16,string)",)
"""Quorum and approval in hundredths of a percent, and a name: what each version of the struct begins with."""

_TYPES_ASKED = 16
_WHOLE = 10_000
_OPTIONS = ("(uint256,address[],uint256[],bytes[],string)[]", "(uint8,uint8,address,uint128,uint128)")
_OPTIONS_SAID = "(uint256 budgetTokensSpent,address[] targets,uint256[] values,bytes[] calldatas,string description)[]"
_NO_CALLS_SAID = "((uint248 againstThreshold,bool isRelativeToVotableSupply)"
"""How the modules for approval voting and for optimistic votes say that their data are encoded."""


class Agora(OpenZeppelinGovernor):
    """OpenZeppelin's governor as Agora runs it."""

    topics = tuple(_SHAPES)

    plain = False

    def __init__(self) -> None:
        super().__init__(4)
        self.name = "agora"

    def recognise(self, account: Account, code: str) -> bool:
        return account.answers("COUNTING_MODE()", "votingDelay()", "votingPeriod()") and _marked(code)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not _marked(code):
            return
        yield Getter(account.address, "manager()", ("address",))
        yield Getter(account.address, _CONFIGURATOR, ("address",))
        configurator, token = nonzero(account.address_of(_CONFIGURATOR)), nonzero(account.address_of("token()"))
        if token:
            yield Getter(account.address, "totalSupply()", ("uint256",), named=_SUPPLY, asked=token)
        if configurator:
            for number in range(_TYPES_ASKED):
                yield Getter(
                    account.address, "proposalTypes(uint8)", _TYPE, (number,), _type(number), asked=configurator
                )
        for module in _modules(account):
            signature = "PROPOSAL_DATA_ENCODING()"
            yield Getter(account.address, signature, ("string",), named=_encoding(module), asked=module)

    def links(self, account: Account) -> Iterable[Link]:
        if found := nonzero(account.address_of(_CONFIGURATOR)):
            yield Link(found, f"{_CONFIGURATOR} of {account.address}")
        for module in _modules(account):
            yield Link(module, f"voting module of {account.address}")

    def besides(self, account: Account) -> Iterable[Beside]:
        """Yield the manager, who has the admin's rights as well where the governor knows no admin."""
        manager, admin = account.address_of("manager()"), account.address_of("admin()")
        if found := nonzero(manager):
            yield Beside(found, Capability.PROPOSE, "manager: proposes without votes", manager.evidence)
            if not isinstance(admin, Known):
                yield Beside(found, Capability.CANCEL, "manager: cancels any proposal", manager.evidence)
                yield Beside(found, Capability.SET_PARAMETERS, "manager: sets delays and deadlines", manager.evidence)
        if found := nonzero(admin):
            yield Beside(found, Capability.CANCEL, "admin: cancels any proposal", admin.evidence)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        """Return the lowest quorum of all types: whoever proposes chooses the type."""
        supply = account.ask(_SUPPLY)
        if isinstance(supply, Unknown):
            return supply
        evidence: list[Evidence] = list(supply.evidence)
        types: list[tuple[int, int, str]] = []
        for number in range(_TYPES_ASKED):
            answer = account.ask(_type(number))
            if isinstance(answer, Known) and answer.value[2]:
                quorum, approval, name = answer.value
                types.append((int(quorum), number, f"{number} {str(name)[:40]}: {quorum}, approval {approval}"))
                evidence += answer.evidence
        if not types:
            return Unknown(reason=Reason.NOT_READ, detail="no type of proposals was read", evidence=supply.evidence)
        said = "; ".join(words for _, _, words in sorted(types, key=lambda one: one[1]))
        return Known(
            value=int(supply.value) * min(types)[0] // _WHOLE,
            evidence=tuple(evidence),
            derivation=f"the lowest of the types, in hundredths of a percent of the supply ({said})",
        )

    def proposals(self, account: Account) -> Told:
        logs = [log for first in (PROPOSAL_CREATED, *_SHAPES) for log in account.events(first)]
        logs.sort(key=lambda log: (log.block_number, log.log_index))
        return read_each(logs, lambda log: _read(account, log))

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        """As OpenZeppelin's; but this quorum is one of a proposal, not of a time."""
        kept = tuple(call for call in super().state_calls(proposal_id, snapshot) if call.key != "quorum")
        return (*kept, StateCall("quorum", "quorum(uint256)", (proposal_id,), ("uint256",)))


def _marked(code: str) -> bool:
    return all(has_selector(code, one) for one in _MARKS)


def _type(number: int) -> str:
    return f"proposalTypes({number})"


def _encoding(module: str) -> str:
    return f"PROPOSAL_DATA_ENCODING() of {module}"


def _fields(log: LogEvidence) -> tuple[Any, ...]:
    """Return the event's fields in order; the first ones stand in topics where they are indexed.

    Raises DecodeError.
    """
    types = _SHAPES[log.topics[0]]
    indexed = len(log.topics) - 1
    if indexed > (3 if types[2] == "address" else 2):
        raise DecodeError("more fields are indexed than can be")
    heads = tuple(decode((kind,), word)[0] for kind, word in zip(types, log.topics[1:], strict=False))
    return (*heads, *decode(types[indexed:], log.data))


def _modules(account: Account) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for first in (_OLD_MODULE, _NEW_MODULE):
        for log in account.events(first):
            try:
                found[str(_fields(log)[2]).lower()] = None
            except DecodeError:
                continue
    return tuple(found)


def _read(account: Account, log: LogEvidence) -> RawProposal:
    """Read one of the four events. Raises DecodeError and ValueError."""
    if log.topics[0] == PROPOSAL_CREATED:
        return read_created(log)
    fields = _fields(log)
    number, proposer = int(fields[0]), str(fields[1]).lower()
    if log.topics[0] == _TYPED:
        targets, values, _, calldatas, start, end, text = fields[2:9]
        actions, unread = _calls(targets, values, calldatas), None
    else:
        module, data, start, end, text = fields[2:7]
        actions, unread = _of_module(account, str(module).lower(), str(data))
    return RawProposal(log.address, number, proposer, actions, start, end, str(text), log, unread=unread)


def _calls(targets: Sequence[Any], values: Sequence[Any], calldatas: Sequence[Any]) -> tuple[RawAction, ...]:
    if not len(targets) == len(values) == len(calldatas):
        raise ValueError("targets, values and calldatas differ in length")
    return tuple(
        RawAction(str(target).lower(), int(value), "", str(data))
        for target, value, data in zip(targets, values, calldatas, strict=True)
    )


def _of_module(account: Account, module: str, data: str) -> tuple[tuple[RawAction, ...], Unknown | None]:
    """Return the calls of every option that may win, by how the module says that its data are encoded."""
    said = account.ask(_encoding(module))
    if isinstance(said, Unknown):
        return (), Unknown(reason=said.reason, detail=f"what voting module {module} makes of its data: {said.detail}")
    if str(said.value).startswith(_NO_CALLS_SAID):
        return (), None
    if _OPTIONS_SAID not in str(said.value):
        detail = f"voting module {module} encodes its data in a way that is not known"
        return (), Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=said.evidence)
    options, _ = decode(_OPTIONS, data)
    return tuple(call for _, targets, values, calls, _ in options for call in _calls(targets, values, calls)), None
