"""How much a call moves, approves or creates, as a share of what there is."""

from __future__ import annotations

from fractions import Fraction

from scanner.discovery.account import combine
from scanner.discovery.control.holders import short
from scanner.discovery.tokens.voting_power import share_bps
from scanner.model.kinds import Effect
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.casebook import Case, Casebook, elsewhere
from scanner.proposals.collect import beneficiary_of
from scanner.proposals.ends import Ends, asset_and_payer, meaning_of_call
from scanner.proposals.nested import Call
from scanner.proposals.organisations import units_behind
from scanner.proposals.wrappers import WRAPPERS

CAP_BPS = 10_000
_UNLIMITED = 2**255
DECIDED_LATER = Unknown(reason=Reason.UNRESOLVED, detail="the code that makes the call decides it when it runs")
_NOT_AN_ARGUMENT = Unknown(reason=Reason.NOT_SUPPORTED, detail="the amount is not in the arguments")
_ENOUGH_BPS = 5_000
"""From here on more makes no difference: what could not be read does not make the share unknown."""


def amount_of(call: Call) -> int | None:
    """Return the amount among a call's arguments, or the value it carries; None where it has none or it is left open.

    It is left open, too, where the token or who pays is: an amount of what?
    """
    if call.value:
        return call.value
    meaning = meaning_of_call(call)
    values = call.decoded.values
    if call.decoded.left_open & {meaning.amount, meaning.asset, *_payer_positions(call)}:
        return None
    return int(values[meaning.amount]) if 0 <= meaning.amount < len(values) else None


def _payer_positions(call: Call) -> tuple[int, ...]:
    signature = call.decoded.signature
    named = isinstance(signature, Known) and signature.value.startswith(("transferFrom(", "permit("))
    return (0,) if named else ()


def moved(call: Call) -> bool:
    """Whether a call moves value by itself, as far as its signature and its value say."""
    return call.value > 0 or meaning_of_call(call).effect is Effect.VALUE_OUT


def held_before(book: Casebook, case: Case, call: Call) -> Known[int] | Unknown:
    """Return what the payer of a call holds of its asset; once the proposal was executed, with what it paid."""
    away = elsewhere(call.chain)
    if away is not None:
        return away
    asset, payer = ("", call.caller) if call.value else asset_and_payer(call, meaning_of_call(call), book.found)
    if not payer:
        return Unknown(reason=Reason.UNRESOLVED, detail="whose assets this call moves is not known")
    held = _native(book.ends, payer) if call.value or not asset else book.ends.balance(asset, payer)
    amount = amount_of(call) or 0
    if (case.one.governor, case.one.id) not in book.data.executions:
        return held
    return combine({"held": held}, lambda held: held + amount, "what it holds now and what it paid")


def treasury_share(book: Casebook, case: Case, call: Call) -> Known[int] | Unknown:
    """Return the amount a call moves as a share of what its payer holds of that asset."""
    if isinstance(call.decoded.signature, Unknown) and not call.value:
        return Unknown(reason=Reason.UNDECODABLE, detail="the call could not be decoded")
    if not moved(call):
        return Known(value=0, evidence=(), derivation="moves no value by itself")
    if _stands_for_rows(call):
        return Known(value=0, evidence=(), derivation="the calls inside it are what it moves")
    if (away := elsewhere(call.chain)) is not None:
        return away
    amount = amount_of(call)
    if amount is None:
        return DECIDED_LATER if call.decoded.left_open else _NOT_AN_ARGUMENT
    done = (case.one.governor, case.one.id) in book.data.executions
    return combine(
        {"held": held_before(book, case, call)},
        lambda held: min(CAP_BPS, share_bps(amount, held)) if held or not amount else CAP_BPS,
        "amount / holdings" + (" before execution" if done else ""),
    )


def _stands_for_rows(call: Call) -> bool:
    signature = call.decoded.signature
    return (
        call.opened
        and isinstance(signature, Known)
        and meaning_of_call(call).effect is Effect.VALUE_OUT
        and (signature.value in WRAPPERS)
    )


def _native(ends: Ends, payer: str) -> Known[int] | Unknown:
    account = ends.account(payer)
    if account is None:
        return Unknown(reason=Reason.NOT_READ, detail=f"the balance of {short(payer)} was not read")
    if isinstance(account.state, Unknown):
        return account.state
    return Known(value=account.state.value.balance_wei, evidence=(account.state.value,))


def unlimited(call: Call) -> Known[bool] | Unknown:
    """Return whether a call approves spending without limit."""
    decoded = call.decoded
    if isinstance(decoded.signature, Unknown):
        return decoded.signature
    if meaning_of_call(call).effect is not Effect.APPROVAL:
        return Known(value=False, evidence=(), derivation="no approval")
    if decoded.signature.value.startswith("setApprovalForAll"):
        if 1 in decoded.left_open:
            return DECIDED_LATER
        return Known(value=bool(decoded.values[1]), evidence=(), derivation="setApprovalForAll")
    if amount_of(call) is None and decoded.left_open:
        return DECIDED_LATER
    amount = amount_of(call) or 0
    ceiling = 2**160 - 1 if "uint160" in decoded.signature.value else _UNLIMITED
    return Known(value=amount >= ceiling, evidence=(), derivation=f"amount {amount}")


def approval_share(book: Casebook, case: Case, call: Call) -> Known[int] | Unknown:
    """Return the amount a call approves as a share of what the approving account holds, at most 100 times all.

    What the same proposal sends to that account is meant to be spent: so much of the amount does not count.
    """
    decoded = call.decoded
    if isinstance(decoded.signature, Unknown):
        return decoded.signature
    meaning = meaning_of_call(call)
    if meaning.effect is not Effect.APPROVAL or decoded.signature.value.startswith("setApprovalForAll"):
        return Known(value=0, evidence=(), derivation="approves no amount")
    if amount_of(call) is None and decoded.left_open:
        return DECIDED_LATER
    brought = _brought(book, case).get(asset_and_payer(call, meaning, book.found), 0)
    amount = max(0, (amount_of(call) or 0) - brought)
    if not amount:
        return Known(value=0, evidence=(), derivation="approves no more than what this proposal brings")
    return combine(
        {"held": held_before(book, case, call)},
        lambda held: min(100 * CAP_BPS, share_bps(amount, held)) if held else 100 * CAP_BPS,
        "amount approved / holdings",
    )


def _brought(book: Casebook, case: Case) -> dict[tuple[str, str], int]:
    """Return, by token and account, what the calls of a proposal send to accounts."""
    if case.index not in book.brought:
        found: dict[tuple[str, str], int] = {}
        for call in book.data.calls[(case.one.governor, case.one.id)]:
            meaning = meaning_of_call(call)
            gains = beneficiary_of(call.decoded, call.target, call.value)
            if gains and not call.chain and not call.value and meaning.effect is Effect.VALUE_OUT:
                key = (asset_and_payer(call, meaning, book.found)[0], gains)
                found[key] = found.get(key, 0) + (amount_of(call) or 0)
        book.brought[case.index] = found
    return book.brought[case.index]


def supply_share(book: Casebook, call: Call) -> Known[int] | Unknown:
    """Return the units a call creates as a share of all units that there are now, at most 100 times all."""
    decoded = call.decoded
    if isinstance(decoded.signature, Unknown):
        return decoded.signature
    meaning = meaning_of_call(call)
    if meaning.effect is not Effect.SUPPLY or call.opened:
        return Known(value=0, evidence=(), derivation="creates no units by itself")
    if not decoded.signature.value.lower().startswith(("mint", "safemint")):
        return Known(value=0, evidence=(), derivation="creates no units by itself")
    if (away := elsewhere(call.chain)) is not None:
        return away
    if meaning.amount in decoded.left_open:
        return DECIDED_LATER
    amount = 1 if meaning.amount < 0 else int(decoded.values[meaning.amount])
    supply = book.ends.answer(units_behind(book.found, call.target), "totalSupply()")
    return combine(
        {"supply": supply},
        lambda supply: min(100 * CAP_BPS, share_bps(amount, supply)) if supply else 100 * CAP_BPS,
        "amount / units at the pinned block",
    )


def moved_outside(book: Casebook, case: Case, calls: list[tuple[Call, bool]]) -> Known[int] | Unknown:
    """Return the largest share of one asset that all calls together move out of one account to strangers.

    `calls` are those of a proposal, each with whether who gains is one of the DAO's own contracts.
    """
    sums: dict[tuple[str, str], tuple[Fraction, Known[int]]] = {}
    unknown: Unknown | None = None
    for call, inside in calls:
        if isinstance(call.decoded.signature, Unknown) and not call.value:
            unknown = unknown or call.decoded.signature
            continue
        if inside or not moved(call) or _stands_for_rows(call):
            continue
        amount = amount_of(call)
        held = held_before(book, case, call)
        if amount is None or isinstance(held, Unknown):
            missing = DECIDED_LATER if call.decoded.left_open else _NOT_AN_ARGUMENT
            unknown = unknown or (held if isinstance(held, Unknown) else missing)
            continue
        asset, payer = ("", call.caller) if call.value else asset_and_payer(call, meaning_of_call(call), book.found)
        share = Fraction(amount * CAP_BPS, held.value) if held.value else Fraction(CAP_BPS if amount else 0)
        before = sums.get((asset, payer), (Fraction(0), held))[0]
        sums[(asset, payer)] = (before + share, held)
    worst = max(sums.values(), key=lambda pair: pair[0], default=None)
    whole = min(CAP_BPS, int(worst[0])) if worst is not None else 0
    if unknown is not None and whole < _ENOUGH_BPS:
        return unknown
    derivation = "all amounts / holdings" if unknown is None else "at least: some amounts are not known"
    return Known(value=whole, evidence=worst[1].evidence if worst is not None else (), derivation=derivation)
