"""One call of a proposal: what it does, to whom, and what is known of both ends."""

from __future__ import annotations

from typing import Any, TypeVar

from scanner.chain.abi import topic
from scanner.discovery.account import Account, combine, nonzero
from scanner.discovery.anonymity import privacy_data, stages
from scanner.discovery.contracts import code_at, label, verification
from scanner.discovery.discover import Found
from scanner.discovery.holders import short
from scanner.discovery.power import share_bps
from scanner.discovery.world import only_a_target
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind, Effect, Role, Stage, Verification
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.proposals import Action
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.bridges import ELSEWHERE
from scanner.proposals.collect import ProposalData, beneficiary_of, executor_of
from scanner.proposals.decode import Decoded
from scanner.proposals.effects import PROTECTIONS, UNLIMITED, Meaning, Parameter, meaning_of
from scanner.proposals.events import RawProposal
from scanner.proposals.nested import Call

_HIDING = (Stage.REACHABLE, Stage.CONFIGURED, Stage.EXERCISED)
_CAP_BPS = 10_000
T = TypeVar("T")


def build_action(found: Found, data: ProposalData, one: RawProposal, call: Call) -> Action:
    """Return the facts of one call, the proposal's own or one inside it.

    What is read out of the proposal's log has no evidence of its own: it is the proposal's. A copy of the log with each
    fact of each call would make a snapshot grow with the square of the calls.
    """
    away = elsewhere(call.chain)
    meaning = _meaning(call)
    target = None if away else _target(found, data, call)
    gains = _beneficiary(call)
    who = None if away else _account(found, data, nonzero(gains))
    facts: dict[str, Any] = {
        "index": call.index,
        "inside": call.inside,
        "chain": call.chain,
        "target": call.target,
        "target_label": _label(found, target, call),
        "value_wei": call.value,
        "calldata": call.calldata,
        "selector": call.calldata[:10] if len(call.calldata) >= 10 else "0x",
        "function": call.decoded.signature,
        "decoded_by": call.decoded.by,
        "arguments": call.decoded.arguments,
        "effect": meaning.effect,
        "target_has_code": away or _has_code(target),
        "target_verified": away or _verified(target),
        "target_in_scope": _in_scope(found, target),
        "delegatecall": _delegatecall(found, one, call),
        "beneficiary": gains,
        "beneficiary_kind": _kind(found, gains, who, away),
        "beneficiary_fresh": _fresh(gains, who, away),
        "treasury_share_bps": _share(found, data, one, call, meaning),
        "unlimited_approval": _unlimited(call.decoded, meaning),
        "lowers_protection": _lowers(found, data, one, call),
        "privacy_destination": away or _hiding(found, data, call, nonzero(gains)),
    }
    return Action(**facts)


def elsewhere(chain: str) -> Unknown | None:
    """Return why the facts of a call on another chain are unknown, None for one on the scanned chain.

    A scan is of one chain at one block. What is on another one it could never have: where that chain is named, a scan
    is not less complete for it (OFF_CHAIN). Where a message goes is a fact of this chain: not to know it is a gap.
    """
    if not chain:
        return None
    if chain == ELSEWHERE:
        return Unknown(reason=Reason.UNRESOLVED, detail="sent to another chain by a bridge that is not known here")
    return Unknown(reason=Reason.OFF_CHAIN, detail=f"on {chain}: another chain is not read")


def _meaning(call: Call) -> Meaning:
    signature = call.decoded.signature
    if isinstance(signature, Unknown):
        return Meaning(Effect.UNDECODED)
    if signature.value == "":
        return Meaning(Effect.NATIVE_TRANSFER)
    return meaning_of(signature.value)


def _target(found: Found, data: ProposalData, call: Call) -> Account | None:
    account = found.world.get(call.target)
    return data.strangers.get(call.target) if account is None and call.inside else account


def _in_scope(found: Found, target: Account | None) -> bool:
    return (
        target is not None and target.has_code and target.address in found.world.accounts and not only_a_target(target)
    )


def _account(found: Found, data: ProposalData, address: str | None) -> Account | None:
    if address is None:
        return None
    return found.world.get(address) or data.strangers.get(address)


def _label(found: Found, target: Account | None, call: Call) -> str:
    if call.chain:
        return f"{short(call.target)} on {call.chain}"
    if target is None or not target.has_code:
        return short(call.target)
    roles = tuple(sorted(found.parts.roles.get(call.target, {Role.PROPOSAL_TARGET})))
    return label(found.world, target, roles)


def _has_code(target: Account | None) -> Known[bool] | Unknown:
    if target is None:
        return Unknown(reason=Reason.LIMIT, detail="this target was not read: the crawl's limit was reached")
    if isinstance(target.code, Unknown):
        return target.code
    return Known(value=target.has_code, evidence=target.code.evidence)


def _verified(target: Account | None) -> Known[bool] | Unknown:
    if target is None:
        return Unknown(reason=Reason.LIMIT, detail="this target was not read: the crawl's limit was reached")
    if target.is_eoa:
        return Unknown(
            reason=Reason.NO_CODE, detail="an account without code has no source", evidence=target.code.evidence
        )
    answer = verification(target)
    if isinstance(answer, Unknown):
        return answer
    good = answer.value not in (Verification.NOT_VERIFIED, Verification.OTHER_BYTECODE)
    return Known(value=good, evidence=answer.evidence, derivation=answer.value)


def _delegatecall(found: Found, one: RawProposal, call: Call) -> Known[bool] | Unknown:
    """Whether the target's code runs in the storage of the account that calls: as the wrapper says or its code does."""
    if call.delegatecall is not None:
        return Known(value=call.delegatecall, evidence=(), derivation=f"as {call.inside} says")
    if call.inside:
        if not call.through and isinstance(call.decoded.signature, Unknown):
            return call.decoded.signature
        return elsewhere(call.chain) or _context(found, (call.through,))
    return _context(found, tuple(dict.fromkeys((executor_of(found, one.governor), one.governor))))


def _context(found: Found, addresses: tuple[str, ...]) -> Known[bool] | Unknown:
    """How the first of these contracts whose code tells executes calls."""
    answers = [code_at(found.world, found.results, address).execution_context for address in addresses]
    for address, context in zip(addresses, answers, strict=True):
        if isinstance(context, Known):
            return Known(
                value=context.value != "call",
                evidence=context.evidence,
                derivation=f"{short(address)} executes by {context.value}",
            )
    return answers[0]  # type: ignore[return-value]


def _beneficiary(call: Call) -> Known[str] | Unknown:
    if isinstance(call.decoded.signature, Unknown):
        return Unknown(reason=Reason.UNDECODABLE, detail="the call could not be decoded")
    return Known(value=beneficiary_of(call.decoded, call.target, call.value) or ZERO_ADDRESS, evidence=())


def _kind(found: Found, gains: Known[str] | Unknown, who: Account | None, away: Unknown | None) -> Known[str] | Unknown:
    if isinstance(gains, Unknown):
        return gains
    if gains.value == ZERO_ADDRESS:
        return Known(value=ActorKind.NOBODY.value, evidence=gains.evidence)
    if away is not None:
        return away
    if gains.value in found.world.accounts:
        return found.resolver.kind_behind(gains)
    if who is not None and who.is_eoa:
        return Known(value=ActorKind.EOA.value, evidence=gains.evidence + who.code.evidence)
    if who is not None and isinstance(who.code, Unknown):
        return who.code
    return Unknown(reason=Reason.UNRESOLVED, detail="a contract outside the crawl: what controls it was not followed")


def _fresh(gains: Known[str] | Unknown, who: Account | None, away: Unknown | None) -> Known[bool] | Unknown:
    if isinstance(gains, Unknown):
        return gains
    if gains.value == ZERO_ADDRESS:
        return Known(value=False, evidence=gains.evidence, derivation="nobody gains by this call")
    if away is not None:
        return away
    if who is None:
        return Unknown(reason=Reason.NOT_READ, detail="the account was not read")
    if isinstance(who.code, Unknown):
        return who.code
    if isinstance(who.state, Unknown):
        return who.state
    state = who.state.value
    fresh = who.code.value == "0x" and state.nonce == 0 and state.balance_wei == 0
    return Known(
        value=fresh, evidence=(*who.code.evidence, state), derivation="nonce 0, balance 0, no code at the pinned block"
    )


def _share(found: Found, data: ProposalData, one: RawProposal, call: Call, meaning: Meaning) -> Known[int] | Unknown:
    """The amount as a share of what its payer holds of that asset; once executed, plus the amount."""
    decoded = call.decoded
    moves = call.value > 0 or meaning.effect is Effect.VALUE_OUT
    if isinstance(decoded.signature, Unknown) and not call.value:
        return Unknown(reason=Reason.UNDECODABLE, detail="the call could not be decoded")
    if not moves:
        return Known(value=0, evidence=(), derivation="moves no value by itself")
    if call.chain or not call.caller:
        nobody = Unknown(reason=Reason.UNRESOLVED, detail="whose assets this call moves is not known")
        return elsewhere(call.chain) or nobody
    if call.value:
        amount = call.value
        held = _native(found, call.caller)
    elif 0 <= meaning.amount < len(decoded.values):
        amount = int(decoded.values[meaning.amount])
        asset = str(decoded.values[meaning.asset]) if meaning.asset >= 0 else call.target
        payer = call.target if meaning.asset >= 0 and not meaning.pulled else call.caller
        missing = Unknown(reason=Reason.NOT_READ, detail=f"what {short(payer)} holds of this token was not read")
        held = found.holdings.balances.get((asset, payer), missing)
    else:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="the amount is not in the arguments")
    done = (one.governor, one.id) in data.executions
    return combine(
        {"held": held},
        lambda held: min(_CAP_BPS, share_bps(amount, held + amount if done else held)) if held or done else _CAP_BPS,
        "amount / holdings" + (" before execution" if done else ""),
    )


def _native(found: Found, payer: str) -> Known[int] | Unknown:
    account = found.world.get(payer)
    if account is None:
        return Unknown(reason=Reason.NOT_READ, detail=f"the balance of {short(payer)} was not read")
    if isinstance(account.state, Unknown):
        return account.state
    return Known(value=account.state.value.balance_wei, evidence=(account.state.value,))


def _unlimited(decoded: Decoded, meaning: Meaning) -> Known[bool] | Unknown:
    if isinstance(decoded.signature, Unknown):
        return decoded.signature
    if meaning.effect is not Effect.APPROVAL:
        return Known(value=False, evidence=(), derivation="no approval")
    if decoded.signature.value.startswith("setApprovalForAll"):
        return Known(value=bool(decoded.values[1]), evidence=(), derivation="setApprovalForAll")
    amount = int(decoded.values[meaning.amount]) if 0 <= meaning.amount < len(decoded.values) else 0
    ceiling = 2**160 - 1 if "uint160" in decoded.signature.value else UNLIMITED
    return Known(value=amount >= ceiling, evidence=(), derivation=f"amount {amount}")


def _lowers(found: Found, data: ProposalData, one: RawProposal, call: Call) -> Known[bool] | Unknown:
    decoded = call.decoded
    if isinstance(decoded.signature, Unknown):
        return decoded.signature
    parameter = PROTECTIONS.get(decoded.signature.value)
    if parameter is None:
        return Known(value=False, evidence=(), derivation="sets no protection")
    away = elsewhere(call.chain)
    if away is not None:
        return away
    target = found.world.get(call.target)
    if target is None:
        return Unknown(reason=Reason.NOT_READ, detail="the target was not read")
    executed = data.executions.get((one.governor, one.id))
    if executed is not None:
        return _lowered(target, parameter, executed)
    new = int(decoded.values[0])
    return combine(
        {"current": target.ask(parameter.getter)},
        lambda current: new < int(current),
        f"{parameter.getter} now against {new} then",
    )


def _lowered(target: Account, parameter: Parameter, executed: LogEvidence) -> Known[bool] | Unknown:
    """Compare before and after as the event in the executing transaction tells them."""
    for log in target.events(topic(parameter.event)) if parameter.event else ():
        if log.transaction_hash == executed.transaction_hash and len(log.data) == 130:
            before, after = int(log.data[2:66], 16), int(log.data[66:], 16)
            return Known(value=after < before, evidence=(log,), derivation=f"{before} before, {after} after")
    detail = "executed, and no event tells the value before"
    return Unknown(reason=Reason.NO_LOGS, detail=detail, evidence=(executed,))


def _hiding(found: Found, data: ProposalData, call: Call, gains: str | None) -> Known[bool] | Unknown:
    ends = (call.target, gains)
    if ends not in data.hiding:
        data.hiding[ends] = _private(found, call.target, gains, _account(found, data, gains))
    return data.hiding[ends]


def _private(found: Found, target: str, gains: str | None, who: Account | None) -> Known[bool] | Unknown:
    unknown: Unknown | None = None
    for address in (target, gains):
        if address is None:
            continue
        labelled = privacy_data().addresses.get((found.world.chain.chain_id, address))
        if labelled and labelled[0].startswith("anon."):
            return Known(value=True, evidence=(), derivation=f"labelled address: {labelled[1]}")
        account = found.world.get(address)
        if account is None:
            if who is None or not who.is_eoa:
                unknown = Unknown(
                    reason=Reason.ANALYSIS_NOT_RUN, detail="a beneficiary outside the crawl was not analysed"
                )
            continue
        if not account.has_code:
            continue
        code = code_at(found.world, found.results, address)
        features = stages(found.world, account, code, executed=found.parts.executed)
        for feature in (features.mixer, features.shielded_pool, features.stealth_address):
            if isinstance(feature, Unknown):
                unknown = unknown or feature
            elif feature.value in _HIDING:
                return Known(value=True, evidence=feature.evidence, derivation=feature.derivation)
    return unknown or Known(
        value=False, evidence=(), derivation="neither target nor beneficiary matches a known system"
    )
