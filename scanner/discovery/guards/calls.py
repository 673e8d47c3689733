"""Calls in the names of holders, strangers and others, and what their answers say of a guard.

Whoever is let past a guard gets another answer than a stranger: the call succeeds, or is turned away by something that
comes later. So the answers are compared, with the callers' own addresses taken out of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode, encode, signature_types
from scanner.chain.interface import CallRead
from scanner.discovery.guards.doors import Door, Named
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

MAX_CALLS = 1_500
"""Calls in others' names in one scan; what is beyond is not checked, and says so."""

HOLDERS_TRIED = 3
OTHERS_TRIED = 3
CANDIDATES_TRIED = 5
TOLD_TRIED = 6
"""Addresses of which a contract's own events tell, beside the candidates."""

_ERROR = "0x08c379a0"
_FIXED_ARRAY = re.compile(r"\[([0-9]+)\]\Z")
_ARRAY = re.compile(r"\[[0-9]*\]\Z")
_RUNS = re.compile(r"0x[0-9a-f]{8,}")
_MARK = "<caller>"
_WORDS = "text: "
_NOBODY = ZERO_ADDRESS.removeprefix("0x")


def stranger(account: str) -> str:
    """Return an address that nobody holds a key of, the same in every scan."""
    return "0x" + keccak(text=f"a stranger at the door of {account}")[-20:].hex()


@dataclass(frozen=True)
class Answer:
    """What one caller got: `passed` for a call that succeeded; `said` is the revert data without the caller."""

    caller: str
    passed: bool
    said: str
    read: bool
    evidence: tuple[Evidence, ...] = ()
    asked: str = ""
    """The contract that was called: where it calls itself, its words about itself and about its caller are the same."""

    @property
    def names_caller(self) -> bool:
        return _MARK in self.said

    def like(self, other: Answer) -> bool:
        """Whether two callers were treated alike."""
        if self.passed or other.passed:
            return self.passed == other.passed
        # Nothing can be taken out for the zero address: zeros stand anywhere. So it is put in for the others.
        zero = ZERO_ADDRESS in (self.caller, other.caller)
        return self._plain(zero=zero) == other._plain(zero=zero)

    def _plain(self, *, zero: bool = False) -> str:
        """Return what was said without the contract's own address; with `zero`, as the zero address would be told."""
        own = self.asked.removeprefix("0x")
        said = self.said.replace(f"0x{own}", _MARK).replace(own, _MARK) if own else self.said
        if not zero:
            return said
        return said.replace(_MARK, f"0x{_NOBODY}" if said.startswith(_WORDS) else _NOBODY)


@dataclass
class Trial:
    """A guarded function with the callers in whose names it is called."""

    door: Door
    named: Named
    holders: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    """Tried where the state does not say who holds it."""

    reads: tuple[CallRead, ...] = ()
    reason: str = ""
    """Why nothing is asked; empty where something is."""

    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def stranger(self) -> Answer | None:
        return self.answers.get(stranger(self.door.account))


def plan_calls(trial: Trial) -> None:
    """Put together the calls of one trial; a function whose arguments cannot be made up says so."""
    try:
        data = calldata(trial.door, trial.named.word)
    except DecodeError as error:
        trial.reason = f"no arguments could be made up for it: {error}"
        return
    callers = (stranger(trial.door.account), *trial.holders, *trial.others, *trial.candidates)
    signature = trial.door.signature if "(" in trial.door.signature else ""
    trial.reads = tuple(CallRead(trial.door.account, data, signature, caller) for caller in dict.fromkeys(callers))


def calldata(door: Door, word: str = "") -> str:
    """Return a call with harmless arguments: zeros (`word` for bytes32 where one is given), a stranger's address, empty
    lists. Raises DecodeError."""
    types = signature_types(door.signature) if "(" in door.signature else signature_types(f"f{door.outside}")
    arguments = [word if word and kind == "bytes32" else _harmless(kind, door.account) for kind in types]
    return door.selector + encode(types, arguments).removeprefix("0x")


def _harmless(kind: str, account: str) -> Any:
    fixed = _FIXED_ARRAY.search(kind)
    if fixed:
        if int(fixed.group(1)) > 256:
            raise DecodeError("a list of a fixed length beyond 256")
        return tuple(_harmless(kind[: fixed.start()], account) for _ in range(int(fixed.group(1))))
    if _ARRAY.search(kind):
        return ()
    if kind.startswith("("):
        return tuple(_harmless(part, account) for part in signature_types(f"f{kind}"))
    if kind == "address":
        return stranger(f"{account} as an argument")
    if kind == "bool":
        return False
    if kind == "string":
        return ""
    if kind == "bytes":
        return "0x"
    if kind.startswith("bytes") or kind == "function":
        return "0x" + "00" * (24 if kind == "function" else int(kind[5:]))
    return 0


def answer_of(read: CallRead, answer: Known[Any] | Unknown) -> Answer:
    """Return one caller's answer."""
    if isinstance(answer, Known):
        return Answer(read.sender, passed=True, said="", read=True, evidence=answer.evidence, asked=read.address)
    reverted = answer.reason is Reason.REVERTED
    result = next((piece.result for piece in answer.evidence if piece.kind == "call"), "0x")
    return Answer(
        read.sender,
        passed=False,
        said=_without(result, read.sender),
        read=reverted,
        evidence=answer.evidence,
        asked=read.address,
    )


def _without(data: str, caller: str) -> str:
    """Return revert data with the caller's address taken out, as bytes and as text; as it is for the zero address."""
    plain = caller.removeprefix("0x").lower()
    as_text = _text(data)
    if plain == _NOBODY:
        return as_text or data
    return as_text.replace(f"0x{plain}", _MARK) if as_text else data.replace(plain, _MARK)


def _text(data: str) -> str:
    """Return the words of `Error(string)`; empty for anything else."""
    if not data.startswith(_ERROR):
        return ""
    try:
        return _WORDS + str(decode(("string",), "0x" + data[10:])[0]).lower()
    except DecodeError:
        return ""


def shape(said: str) -> str:
    """Return what kind of refusal it is: a custom error's selector, or its words without addresses and roles."""
    return _RUNS.sub("#", said) if said.startswith(_WORDS) else said[:10]


@dataclass(frozen=True)
class Verdict:
    """What the calls say. `found` are holders that only the calls showed."""

    result: str
    detail: str
    callers: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    open: bool = False


PASSED = "passed"
REFUSED = "refused"
CONTRADICTED = "contradicted"
NOT_CHECKABLE = "not-checkable"


def judge(trial: Trial, refusals: frozenset[str] = frozenset()) -> Verdict:
    """Return what the answers to one function's calls say; `refusals` are shapes that the contract's guards give."""
    if trial.reason:
        return Verdict(NOT_CHECKABLE, trial.reason)
    base = trial.stranger
    if base is None or not base.read:
        return Verdict(NOT_CHECKABLE, "the node gave no answer to a stranger's call")
    if trial.named.anyone:
        return _open_door(base, refusals) if trial.door.standing else _unasked(trial, base)
    if base.passed:
        return _passed_stranger(trial, base)
    if not trial.named.complete and not trial.named.holders:
        return _found(trial, base)
    return _standing(trial, base, refusals)


def _open_door(base: Answer, refusals: frozenset[str]) -> Verdict:
    if base.passed:
        return Verdict(PASSED, "a stranger's call succeeds, as it should", (base.caller,))
    if base.names_caller or shape(base.said) in refusals:
        return Verdict(CONTRADICTED, "the state lets anybody pass, and a stranger is refused", (base.caller,))
    if refusals:
        return Verdict(PASSED, "a stranger is stopped by something else than its guards", (base.caller,))
    return Verdict(NOT_CHECKABLE, "the call fails, and what its guards say when they refuse is not known")


def _unasked(trial: Trial, base: Answer) -> Verdict:
    """A function whose source asks nothing about its caller: is it open now?"""
    if base.passed and "[]" not in trial.door.signature:
        words = "a stranger's call succeeds: it asks nothing about its caller"
        return Verdict(PASSED, words, (base.caller,), open=True)
    words = "with empty lists nothing is asked for" if base.passed else "a stranger's call with zeros fails"
    return Verdict(NOT_CHECKABLE, words, (base.caller,))


def _passed_stranger(trial: Trial, base: Answer) -> Verdict:
    if "[]" in trial.door.signature or "[]" in trial.door.outside:
        return Verdict(NOT_CHECKABLE, "with empty lists nobody is asked for", open=True)
    if trial.door.fact is None:
        return Verdict(PASSED, "a stranger's call succeeds, with zeros for arguments", (base.caller,), open=True)
    if not trial.named.complete:
        return Verdict(PASSED, "a stranger's call succeeds: nobody is refused now", (base.caller,), open=True)
    return Verdict(CONTRADICTED, "a stranger's call succeeds", (base.caller,), open=True)


def _found(trial: Trial, base: Answer) -> Verdict:
    """The state does not say who holds it: whoever is treated otherwise than a stranger gets past the guard."""
    tried = [trial.answers[one] for one in (*trial.candidates, *trial.others) if one in trial.answers]
    passing = tuple(sorted({one.caller for one in tried if one.read and not one.like(base)}))
    if passing == (ZERO_ADDRESS,) and trial.door.outside in ("", "()"):
        return Verdict(PASSED, "nobody holds it: only the zero address would pass", (base.caller, *passing))
    passing = tuple(one for one in passing if one != ZERO_ADDRESS)
    if passing:
        words = "found by asking: a stranger is refused, and of the addresses that were tried these are not"
        return Verdict(PASSED, words, (base.caller, *passing), passing)
    return Verdict(NOT_CHECKABLE, "no address that was tried is treated otherwise than a stranger", (base.caller,))


def _standing(trial: Trial, base: Answer, refusals: frozenset[str]) -> Verdict:
    holders = [trial.answers[one] for one in trial.holders if one in trial.answers]
    others = [trial.answers[one] for one in trial.others if one in trial.answers]
    if any(not one.read for one in (*holders, *others)):
        return Verdict(NOT_CHECKABLE, "the node did not answer all of the calls")
    intruders = tuple(one.caller for one in others if not one.like(base))
    passing = [one for one in holders if not one.like(base)]
    callers = (base.caller, *(one.caller for one in (*holders, *others)))
    if intruders and (passing or not holders):
        return Verdict(CONTRADICTED, "somebody passes whom the state does not name", callers, intruders)
    if len(passing) == len(holders):
        nobody = not trial.named.holders
        if nobody and not holders:
            return Verdict(REFUSED, "nobody holds it, and whoever was tried is refused", callers)
        return Verdict(PASSED, "nobody holds it: only the zero address would pass" if nobody else "", callers)
    if not trial.named.exact:
        return _inexact(passing, callers)
    refused = [one for one in holders if one not in passing]
    if passing or base.names_caller or shape(base.said) in refusals:
        named = tuple(one.caller for one in refused)
        return Verdict(CONTRADICTED, "whom the state names is refused as a stranger is", callers, named)
    return Verdict(NOT_CHECKABLE, "the call fails alike for everybody: something before the guard stops it", callers)


def _inexact(passing: Sequence[Answer], callers: tuple[str, ...]) -> Verdict:
    """Not all that the guard asks could be looked at: of those on its list, the calls show who passes."""
    if passing:
        found = tuple(one.caller for one in passing)
        return Verdict(PASSED, "of those on its list, only these get past it", callers, found)
    return Verdict(NOT_CHECKABLE, "nobody on its list gets past it, and more is asked than being on it", callers)


def refusal_shapes(trials: Sequence[Trial]) -> frozenset[str]:
    """Return how a contract's guards refuse, as seen where a holder passes and a stranger does not."""
    return frozenset(
        shape(trial.stranger.said)
        for trial in trials
        if trial.stranger is not None
        and not trial.stranger.passed
        and trial.stranger.said not in ("", "0x")
        and any(not trial.answers[one].like(trial.stranger) for one in trial.holders if one in trial.answers)
    )
