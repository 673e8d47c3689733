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
from scanner.proposals.collect import ProposalData, beneficiary_of
from scanner.proposals.decode import Decoded
from scanner.proposals.effects import PROTECTIONS, UNLIMITED, Meaning, Parameter, meaning_of
from scanner.proposals.events import RawProposal

_HIDING = (Stage.REACHABLE, Stage.CONFIGURED, Stage.EXERCISED)
_CAP_BPS = 10_000
T = TypeVar("T")


def build_action(found: Found, data: ProposalData, one: RawProposal, index: int) -> Action:
    """Return the facts of one action."""
    raw = one.actions[index]
    decoded = data.decoded[(one.governor, one.id, index)]
    meaning = _meaning(decoded, raw.value, raw.calldata)
    target = found.world.get(raw.target)
    gains = _beneficiary(decoded, raw.target, raw.value, one)
    who = _account(found, data, nonzero(gains))
    facts: dict[str, Any] = {
        "index": index,
        "target": raw.target,
        "target_label": _label(found, target, raw.target),
        "value_wei": raw.value,
        "calldata": raw.calldata,
        "selector": raw.calldata[:10] if len(raw.calldata) >= 10 else "0x",
        "function": _cited(decoded.signature, one),
        "decoded_by": decoded.by,
        "arguments": decoded.arguments,
        "effect": meaning.effect,
        "target_has_code": _has_code(target),
        "target_verified": _verified(target),
        "target_in_scope": target is not None and target.has_code and not only_a_target(target),
        "delegatecall": _delegatecall(found, one, decoded),
        "beneficiary": gains,
        "beneficiary_kind": _kind(found, gains, who),
        "beneficiary_fresh": _fresh(gains, who),
        "treasury_share_bps": _share(found, data, one, index, meaning),
        "unlimited_approval": _cited(_unlimited(decoded, meaning), one),
        "lowers_protection": _lowers(found, data, one, index),
        "privacy_destination": _cited(_private(found, raw.target, nonzero(gains), who), one),
    }
    return Action(**facts)


def _cited(observation: Known[T] | Unknown, one: RawProposal) -> Known[T] | Unknown:
    """Rest what was read off the calldata on the event that holds it."""
    if isinstance(observation, Unknown) or observation.evidence:
        return observation
    return Known(value=observation.value, evidence=(one.log,), derivation=observation.derivation)


def _meaning(decoded: Decoded, value: int, calldata: str) -> Meaning:
    if isinstance(decoded.signature, Unknown):
        return Meaning(Effect.UNDECODED)
    if decoded.signature.value == "":
        return Meaning(Effect.NATIVE_TRANSFER if value or calldata == "0x" else Effect.OTHER)
    return meaning_of(decoded.signature.value)


def _account(found: Found, data: ProposalData, address: str | None) -> Account | None:
    if address is None:
        return None
    return found.world.get(address) or data.strangers.get(address)


def _label(found: Found, target: Account | None, address: str) -> str:
    if target is None or not target.has_code:
        return short(address)
    roles = tuple(sorted(found.parts.roles.get(address, {Role.PROPOSAL_TARGET})))
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


def _delegatecall(found: Found, one: RawProposal, decoded: Decoded) -> Known[bool] | Unknown:
    """Whether the target's code runs in the DAO's own storage: by the executor's way, or a Safe operation."""
    if (
        isinstance(decoded.signature, Known)
        and decoded.signature.value.startswith("execTransaction(")
        and len(decoded.values) > 3
    ):
        if decoded.values[3] == 1:
            return Known(value=True, evidence=(one.log,), derivation="Safe operation 1")
        return Known(value=False, evidence=(one.log,), derivation="Safe operation 0")
    family = found.parts.governors[one.governor]
    executor = nonzero(family.timelock(found.world.accounts[one.governor])) or one.governor
    for address in dict.fromkeys((executor, one.governor)):
        context = code_at(found.world, found.results, address).execution_context
        if isinstance(context, Known):
            return Known(
                value=context.value != "call",
                evidence=context.evidence,
                derivation=f"{short(address)} executes by {context.value}",
            )
    return code_at(found.world, found.results, executor).execution_context  # type: ignore[return-value]


def _beneficiary(decoded: Decoded, target: str, value: int, one: RawProposal) -> Known[str] | Unknown:
    if isinstance(decoded.signature, Unknown):
        return Unknown(reason=Reason.UNDECODABLE, detail="the call could not be decoded", evidence=(one.log,))
    return Known(value=beneficiary_of(decoded, target, value) or ZERO_ADDRESS, evidence=(one.log,))


def _kind(found: Found, gains: Known[str] | Unknown, who: Account | None) -> Known[str] | Unknown:
    if isinstance(gains, Unknown):
        return gains
    if gains.value == ZERO_ADDRESS:
        return Known(value=ActorKind.NOBODY.value, evidence=gains.evidence)
    if gains.value in found.world.accounts:
        return found.resolver.kind_behind(gains)
    if who is not None and who.is_eoa:
        return Known(value=ActorKind.EOA.value, evidence=gains.evidence + who.code.evidence)
    if who is not None and isinstance(who.code, Unknown):
        return who.code
    return Unknown(reason=Reason.UNRESOLVED, detail="a contract outside the crawl: what controls it was not followed")


def _fresh(gains: Known[str] | Unknown, who: Account | None) -> Known[bool] | Unknown:
    if isinstance(gains, Unknown):
        return gains
    if gains.value == ZERO_ADDRESS:
        return Known(value=False, evidence=gains.evidence, derivation="nobody gains by this call")
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


def _share(found: Found, data: ProposalData, one: RawProposal, index: int, meaning: Meaning) -> Known[int] | Unknown:
    """The amount as a share of what the executor holds of that asset; once executed, plus the amount."""
    raw = one.actions[index]
    decoded = data.decoded[(one.governor, one.id, index)]
    family = found.parts.governors[one.governor]
    executor = nonzero(family.timelock(found.world.accounts[one.governor])) or one.governor
    if isinstance(decoded.signature, Unknown) and not raw.value:
        return Unknown(reason=Reason.UNDECODABLE, detail="the call could not be decoded", evidence=(one.log,))
    held: Known[int] | Unknown
    if raw.value:
        amount = raw.value
        state = found.world.accounts[executor].state
        held = state if isinstance(state, Unknown) else Known(value=state.value.balance_wei, evidence=(state.value,))
    elif meaning.effect is Effect.VALUE_OUT and 0 <= meaning.amount < len(decoded.values):
        amount = int(decoded.values[meaning.amount])
        missing = Unknown(reason=Reason.NOT_READ, detail="the treasury's balance of this token was not read")
        held = found.holdings.balances.get((raw.target, executor), missing)
    elif meaning.effect is Effect.VALUE_OUT:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="the amount is not in the arguments", evidence=(one.log,))
    else:
        return Known(value=0, evidence=(one.log,), derivation="moves no value by itself")
    done = (one.governor, one.id) in data.executions
    return combine(
        {"held": held},
        lambda held: min(_CAP_BPS, share_bps(amount, held + amount if done else held)) if held or done else _CAP_BPS,
        "amount / holdings" + (" before execution" if done else ""),
    )


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


def _lowers(found: Found, data: ProposalData, one: RawProposal, index: int) -> Known[bool] | Unknown:
    raw = one.actions[index]
    decoded = data.decoded[(one.governor, one.id, index)]
    if isinstance(decoded.signature, Unknown):
        return decoded.signature
    parameter = PROTECTIONS.get(decoded.signature.value)
    if parameter is None:
        return Known(value=False, evidence=(one.log,), derivation="sets no protection")
    target = found.world.get(raw.target)
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
