"""Authenticators of Snapshot X: contracts that a space believes about who votes and who proposes.

The space asks nothing itself: whatever an authenticator passes on counts as the act of whom it names. What one checks
is tried, not read off its name. A stranger brings it a vote, and a proposal, in the name of somebody else; the space's
own answer to the authenticator shows what comes of it when it is passed on. The same outcome: nothing was checked.
Another, and the same when the named one brings it: it looks at the sender. What takes a signature gets a made-up one.
Facts: snapshot-labs/sx-evm (Authenticator, EthTxAuthenticator, EthSigAuthenticator, VanillaAuthenticator).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode, encode, selector, topic
from scanner.discovery.account import Account
from scanner.discovery.asking import has_selector
from scanner.discovery.world import Getter
from scanner.model.authenticators import Authenticator
from scanner.model.evidence import CallEvidence, Evidence
from scanner.model.observation import Collection, Known, Reason, Unknown

ADDED = topic("AuthenticatorsAdded(address[])")
_STRATEGY = "(address,bytes)"
_SETTINGS = f"(address,uint32,uint32,uint32,{_STRATEGY},string,string,string,{_STRATEGY}[],string[],address[])"
"""What a space began with; its authenticators stand last."""

CREATED = topic(f"SpaceCreated(address,{_SETTINGS})")

PLAIN = "authenticate(address,bytes4,bytes)"
SIGNED = "authenticate(uint8,bytes32,bytes32,uint256,address,bytes4,bytes)"
_ADMITTED = "authenticators(address)"
_MAX = 16
"""Authenticators that are tried; more leave the weakest unknown."""

_NO_PROPOSAL = 2**256 - 1
_NO_CLAIMS = bytes.fromhex(encode(("(uint8,bytes)[]",), ((),))[2:])


@dataclass(frozen=True)
class _Act:
    """A function of the space that authenticators pass on, with harmless arguments in somebody's name."""

    name: str
    types: tuple[str, ...]
    values: tuple[object, ...]

    @property
    def mark(self) -> bytes:
        return bytes.fromhex(selector(f"{self.name}({','.join(self.types)})")[2:])

    def data(self, named: str) -> bytes:
        return bytes.fromhex(encode(self.types, (named, *self.values))[2:])


ACTS = (
    _Act("vote", ("address", "uint256", "uint8", "(uint8,bytes)[]", "string"), (_NO_PROPOSAL, 1, (), "")),
    _Act("propose", ("address", "string", _STRATEGY, "bytes"), ("", ("0x" + "00" * 20, b""), _NO_CLAIMS)),
)
"""Who proposes also says by which strategies; that none are named is what validation strategies can read."""


@dataclass(frozen=True)
class _Outcome:
    """What a call came to: whether it went through, and what was returned or said."""

    passed: bool
    said: str

    @property
    def tells(self) -> bool:
        """Whether it can be told from another's: anything may revert without a word."""
        return self.passed or len(self.said) > 2


def named_in(account: Account) -> tuple[str, ...]:
    """Return every authenticator that the logs of a space name, in their order."""
    found: dict[str, None] = {}
    for log in account.events(CREATED):
        try:
            found.update(dict.fromkeys(str(one).lower() for one in decode(("address", _SETTINGS), log.data)[1][10]))
        except DecodeError:
            continue
    for log in account.events(ADDED):
        try:
            found.update(dict.fromkeys(str(one).lower() for one in decode(("address[]",), log.data)[0]))
        except DecodeError:
            continue
    return tuple(found)


def admitted(account: Account) -> tuple[str, ...]:
    """Return those that the space admits now, by its state; of which that is not known counts as admitted."""
    answers = ((one, account.ask(f"{_ADMITTED} {one}")) for one in named_in(account))
    return tuple(one for one, answer in answers if isinstance(answer, Unknown) or answer.value)


def questions(account: Account) -> Iterator[Getter]:
    """Yield what is asked of a space and its authenticators: first whom it admits, then the calls that try them."""
    here = account.address
    for one in named_in(account)[:_MAX]:
        yield Getter(here, _ADMITTED, ("uint256",), (one,), f"{_ADMITTED} {one}")
        answer = account.ask(f"{_ADMITTED} {one}")
        if isinstance(answer, Known) and answer.value and one in account.met:
            yield from _trials(account, one)


def _trials(account: Account, authenticator: str) -> Iterator[Getter]:
    here, code = account.address, account.met[authenticator].code
    if not isinstance(code, Known):
        return
    stranger, named = _person("stranger", here), _person("member", here)
    for act in ACTS:
        direct = f"{act.name}({','.join(act.types)})"
        own = (named, *act.values)
        yield Getter(here, direct, (), own, _key("stranger at the space", authenticator, act), sender=stranger)
        yield Getter(here, direct, (), own, _key("passed on", authenticator, act), sender=authenticator)
        passed = (here, act.mark, act.data(named))
        if has_selector(code.value, selector(PLAIN)):
            for who, key in ((stranger, "stranger"), (named, "named")):
                yield Getter(here, PLAIN, (), passed, _key(key, authenticator, act), asked=authenticator, sender=who)
        if has_selector(code.value, selector(SIGNED)):
            made_up = (27, b"\x01" * 32, b"\x01" * 32, 1, *passed)
            key = _key("made up", authenticator, act)
            yield Getter(here, SIGNED, (), made_up, key, asked=authenticator, sender=stranger)


def authenticators(account: Account) -> Collection[Authenticator]:
    """Return what each authenticator checks that the space admits now."""
    items = tuple(
        Authenticator(address=one, label=_label(account.met.get(one)), checks=_checks(account, one))
        for one in admitted(account)[:_MAX]
    )
    if isinstance(account.logs, Unknown):
        return Collection[Authenticator](items=items, complete=False, reason=f"its logs: {account.logs.detail}")
    if len(named_in(account)) > _MAX:
        return Collection[Authenticator](items=items, complete=False, reason=f"more than {_MAX} authenticators")
    if not items:
        nobody = "its logs name no authenticator that it admits"
        return Collection[Authenticator](items=(), complete=False, reason=nobody)
    return Collection[Authenticator](items=items, complete=True)


def weakest(found: Collection[Authenticator]) -> Known[str] | Unknown:
    """Return what the weakest authenticator checks; one that checks nothing decides whatever the others are."""
    known = [one.checks for one in found.items if isinstance(one.checks, Known)]
    open_ones = [one for one in known if one.value == "anyone"]
    evidence: tuple[Evidence, ...] = tuple(dict.fromkeys(piece for one in open_ones or known for piece in one.evidence))
    if open_ones:
        return Known(value="anyone", evidence=evidence, derivation=open_ones[0].derivation)
    unknown = next((one.checks for one in found.items if isinstance(one.checks, Unknown)), None)
    if unknown is not None:
        return unknown
    if not found.complete:
        return Unknown(reason=Reason.UNRESOLVED, detail=found.reason, evidence=evidence)
    value = "sender" if any(one.value == "sender" for one in known) else "signature"
    return Known(value=value, evidence=evidence, derivation="by calls in a stranger's name")


def _checks(account: Account, authenticator: str) -> Known[str] | Unknown:
    """Judge one authenticator by its calls, for the weaker of voting and proposing."""
    found = [_judged(account, authenticator, act) for act in ACTS]
    for one in found:
        if isinstance(one, Known) and one.value == "anyone":
            return one
    for one in found:
        if isinstance(one, Unknown):
            return one
    evidence = tuple(dict.fromkeys(piece for one in found for piece in one.evidence))
    value = "sender" if any(isinstance(one, Known) and one.value == "sender" for one in found) else "signature"
    return Known(value=value, evidence=evidence, derivation="a stranger's call in another's name is refused")


def _judged(account: Account, authenticator: str, act: _Act) -> Known[str] | Unknown:
    words = ("stranger at the space", "passed on", "stranger", "named", "made up")
    calls = {word: account.calls[key][1] for word in words if (key := _key(word, authenticator, act)) in account.calls}
    evidence = tuple(dict.fromkeys(piece for answer in calls.values() for piece in answer.evidence))
    outcomes = {word: outcome for word, answer in calls.items() if (outcome := _outcome(answer)) is not None}
    refused, passed_on = outcomes.get("stranger at the space"), outcomes.get("passed on")
    doubt = ""
    if len(outcomes) < len(calls):
        doubt = "a call that tries it was not answered"
    elif refused is None or passed_on is None or refused == passed_on:
        doubt = "the space answers it as it answers a stranger: what it passes on does not show"
    elif not {"stranger", "made up"} & set(outcomes):
        doubt = "it has none of the functions by which authenticators of Snapshot X are called"
    if doubt:
        return Unknown(reason=Reason.UNRESOLVED, detail=f"authenticator {authenticator}: {doubt}", evidence=evidence)
    if passed_on in (outcomes.get("stranger"), outcomes.get("made up")):
        if passed_on is not None and not passed_on.tells:
            detail = f"authenticator {authenticator}: refused without a word, by the space or by itself"
            return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)
        how = f"a stranger's call to {act.name} in another's name was passed on"
        return Known(value="anyone", evidence=evidence, derivation=how)
    return _refusing(outcomes, passed_on, authenticator, evidence)


def _refusing(
    outcomes: Mapping[str, _Outcome], passed_on: _Outcome | None, authenticator: str, evidence: tuple[Evidence, ...]
) -> Known[str] | Unknown:
    """Say what an authenticator looks at that passed no stranger's call on."""
    if "stranger" in outcomes and outcomes.get("named") != passed_on:
        detail = f"authenticator {authenticator} refuses the named one as well: what it asks for was not told"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)
    value = "sender" if "stranger" in outcomes else "signature"
    return Known(value=value, evidence=evidence, derivation="a stranger's call in another's name is refused")


def _outcome(answer: Known[str] | Unknown) -> _Outcome | None:
    """Return what a call came to; None where the node did not say."""
    proof = next((piece for piece in answer.evidence if isinstance(piece, CallEvidence)), None)
    if proof is None or (isinstance(answer, Unknown) and not proof.reverted):
        return None
    return _Outcome(not proof.reverted, proof.result)


def _key(word: str, authenticator: str, act: _Act) -> str:
    return f"{word}: {act.name} through {authenticator}"


def _person(what: str, space: str) -> str:
    """Return an address that nobody holds a key of, the same in every scan."""
    return "0x" + keccak(text=f"a {what} of {space}")[-20:].hex()


def _label(account: Account | None) -> str:
    return account.verified.bundle.contract_name if account is not None and account.verified is not None else ""
