"""What is asked of both ends of a proposal's calls: who owns what gains, what payers hold, what settings are now.

All questions of all proposals are one level of reads; who stands behind the contracts that gain is a second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain.abi import DecodeError, decode, encode_call
from scanner.chain.interface import CallRead, CodeRead
from scanner.discovery.account import EMPTY_CODE, Account, nonzero
from scanner.discovery.discover import Found
from scanner.discovery.treasury.holdings import BALANCE_OF
from scanner.model.kinds import Effect
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.collect import ProposalData, beneficiary_of
from scanner.proposals.effects import Meaning, meaning_of, new_code, protections_of
from scanner.proposals.nested import Call
from scanner.proposals.organisations import native_as_empty, payer_behind, units_behind
from scanner.sources.interface import Deployed, NoSource

MAX_QUESTIONS = 20_000
MAX_SOURCES = 150
_OWNERS = (("owner()", "address"), ("admin()", "address"))
_LABELS = (("decimals()", "uint256"), ("symbol()", "string"))
_TOTAL = "totalSupply()"

Question = tuple[str, str, tuple[Any, ...]]
"""Address, signature, arguments."""


@dataclass
class Ends:
    """Answers, and the accounts that no crawl met: those of the collection, and owners of contracts that gain."""

    found: Found
    strangers: dict[str, Account]
    answers: dict[Question, Known[Any] | Unknown] = field(default_factory=dict)

    def account(self, address: str | None) -> Account | None:
        """Return what is known of an address, met by the crawl or not."""
        if address is None:
            return None
        return self.found.world.get(address) or self.strangers.get(address)

    def answer(self, address: str, signature: str, arguments: tuple[Any, ...] = ()) -> Known[Any] | Unknown:
        """Return the answer to a question that was asked here or by the crawl."""
        asked = self.answers.get((address, signature, arguments))
        if asked is not None:
            return asked
        account = self.account(address)
        if account is not None and not arguments and signature in account.calls:
            return account.ask(signature)
        return Unknown(reason=Reason.NOT_READ, detail=f"{signature} of this address was not asked")

    def balance(self, token: str, holder: str) -> Known[int] | Unknown:
        """Return how much of a token an account holds, in its smallest unit."""
        known = self.found.holdings.balances.get((token, holder))
        return known if known is not None else self.answer(token, BALANCE_OF, (holder,))

    def decimals(self, token: str) -> int | None:
        """Return the decimals that a token tells, None where it tells none that make sense."""
        told = self._label(token, "decimals()")
        return told.value if isinstance(told, Known) and 0 <= told.value <= 77 else None

    def symbol(self, token: str) -> str:
        """Return a token's symbol in upper case, empty where it tells none."""
        told = self._label(token, "symbol()")
        return str(told.value)[:40].upper() if isinstance(told, Known) else ""

    def _label(self, token: str, getter: str) -> Known[Any] | Unknown:
        told = self.answer(token, getter)
        reader = self.found.holdings.tokens.get(token)
        return reader.ask(getter) if isinstance(told, Unknown) and reader is not None else told


def meaning_of_call(call: Call) -> Meaning:
    """Return what a call does by its signature."""
    signature = call.decoded.signature
    if isinstance(signature, Unknown):
        return Meaning(Effect.UNDECODED)
    return Meaning(Effect.NATIVE_TRANSFER) if signature.value == "" else meaning_of(signature.value)


def asset_and_payer(call: Call, meaning: Meaning, found: Found) -> tuple[str, str]:
    """Return which token a call moves or approves, and out of whose holdings; empty where that is not known.

    An empty token with a payer is the chain's own currency.
    """
    values = call.decoded.values
    asset = str(values[meaning.asset]) if 0 <= meaning.asset < len(values) else call.target
    payer = call.target if meaning.asset >= 0 and not meaning.pulled and _pays(meaning) else call.caller
    if isinstance(call.decoded.signature, Known) and call.decoded.signature.value.startswith(
        ("transferFrom(", "permit(")
    ):
        payer = str(values[0])
    if meaning.effect is Effect.SUPPLY:
        return units_behind(found, asset), payer
    return native_as_empty(asset) if meaning.asset >= 0 else asset, payer_behind(found, payer)


def _pays(meaning: Meaning) -> bool:
    return meaning.effect is Effect.VALUE_OUT


def read_ends(found: Found, data: ProposalData, further: Iterable[tuple[Question, str]] = ()) -> Ends:
    """Ask everything that the facts of calls need.

    `further` are questions with the type of their answer, or the types of several with semicolons between them.
    """
    ends = Ends(found, dict(data.strangers))
    _read_code(ends, (address for call in _here(data) for address in codes_of(call)))
    wanted: dict[Question, str] = {}
    for call in _here(data):
        wanted.update(_questions(ends, call))
    wanted.update(further)
    _ask(ends, wanted)
    _read_owners(ends)
    _read_sources(ends, data)
    return ends


def _questions(ends: Ends, call: Call) -> Iterable[tuple[Question, str]]:
    meaning = meaning_of_call(call)
    if isinstance(call.decoded.signature, Unknown):
        return
    gains = beneficiary_of(call.decoded, call.target, call.value)
    account = ends.strangers.get(gains or "")
    if account is not None and account.has_code:
        yield from (((account.address, getter, ()), kind) for getter, kind in _OWNERS)
    if meaning.effect in (Effect.VALUE_OUT, Effect.APPROVAL, Effect.SUPPLY) and call.decoded.signature.value:
        yield from _about_asset(ends, call, meaning)
    for parameter in protections_of(call.decoded.signature.value):
        arguments = tuple(call.decoded.values[at] for at in parameter.keys)
        account = ends.account(call.target)
        if account is None or arguments or parameter.otherwise or parameter.getter not in account.calls:
            yield ((call.target, parameter.getter, arguments), "uint256")
            if parameter.otherwise:
                yield ((call.target, parameter.otherwise, arguments), "uint256")


def _about_asset(ends: Ends, call: Call, meaning: Meaning) -> Iterable[tuple[Question, str]]:
    asset, payer = asset_and_payer(call, meaning, ends.found)
    if not asset:
        return
    if payer and (asset, payer) not in ends.found.holdings.balances:
        yield ((asset, BALANCE_OF, (payer,)), "uint256")
    if ends.found.world.get(asset) is None:
        yield from (((asset, getter, ()), kind) for getter, kind in _LABELS)
        if meaning.effect is Effect.SUPPLY:
            yield ((asset, _TOTAL, ()), "uint256")


def _ask(ends: Ends, wanted: dict[Question, str]) -> None:
    questions = list(wanted)
    limit = Unknown(reason=Reason.LIMIT, detail=f"more than {MAX_QUESTIONS} questions about proposals")
    ends.answers.update(dict.fromkeys(questions[MAX_QUESTIONS:], limit))
    asked = questions[:MAX_QUESTIONS]
    reads = [CallRead(address, encode_call(signature, arguments), signature) for address, signature, arguments in asked]
    answers = ends.found.world.chain.read(reads) if reads else ()
    for question, answer in zip(asked, answers, strict=True):
        ends.answers[question] = _decoded(question[1], wanted[question], answer)


def _decoded(signature: str, kind: str, answer: Known[Any] | Unknown) -> Known[Any] | Unknown:
    if isinstance(answer, Unknown):
        return answer
    if answer.value == EMPTY_CODE:
        return Unknown(reason=Reason.REVERTED, detail=f"{signature} returned nothing", evidence=answer.evidence)
    try:
        values = decode(kind.split(";"), answer.value)
    except DecodeError as error:
        return Unknown(reason=Reason.UNDECODABLE, detail=f"{signature}: {error}", evidence=answer.evidence)
    return Known(value=values[0] if len(values) == 1 else values, evidence=answer.evidence)


def _here(data: ProposalData) -> Iterable[Call]:
    """Yield the calls on the scanned chain that could be decoded."""
    for calls in data.calls.values():
        yield from (call for call in calls if not call.chain and isinstance(call.decoded.signature, Known))


def codes_of(call: Call) -> tuple[str, ...]:
    """Return the addresses whose code a call puts in place of other code."""
    signature = call.decoded.signature
    if isinstance(signature, Unknown) or call.decoded.left_open:
        return ()
    return new_code(signature.value, call.decoded.values)


def _read_code(ends: Ends, addresses: Iterable[str]) -> None:
    unmet = sorted({address for address in addresses if ends.account(address) is None})
    answers = ends.found.world.chain.read([CodeRead(address) for address in unmet]) if unmet else ()
    for address, answer in zip(unmet, answers, strict=True):
        ends.strangers[address] = Account(address, code=answer)


def _read_owners(ends: Ends) -> None:
    """Ask for the code of the owners that contracts name which gain: whether such an owner is a key."""
    named = (
        str(answer.value)
        for (_, signature, _), answer in ends.answers.items()
        if signature in ("owner()", "admin()") and isinstance(answer, Known) and answer.value != ZERO_ADDRESS
    )
    _read_code(ends, named)


def _read_sources(ends: Ends, data: ProposalData) -> None:
    """Look for the source of contracts outside the crawl that become code or get a right."""
    wanted: dict[str, Account] = {}
    for call in _here(data):
        addresses = list(codes_of(call))
        if meaning_of_call(call).effect is Effect.ROLE:
            addresses.append(beneficiary_of(call.decoded, call.target, call.value) or "")
        wanted.update((one, ends.strangers[one]) for one in addresses if _unsought(ends, one))
    sought = list(wanted.values())[:MAX_SOURCES]
    chain_id = ends.found.world.chain.chain_id
    asked = [Deployed(chain_id, one.address, one.code.value) for one in sought if isinstance(one.code, Known)]
    answers = ends.found.world.sources.fetch_all(asked) if asked else {}
    missing = NoSource(Reason.NOT_READ, "the source providers gave no answer")
    for one in sought:
        one.source = answers.get(one.address, missing)


def _unsought(ends: Ends, address: str) -> bool:
    account = ends.strangers.get(address)
    return account is not None and account.has_code and account.source is None


def controller_of(ends: Ends, address: str) -> Known[str] | Unknown:
    """Return the owner or admin that a contract names, zero for none or for an account without code."""
    account = ends.account(address)
    if account is None:
        return Unknown(reason=Reason.NOT_READ, detail="the account was not read")
    if isinstance(account.code, Unknown):
        return account.code
    if not account.has_code:
        return Known(value=ZERO_ADDRESS, evidence=account.code.evidence, derivation="no contract")
    answers = [ends.answer(address, getter) for getter, kind in _OWNERS if kind == "address"]
    return _first_named(answers)


def _first_named(answers: Sequence[Known[Any] | Unknown]) -> Known[str] | Unknown:
    for answer in answers:
        if isinstance(answer, Known) and nonzero(answer):
            return Known(value=str(answer.value), evidence=answer.evidence)
    for answer in answers:
        if isinstance(answer, Unknown) and answer.reason is not Reason.REVERTED:
            return answer
    evidence = tuple(item for answer in answers for item in answer.evidence)
    return Known(value=ZERO_ADDRESS, evidence=evidence, derivation="names no owner and no admin")
