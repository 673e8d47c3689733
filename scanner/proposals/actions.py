"""One call of a proposal: what it does, to whom, and what is known of both ends."""

from __future__ import annotations

from typing import Any

from scanner.discovery.account import Account, nonzero
from scanner.discovery.anonymity.settle import privacy_data, stages
from scanner.discovery.contracts import code_at, label, verification
from scanner.discovery.control.holders import short
from scanner.discovery.discover import Found
from scanner.discovery.families.told import RawProposal
from scanner.model.kinds import ActorKind, Effect, Role, Stage, Verification
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.proposals import Action
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals import worth
from scanner.proposals.bridges import is_precompile
from scanner.proposals.casebook import Case, Casebook, elsewhere, in_scope, is_key
from scanner.proposals.collect import beneficiary_of, executor_of
from scanner.proposals.ends import codes_of, controller_of, meaning_of_call
from scanner.proposals.fold import cut_calldata
from scanner.proposals.lookalike import Familiar
from scanner.proposals.nested import Call
from scanner.proposals.protections import change_of
from scanner.proposals.replaceable import replaceable
from scanner.proposals.said import compare

_HIDING = (Stage.REACHABLE, Stage.CONFIGURED, Stage.EXERCISED)
_NOT_READ = Unknown(reason=Reason.LIMIT, detail="this target was not read: the crawl's limit was reached")
_OF_THE_CHAIN = Known(value=True, evidence=(), derivation="a precompiled contract: part of the chain's own program")
_NOT_PRIVATE = Known(value=False, evidence=(), derivation="neither target nor beneficiary matches a known system")
_NOBODY = Known(value=ZERO_ADDRESS, evidence=(), derivation="nobody gains by this call")


def build_action(book: Casebook, case: Case, call: Call) -> Action:
    """Return the facts of one call, the proposal's own or one inside it.

    What is read out of the proposal's log has no evidence of its own: it is the proposal's. A copy of the log with each
    fact of each call would make a snapshot grow with the square of the calls.
    """
    away = elsewhere(call.chain)
    target = None if away else _target(book, call)
    gains = _beneficiary(call)
    change = change_of(book, case, call)
    facts: dict[str, Any] = {
        "index": call.index,
        "inside": call.inside,
        "chain": call.chain,
        "target": call.target,
        "target_label": _label(book.found, target, call) + (f", {_told_when(book)}" if call.told else ""),
        "value_wei": call.value,
        "calldata": call.calldata,
        "selector": call.calldata[:10] if len(call.calldata) >= 10 else "0x",
        "function": _by_answer(book, call, call.decoded.signature),
        "decoded_by": call.decoded.by,
        "arguments": call.decoded.arguments,
        "effect": meaning_of_call(call).effect,
        "target_has_code": away
        or (_OF_THE_CHAIN if _is_precompile(book, call) else _by_answer(book, call, _has_code(target))),
        "target_verified": away
        or (_OF_THE_CHAIN if _is_precompile(book, call) else _by_answer(book, call, _verified(target))),
        "target_in_scope": in_scope(book.found, target),
        "delegatecall": _delegatecall(book, case.one, call),
        "treasury_share_bps": worth.treasury_share(book, case, call),
        "unlimited_approval": worth.unlimited(call),
        "approval_share_bps": worth.approval_share(book, case, call),
        "supply_share_bps": worth.supply_share(book, call),
        "value_before": change.before,
        "value_after": change.after,
        "lowers_protection": change.lowers,
        "disables_protection": change.disables,
        "removes_guardian": change.removes_guardian,
        "privacy_destination": away or _hiding(book, call, gains),
        "code_replaceable": away or _replaceable(book, case, call),
        "lookalike_of": _lookalike(book, case, call, gains),
    }
    facts.update(_who_gains(book, call, gains))
    facts.update(compare(book, case, call, gains))
    return cut_calldata(Action(**facts))


def _told_when(book: Casebook) -> str:
    return f"by an answer read at block {book.found.world.chain.block.number}"


def _by_answer(book: Casebook, call: Call, fact: Known[Any] | Unknown) -> Known[Any] | Unknown:
    """Say of a fact that it is one about whom an answer names, where that is how the target is known."""
    if not call.told or isinstance(fact, Unknown):
        return fact
    words = f"whom it calls is known {_told_when(book)}"
    derivation = f"{fact.derivation}; {words}" if fact.derivation else words
    return Known(value=fact.value, evidence=fact.evidence + call.told, derivation=derivation)


def _target(book: Casebook, call: Call) -> Account | None:
    account = book.found.world.get(call.target)
    return book.ends.strangers.get(call.target) if account is None and call.inside else account


def _is_precompile(book: Casebook, call: Call) -> bool:
    return is_precompile(book.found.world.chain.chain_id, call.target)


def _label(found: Found, target: Account | None, call: Call) -> str:
    if call.chain:
        return f"{'a token' if call.target == ZERO_ADDRESS else short(call.target)} on {call.chain}"
    if target is None or not target.has_code:
        return short(call.target)
    roles = tuple(sorted(found.parts.roles.get(call.target, {Role.PROPOSAL_TARGET})))
    return label(found.world, target, roles)


def _has_code(target: Account | None) -> Known[bool] | Unknown:
    if target is None:
        return _NOT_READ
    if isinstance(target.code, Unknown):
        return target.code
    return Known(value=target.has_code, evidence=target.code.evidence)


def _verified(target: Account | None) -> Known[bool] | Unknown:
    if target is None:
        return _NOT_READ
    if target.is_eoa:
        return Unknown(
            reason=Reason.NO_CODE, detail="an account without code has no source", evidence=target.code.evidence
        )
    answer = verification(target)
    if isinstance(answer, Unknown):
        return answer
    good = answer.value not in (Verification.NOT_VERIFIED, Verification.OTHER_BYTECODE)
    return Known(value=good, evidence=answer.evidence, derivation=answer.value)


def _delegatecall(book: Casebook, one: RawProposal, call: Call) -> Known[bool] | Unknown:
    """Whether the target's code runs in the storage of the account that calls: as the wrapper says or its code does."""
    if call.delegatecall is not None:
        return Known(value=call.delegatecall, evidence=(), derivation=f"as {call.inside or 'the proposal'} says")
    if call.inside:
        if not call.through and isinstance(call.decoded.signature, Unknown):
            return call.decoded.signature
        return elsewhere(call.chain) or _context(book, (call.through,))
    executor = one.executor or executor_of(book.found, one.governor)
    return _context(book, tuple(dict.fromkeys((executor, one.governor))))


def _context(book: Casebook, addresses: tuple[str, ...]) -> Known[bool] | Unknown:
    """How the first of these contracts whose code tells executes calls."""
    if addresses not in book.contexts:
        book.contexts[addresses] = _find_context(book.found, addresses)
    return book.contexts[addresses]


def _find_context(found: Found, addresses: tuple[str, ...]) -> Known[bool] | Unknown:
    answers = [code_at(found.world, found.results, address).execution_context for address in addresses]
    for address, context in zip(addresses, answers, strict=True):
        if isinstance(context, Known):
            return Known(
                value=context.value != "call",
                evidence=context.evidence,
                derivation=f"{short(address)} executes by {context.value}",
            )
    return answers[0]  # type: ignore[return-value]


# ----------------------------------------------------------------------------------------------------- who gains


def _beneficiary(call: Call) -> Known[str] | Unknown:
    if isinstance(call.decoded.signature, Unknown):
        return Unknown(reason=Reason.UNDECODABLE, detail="the call could not be decoded")
    if meaning_of_call(call).beneficiary in call.decoded.left_open or leaves_code_open(call):
        return worth.DECIDED_LATER
    return Known(value=beneficiary_of(call.decoded, call.target, call.value) or ZERO_ADDRESS, evidence=())


def leaves_code_open(call: Call) -> bool:
    """Return whether a call puts code in place and does not say which: the code that makes the call decides it."""
    return bool(call.decoded.left_open) and meaning_of_call(call).effect is Effect.UPGRADE


def _who_gains(book: Casebook, call: Call, gains: Known[str] | Unknown) -> dict[str, Any]:
    away = elsewhere(call.chain)
    address = nonzero(gains)
    who = None if away else book.ends.account(address)
    codes = codes_of(call) or ((address,) if address else ())
    return {
        "beneficiary": gains,
        "beneficiary_kind": _kind(book, gains, who, away),
        "beneficiary_fresh": _fresh(gains, who, away),
        "beneficiary_in_scope": gains if isinstance(gains, Unknown) else _gains_inside(book, address, who, away),
        "beneficiary_has_code": gains if isinstance(gains, Unknown) else away or _any_code(book, codes),
        "beneficiary_verified": gains if isinstance(gains, Unknown) else away or _all_verified(book, codes),
        "beneficiary_controller": gains if isinstance(gains, Unknown) else _controller(book, address, away),
    }


def _kind(
    book: Casebook, gains: Known[str] | Unknown, who: Account | None, away: Unknown | None
) -> Known[str] | Unknown:
    if isinstance(gains, Unknown):
        return gains
    if gains.value == ZERO_ADDRESS:
        return Known(value=ActorKind.NOBODY.value, evidence=gains.evidence)
    if away is not None:
        return away
    if gains.value in book.found.world.accounts:
        return book.found.resolver.kind_behind(gains)
    key = is_key(book.found, who) if who is not None else None
    if isinstance(key, Unknown):
        return key
    if key is not None and key.value:
        return Known(value=ActorKind.EOA.value, evidence=gains.evidence + key.evidence)
    return _kind_of_stranger(book, gains.value)


def _kind_of_stranger(book: Casebook, address: str) -> Known[str] | Unknown:
    """A contract outside the crawl is as good as a key where it names one as its owner; else nothing is known."""
    owner = controller_of(book.ends, address)
    named = nonzero(owner)
    key = is_key(book.found, book.ends.account(named)) if named else None
    if named and isinstance(key, Known) and key.value:
        derivation = f"a contract that names the key {short(named)} as its owner"
        return Known(value=ActorKind.EOA.value, evidence=owner.evidence + key.evidence, derivation=derivation)
    if named and named in book.found.world.accounts:
        return book.found.resolver.kind_behind(owner)
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
    if who.code.value != "0x":
        return Known(value=False, evidence=who.code.evidence, derivation="there is code")
    if isinstance(who.state, Unknown):
        return who.state
    state = who.state.value
    fresh = state.nonce == 0 and state.balance_wei == 0
    return Known(
        value=fresh, evidence=(*who.code.evidence, state), derivation="nonce 0, balance 0, no code at the pinned block"
    )


def _gains_inside(
    book: Casebook, address: str | None, who: Account | None, away: Unknown | None
) -> Known[bool] | Unknown:
    if address is None:
        return Known(value=True, evidence=(), derivation="nobody gains by this call")
    return away or Known(value=in_scope(book.found, who), evidence=())


def _any_code(book: Casebook, addresses: tuple[str, ...]) -> Known[bool] | Unknown:
    answers = [_has_code(book.ends.account(address)) for address in addresses]
    unknown = next((answer for answer in answers if isinstance(answer, Unknown)), None)
    if unknown is not None:
        return unknown
    return Known(
        value=bool(answers) and all(isinstance(one, Known) and one.value for one in answers),
        evidence=tuple(item for answer in answers for item in answer.evidence),
    )


def _all_verified(book: Casebook, addresses: tuple[str, ...]) -> Known[bool] | Unknown:
    """Whether each has verified source. An account without code has none that could be shown."""
    unknown: Unknown | None = None
    evidence: tuple[Any, ...] = ()
    for address in addresses:
        account = book.ends.account(address)
        if account is not None and account.is_eoa:
            return Known(value=False, evidence=account.code.evidence, derivation=f"{short(address)} has no code")
        answer = _verified(account)
        if isinstance(answer, Unknown):
            unknown = unknown or answer
        elif not answer.value:
            return answer
        evidence += answer.evidence
    if unknown is not None:
        return unknown
    return Known(value=bool(addresses), evidence=evidence)


def _controller(book: Casebook, address: str | None, away: Unknown | None) -> Known[str] | Unknown:
    return _NOBODY if address is None else away or controller_of(book.ends, address)


# ------------------------------------------------------------------------------------ what runs, what it looks like


def _running(call: Call) -> tuple[str, ...]:
    """Return the addresses whose code a call runs or puts in place; none for a plain transfer."""
    codes = codes_of(call)
    if call.calldata == "0x":
        return codes
    return tuple(dict.fromkeys((call.target, *codes)))


def _replaceable(book: Casebook, case: Case, call: Call) -> Known[bool] | Unknown:
    running = () if _is_precompile(book, call) else _running(call)
    made = book.made_by_then(case)
    key = (running, tuple(made.get(address) for address in running))
    if key not in book.replaceable:
        book.replaceable[key] = replaceable(book.ends, running, made)
    answer = book.replaceable[key]
    if call.told and not (isinstance(answer, Known) and answer.value):
        detail = f"whom it calls is known {_told_when(book)}: the answer may be another when it runs"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=call.told)
    return (
        worth.DECIDED_LATER if leaves_code_open(call) and not (isinstance(answer, Known) and answer.value) else answer
    )


def _lookalike(book: Casebook, case: Case, call: Call, gains: Known[str] | Unknown) -> Known[str] | Unknown:
    if isinstance(gains, Unknown):
        return gains
    beside = _named_beside(book, case)
    for address in dict.fromkeys((gains.value, *codes_of(call), call.target)):
        if address == ZERO_ADDRESS:
            continue
        found = book.familiar.resembled_by(address)
        if found is None and address not in book.familiar.why:
            found = beside.resembled_by(address)
        if found is not None:
            return Known(value=found[0], evidence=(), derivation=f"{address} looks like it: {found[1]}")
    return Known(value=ZERO_ADDRESS, evidence=(), derivation="looks like no address that readers know")


def _named_beside(book: Casebook, case: Case) -> Familiar:
    """Return the addresses that readers of this one proposal see: those in its text, and what it calls."""
    if case.index not in book.beside:
        beside = Familiar()
        for address in sorted(case.text.addresses) if case.text.whole else ():
            beside.add(address, "named in the text of this proposal")
        for action in case.one.actions:
            beside.add(action.target, "called by this proposal")
        book.beside = {case.index: beside}
    return book.beside[case.index]


def _hiding(book: Casebook, call: Call, gains: Known[str] | Unknown) -> Known[bool] | Unknown:
    """Return whether the target or who gains is a privacy system."""
    unknown = gains if isinstance(gains, Unknown) else None
    for address in (call.target, nonzero(gains)):
        if address is None:
            continue
        if address not in book.hiding:
            book.hiding[address] = _private(book, address)
        answer = book.hiding[address]
        if isinstance(answer, Unknown):
            unknown = unknown or answer
        elif answer.value:
            return answer
    return unknown or _NOT_PRIVATE


def _private(book: Casebook, address: str) -> Known[bool] | Unknown:
    found = book.found
    labelled = privacy_data().label(found.world.chain.chain_id, address)
    if labelled and labelled[0].startswith("anon."):
        return Known(value=True, evidence=(), derivation=f"labelled address: {labelled[1]}")
    account = found.world.get(address)
    if account is None:
        who = book.ends.account(address)
        if who is not None and who.is_eoa:
            return _NOT_PRIVATE
        return Unknown(reason=Reason.ANALYSIS_NOT_RUN, detail="a contract outside the crawl was not analysed")
    if not account.has_code:
        return _NOT_PRIVATE
    unknown: Unknown | None = None
    features = stages(found.world, account, code_at(found.world, found.results, address), executed=found.parts.executed)
    for feature in (features.mixer, features.shielded_pool, features.stealth_address):
        if isinstance(feature, Unknown):
            unknown = unknown or feature
        elif feature.value in _HIDING:
            return Known(value=True, evidence=feature.evidence, derivation=feature.derivation)
    return unknown or _NOT_PRIVATE
