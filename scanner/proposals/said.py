"""A call against the text of its proposal: what is named, and what happens without being named."""

from __future__ import annotations

from typing import Any

from scanner.discovery.account import nonzero
from scanner.model.kinds import Effect
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.casebook import Case, Casebook
from scanner.proposals.ends import asset_and_payer, codes_of, meaning_of_call
from scanner.proposals.nested import Call
from scanner.proposals.text import MAX_CHARACTERS, Text
from scanner.proposals.worth import DECIDED_LATER, amount_of, moved

_TOO_LONG = Unknown(reason=Reason.LIMIT, detail=f"the text has more than {MAX_CHARACTERS} characters")
_NOT_AN_ARGUMENT = Unknown(reason=Reason.NOT_SUPPORTED, detail="the amount is not in the arguments")
_NATIVE_DECIMALS = 18
_NATIVE_SYMBOL = "ETH"


def compare(book: Casebook, case: Case, call: Call, gains: Known[str] | Unknown) -> dict[str, Any]:
    """Return which parts of a call the text names. Nobody who gains counts as named: there is nothing to name."""
    text = case.text
    if not text.whole:
        names = ("beneficiary_named", "target_named", "function_named", "amount_named", "unsaid")
        return dict.fromkeys(names, _TOO_LONG)
    target = text.names(call.target)
    function = function_named(text, call)
    whom = beneficiary_named(text, call, gains)
    amount = _amount_named(book, text, call)
    return {
        "beneficiary_named": whom,
        "target_named": _known(target),
        "function_named": function,
        "amount_named": amount,
        "unsaid": _unsaid(whom, target, function, gains),
    }


def _known(value: bool) -> Known[bool]:
    return Known(value=value, evidence=())


def function_named(text: Text, call: Call) -> Known[bool] | Unknown:
    """Return whether the text names the function of a call; for a plain transfer there is none to name."""
    signature = call.decoded.signature
    if isinstance(signature, Unknown):
        return _known(True) if call.calldata[:10] in text.content else signature
    return _known(bool(signature.value) and text.names_function(signature.value))


def beneficiary_named(text: Text, call: Call, gains: Known[str] | Unknown) -> Known[bool] | Unknown:
    """Return whether the text names who gains, or each contract whose code is put in place."""
    if isinstance(gains, Unknown):
        return gains
    whom = codes_of(call) or ((gains.value,) if gains.value != ZERO_ADDRESS else ())
    return _known(all(text.names(address) for address in whom))


def _amount_named(book: Casebook, text: Text, call: Call) -> Known[bool] | Unknown:
    if isinstance(call.decoded.signature, Unknown) and not call.value:
        return call.decoded.signature
    meaning = meaning_of_call(call)
    if not moved(call) and meaning.effect not in (Effect.APPROVAL, Effect.SUPPLY):
        return Known(value=True, evidence=(), derivation="there is no amount to name")
    amount = amount_of(call)
    if amount is None:
        return DECIDED_LATER if call.decoded.left_open else _NOT_AN_ARGUMENT
    decimals: int | None = _NATIVE_DECIMALS
    symbol = _NATIVE_SYMBOL
    if not call.value:
        asset, _ = asset_and_payer(call, meaning, book.found)
        if call.chain:
            decimals, symbol = None, ""
        elif asset:
            decimals, symbol = book.ends.decimals(asset), book.ends.symbol(asset)
    tried = (decimals,) if decimals is not None else (_NATIVE_DECIMALS, 6)
    known = any(text.names_amount(amount, one, symbol, book.symbols if symbol else frozenset()) for one in tried)
    return Known(value=known, evidence=(), derivation="" if decimals is not None else "with 18 or 6 decimals")


def _unsaid(
    whom: Known[bool] | Unknown, target: bool, function: Known[bool] | Unknown, gains: Known[str] | Unknown
) -> Known[bool] | Unknown:
    """Unsaid: neither who gains (where somebody does), nor the function, nor the contract that is called."""
    if target:
        return _known(False)
    if isinstance(function, Unknown):
        return function
    if function.value:
        return _known(False)
    if isinstance(whom, Unknown):
        return whom
    return _known(not (whom.value and nonzero(gains) is not None))
