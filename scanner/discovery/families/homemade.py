"""A home-made governor by its own ABI: which of its events tell of proposals, votes and executions, which getter holds
a proposal, and which numbers are its times and thresholds. Names are a stranger's: what they do not tell is unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from scanner.chain.abi import DecodeError, decode, event_topic, function_signature, input_types
from scanner.discovery.account import Account
from scanner.discovery.families.told import RawAction, RawProposal, Vote
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.sources.interface import VerifiedSource

T = TypeVar("T")

_ABOUT = re.compile(r"propos|motion|referend|petition|initiative", re.I)
_VOTED = re.compile(r"vote|ballot", re.I)
_DONE = re.compile(r"execut|carried|enact|done|implement", re.I)
_CHANGED = re.compile(
    r"cancel|queue|pass|fail|reject|defeat|expire|veto|updat|set$|changed|threshold|period|delay|quorum|extend|cast|tall(y|ied)|closed|ended|finali[sz]",
    re.I,
)

_WORDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(f"^_?({words})_?$", re.I)
    for name, words in {
        "id": r"\w*id|number|index|nonce|proposal|motion",
        "who": r"propos(er|ed_?by)|by|author|creator|sender|from|account|maker|who",
        "voter": r"voter|by|account|who|sender|member",
        "target": r"targets?|to|recipients?|contracts?|destinations?|receivers?|addrs?|calls?to",
        "value": r"values?|amounts?|eth|wei|ethers?",
        "data": r"(call)?datas?|payloads?|transaction_?bytecode|calls?",
        "start": r"\w*(start|begin|snapshot)\w*|opens?(_?at)?",
        "end": r"\w*(end|deadline|expir|until|close)\w*",
        "support": r"support\w*|in_?support|position|yes|ayes?|yea|in_?favou?r|approve|choice|vote|for|agree",
        "weight": r"weight|votes|power|amount|shares|stake",
        "yes": r"(votes_?)?(yes|for|ayes?|yea|approvals?|in_?favou?r)(_?votes|_?count)?",
        "no": r"(votes_?)?(no|against|nays?|rejections?)(_?votes|_?count)?",
        "done": r"(is_?)?(executed|done|enacted|carried_?out)",
        "cancelled": r"(is_?)?(cancell?ed|vetoed|withdrawn)",
    }.items()
}

_NUMBERS: Mapping[str, re.Pattern[str]] = {
    "votingPeriod": re.compile(r"^vot(e|ing)_?(period|duration|time|length|window)$", re.I),
    "votingDelay": re.compile(r"^vot(e|ing)_?delay$", re.I),
    "quorum": re.compile(r"^(min(imum)?_?)?quorum(_?votes|_?weight)?$", re.I),
    "threshold": re.compile(r"^(proposal|propose|proposer)_?(threshold|minimum|stake|weight)$", re.I),
    "delay": re.compile(r"^(execution|executing|grace|timelock)_?delay$", re.I),
}
_CARRIES_OUT = re.compile(r"^(execute|enact|process|carryOut)", re.I)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_STRUCT = re.compile(r"^(get_?)?(proposals?|motions?|referendums?|petitions?)$", re.I)
_STATES: Mapping[str, re.Pattern[str]] = {
    "Pending": re.compile(r"^(pending|waiting|created|draft|announced)$", re.I),
    "Active": re.compile(r"^(active|open|voting|live|running)$", re.I),
    "Canceled": re.compile(r"^(cancell?ed|vetoed|withdrawn)$", re.I),
    "Defeated": re.compile(r"^(defeated|rejected|failed|lost|declined)$", re.I),
    "Succeeded": re.compile(r"^(succeeded|passed|accepted|approved|won)$", re.I),
    "Queued": re.compile(r"^(queued|timelocked|scheduled)$", re.I),
    "Expired": re.compile(r"^(expired|stale)$", re.I),
    "Executed": re.compile(r"^(executed|done|enacted|carriedout|implemented)$", re.I),
}
_MOST_LISTED = 64


@dataclass(frozen=True)
class Shape:
    """An event of an ABI, or what a getter returns: canonical types and names, in order; which fields are indexed."""

    name: str
    topic: str
    types: tuple[str, ...]
    names: tuple[str, ...]
    indexed: tuple[bool, ...]

    def read(self, log: LogEvidence) -> tuple[Any, ...]:
        """Return the fields in order; raises DecodeError. Of indexed text or lists only a hash is logged."""
        if len(log.topics) - 1 != sum(self.indexed):
            raise DecodeError("the log has not as many topics as the ABI says")
        rest = iter(decode([kind for kind, at in zip(self.types, self.indexed, strict=True) if not at], log.data))
        words = iter(log.topics[1:])
        return tuple(
            decode((kind,), next(words))[0] if at else next(rest)
            for kind, at in zip(self.types, self.indexed, strict=True)
        )

    def field(self, word: str, *kinds: str) -> int:
        """Return the position of the first field of one of these types that is named so; -1 for none."""
        for at, (kind, name) in enumerate(zip(self.types, self.names, strict=True)):
            if _is(kind, kinds) and _WORDS[word].match(name):
                return at
        return -1

    def first(self, *kinds: str) -> int:
        return next((at for at, kind in enumerate(self.types) if _is(kind, kinds)), -1)


def _is(kind: str, kinds: Sequence[str]) -> bool:
    return any(kind == one or (one == "uint" and re.fullmatch(r"uint\d+", kind) is not None) for one in kinds)


@dataclass(frozen=True)
class Told:
    """What an ABI says of proposals: their events, those of votes and executions, and the getter of one of them."""

    made: tuple[Shape, ...] = ()
    votes: tuple[Shape, ...] = ()
    done: tuple[Shape, ...] = ()
    getter: tuple[str, Shape] | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted({shape.topic for shape in (*self.made, *self.votes, *self.done)}))


def _once(account: Account, what: str, make: Callable[[VerifiedSource], T], otherwise: T) -> T:
    """Return what a source says, worked out once; `otherwise` where there is no source."""
    if account.verified is None:
        return otherwise
    if what not in account.worked_out:
        account.worked_out[what] = make(account.verified)
    return cast(T, account.worked_out[what])


def own_words(account: Account) -> Told:
    """Return what the ABI of the verified source says; nothing where there is none."""
    return _once(account, "own words", _read_abi, Told())


def _read_abi(source: VerifiedSource) -> Told:
    made: list[Shape] = []
    votes: list[Shape] = []
    done: list[Shape] = []
    for entry in source.abi:
        if entry.get("type") != "event" or entry.get("anonymous"):
            continue
        try:
            shape = _shape(entry)
        except DecodeError:
            continue
        number = shape.first("uint") >= 0
        if number and _VOTED.search(shape.name) and shape.first("address") >= 0:
            votes.append(shape)
        elif number and _DONE.search(shape.name):
            done.append(shape)
        elif number and _ABOUT.search(shape.name) and not _CHANGED.search(shape.name) and len(shape.types) > 1:
            made.append(shape)
    return Told(tuple(made), tuple(votes), tuple(done), _getter(source))


def _shape(entry: Mapping[str, Any]) -> Shape:
    inputs = entry.get("inputs") or ()
    return Shape(
        str(entry.get("name", ""))[:_MOST_LISTED],
        event_topic(entry),
        input_types(entry),
        tuple(str(one.get("name", ""))[:_MOST_LISTED] for one in inputs),
        tuple(bool(one.get("indexed")) for one in inputs),
    )


def _getter(source: VerifiedSource) -> tuple[str, Shape] | None:
    for entry in source.abi:
        try:
            if entry.get("type") != "function" or not _STRUCT.match(str(entry.get("name", ""))):
                continue
            if input_types(entry) != ("uint256",):
                continue
            outputs = tuple(entry.get("outputs") or ())
            types = input_types(entry, of="outputs")
            names = tuple(str(one.get("name", ""))[:_MOST_LISTED] for one in outputs)
            return function_signature(entry), Shape(str(entry["name"]), "", types, names, (False,) * len(types))
        except (DecodeError, AttributeError):
            continue
    return None


# ---------------------------------------------------------------------------------------------------------- proposals


def read_made(account: Account, shape: Shape, log: LogEvidence) -> RawProposal:
    """Read a proposal off an event of the governor's own; what it calls, else off the getter of a proposal.

    Raises DecodeError and ValueError.
    """
    values = shape.read(log)
    number = int(values[number_of(shape)])
    who = shape.field("who", "address")
    actions = None if _lacks_data(account, shape) else _actions(shape, values)
    held: tuple[Evidence, ...] = ()
    unread: Unknown | None = None
    if actions is None:
        actions, held, unread = _of_state(account, number, shape)
    start, end = _times(account, number, shape, values)
    text = shape.first("string")
    return RawProposal(
        log.address,
        number,
        str(values[who]).lower() if who >= 0 else ZERO_ADDRESS,
        actions,
        start,
        end,
        str(values[text]) if text >= 0 and not shape.indexed[text] else "",
        log,
        held=held,
        unread=unread,
    )


def _times(account: Account, number: int, shape: Shape, values: Sequence[Any]) -> tuple[int, int]:
    """Return begin and end of a vote, by the event or the getter; where only one is told the other by the period.

    The same number twice, where they are not told.
    """
    told = {word: int(values[at]) for word in ("start", "end") if (at := shape.field(word, "uint")) >= 0}
    held, getter = held_proposal(account, number), own_words(account).getter
    if isinstance(held, Known) and getter is not None:
        for word in ("start", "end"):
            if (at := getter[1].field(word, "uint")) >= 0:
                told.setdefault(word, int(held.value[at]))
    period = account.ask(own_getter(account, "votingPeriod") or "votingPeriod()")
    length = int(period.value) if isinstance(period, Known) else 0
    start = told.get("start", max(0, told.get("end", 0) - length))
    return start, told.get("end", start + length if "start" in told else start)


def number_of(shape: Shape) -> int:
    """Return the position of the id: the number that is named so, else the first number."""
    named = shape.field("id", "uint")
    return named if named >= 0 else shape.first("uint")


def _actions(shape: Shape, values: Sequence[Any]) -> tuple[RawAction, ...] | None:
    """Return the calls that fields name: a target with what is sent and the data; None where no target is named."""
    target = shape.field("target", "address", "address[]")
    if target < 0 or (shape.indexed[target] and shape.types[target] != "address"):
        return None
    many = shape.types[target] == "address[]"
    value = shape.field("value", "uint256[]") if many else shape.field("value", "uint")
    data = shape.field("data", "bytes[]") if many else shape.field("data", "bytes")
    if data < 0 and value < 0:
        return None
    targets = list(values[target]) if many else [values[target]]
    amounts = [0] * len(targets) if value < 0 else list(values[value]) if many else [values[value]]
    payloads = ["0x"] * len(targets) if data < 0 else list(values[data]) if many else [values[data]]
    if not len(targets) == len(amounts) == len(payloads):
        raise ValueError("targets, values and data differ in length")
    return tuple(
        RawAction(str(to).lower(), int(amount), "", str(payload))
        for to, amount, payload in zip(targets, amounts, payloads, strict=True)
    )


def _lacks_data(account: Account, shape: Shape) -> bool:
    """Whether calldata is handed in by who executes, and neither an event nor a getter has any to show."""
    return shape.field("data", "bytes", "bytes[]") < 0 and _once(account, "handed in", _hands_in, False)


def _hands_in(source: VerifiedSource) -> bool:
    for entry in source.abi:
        try:
            done = entry.get("type") == "function" and _CARRIES_OUT.match(str(entry.get("name", "")))
            if done and {"bytes", "bytes[]"} & set(input_types(entry)):
                return True
        except (DecodeError, AttributeError):
            continue
    return False


def _of_state(
    account: Account, number: int, shape: Shape
) -> tuple[tuple[RawAction, ...], tuple[Evidence, ...], Unknown | None]:
    told = own_words(account).getter
    answer = held_proposal(account, number)
    if told is not None and isinstance(answer, Known) and not _lacks_data(account, told[1]):
        actions = _actions(told[1], answer.value)
        if actions is not None:
            return actions, answer.evidence, None
    detail = f"its event {shape.name} names no target with data or an amount, and no getter of its ABI does"
    return (), (), Unknown(reason=Reason.NOT_SUPPORTED, detail=detail)


def held_key(number: int) -> str:
    """Return under which key the getter's answer about a proposal stands."""
    return f"proposal {number} by its getter"


def held_proposal(account: Account, number: int) -> Known[tuple[Any, ...]] | Unknown:
    """Return what the getter says of a proposal, field by field."""
    answer = account.ask(held_key(number))
    told = own_words(account).getter
    if isinstance(answer, Unknown) or told is None:
        return answer if isinstance(answer, Unknown) else Unknown(reason=Reason.NOT_READ)
    row = answer.value if len(told[1].types) > 1 else (answer.value,)
    return Known(value=tuple(row), evidence=answer.evidence)


def read_vote(shape: Shape, log: LogEvidence) -> Vote | None:
    """Read a vote off an event of the governor's own: yes or no, or a choice by number; None where it is not told."""
    try:
        values = shape.read(log)
    except DecodeError:
        return None
    voter, support = shape.field("voter", "address"), shape.field("support", "bool", "uint8")
    weight, number = shape.field("weight", "uint"), number_of(shape)
    voter = voter if voter >= 0 else shape.first("address")
    if min(voter, support, number) < 0 or weight == number:
        return None
    amount = int(values[weight]) if weight >= 0 else 1
    return Vote(int(values[number]), str(values[voter]).lower(), int(values[support]), amount, log)


# ------------------------------------------------------------------------------------------------------------- getters


def own_getter(account: Account, kind: str) -> str | None:
    """Return the signature of the ABI's getter for a time or threshold by what it is called; None for none."""
    nothing: Mapping[str, str] = {}
    return _once(account, "own numbers", _numbers, nothing).get(kind)


def _numbers(source: VerifiedSource) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for entry in source.abi:
        try:
            plain = entry.get("type") == "function" and not entry.get("inputs")
            if not plain or entry.get("stateMutability") not in ("view", "pure"):
                continue
            types, signature = input_types(entry, of="outputs"), function_signature(entry)
        except (DecodeError, AttributeError):
            continue
        for kind, words in _NUMBERS.items():
            if len(types) == 1 and _is(types[0], ("uint",)) and words.match(str(entry["name"])):
                found.setdefault(kind, signature)
    return found


def state_words(account: Account) -> tuple[str, ...]:
    """Return the members of the enum that `state(uint256)` returns, in order, as states of the model or as they are.

    They stand in the source only: an ABI names the enum and not its members.
    """
    return _once(account, "words of states", _state_words, ())


def _state_words(source: VerifiedSource) -> tuple[str, ...]:
    for entry in source.abi:
        if entry.get("type") != "function" or entry.get("name") != "state":
            continue
        outputs = entry.get("outputs") or ()
        kind = str(outputs[0].get("internalType", "")) if outputs else ""
        if not kind.startswith("enum "):
            return ()
        name = re.escape(kind.removeprefix("enum ").rsplit(".", 1)[-1])
        for file in source.bundle.files:
            plain = _COMMENT.sub("", file.content)
            if found := re.search(rf"\benum\s+{name}\s*\{{([^}}]*)\}}", plain):
                return tuple(_model_word(one.strip()) for one in found[1].split(",") if one.strip())[:_MOST_LISTED]
    return ()


def _model_word(word: str) -> str:
    return next((name for name, words in _STATES.items() if words.match(word)), word)
