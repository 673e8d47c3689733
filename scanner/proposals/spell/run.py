"""A proposal contract's code as it runs: every way through it, and what it calls on those that do not revert.

Questions that it asks of others change nothing, and can be asked of the chain beforehand. An answer may be another when
the proposal runs: it tells whom the code calls, and decides nothing: where a jump depends on it, both ways are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from eth_utils.crypto import keccak

from scanner.chain.abi import selector
from scanner.code.evm.memory import Bytes
from scanner.code.evm.walk import Limits, Walked, walk
from scanner.code.evm.way import Made, NotFollowed, Outside, Reply, Setting, Way
from scanner.code.evm.words import Assumed, Term, Value, number_of

MAX_STEPS = 250_000
_MOST_CALLS = 2_000
MOST_ANSWER = 4_096
"""Bytes of an answer that are worked with; a longer one stays unknown."""

_LIMITS = Limits(steps=MAX_STEPS, ways=512, turns=MAX_STEPS, memory=1 << 18, merges=True)
_RUNS_OTHERS_CODE = ("DELEGATECALL", "CALLCODE")
_GETTERS = frozenset(
    bytes.fromhex(selector(signature)[2:])
    for signature in (
        "owner()",
        "admin()",
        "governance()",
        "governor()",
        "timelock()",
        "treasury()",
        "implementation()",
        "authority()",
        "getAddress(bytes32)",
        "getAddress(string)",
        "getContract(string)",
        "getContractAddress(string)",
        "addr(bytes32)",
        "resolver(bytes32)",
    )
)
"""What compilers before Solidity 0.5 ask with CALL, where later ones use STATICCALL: names that only read."""


@dataclass(frozen=True)
class Question:
    """A call that changes nothing: `asker` calls `target` with `data`. Its answer can be read of the chain."""

    asker: str
    target: int
    data: bytes


@dataclass(frozen=True)
class Ran:
    """What code does to others, and which of its questions the answers could tell more of it."""

    walked: Walked
    asks: tuple[Question, ...] = ()


def run(setting: Setting, answers: Mapping[Question, bytes]) -> Ran:
    """Follow the code from its beginning, with what is known of the answers. Never raises, for any bytes."""
    others = _Others(answers)
    found = walk(setting, others, _LIMITS)
    if not found.ways and not found.missing:
        found = replace(found, missing="every way through it reverts, as far as its answers can be told")
    open_ended = any(made.target is None and not made.how.startswith("CREATE") for made in found.made)
    return Ran(found, tuple(others.asked) if open_ended or not found.ways else ())


class _Others(Outside):
    """Calls may succeed or not; whoever is called may write the account's storage before it returns."""

    def __init__(self, answers: Mapping[Question, bytes]) -> None:
        self.asked: dict[Question, None] = {}
        self._answers = answers

    def unwritten(self, way: Way, name: str, slot: Value) -> Value:
        if name == "TLOAD" and not way.blurred and number_of(slot) is not None:
            return 0
        return super().unwritten(way, name, slot)

    def call(self, way: Way, made: Made, room: int) -> Reply:
        question = _question(way.setting.own, made)
        stays = question is not None and not any(_may_change(before, question.target) for before in way.made)
        if made.how != "STATICCALL":
            _note(way, made)
            way.blurred = True
            way.storage.clear()
        if question is not None:
            self.asked[question] = None
            if stays and question in self._answers:
                return _reply(question, self._answers[question])
        # An answer is taken to be as long as the room that the code keeps for it.
        return Reply(Term("success"), Bytes.unknown(Term("returned"), room), Assumed(room))

    def create(self, way: Way, made: Made, salt: Value) -> Value:
        if made.how == "CREATE2" and isinstance(salt, int) and made.data.certain and way.setting.own:
            made = replace(made, target=int(created2_address(way.setting.own, salt, made.data.data), 16))
        _note(way, made)
        return super().create(way, made, salt) if made.target is None else made.target


def _question(asker: str, made: Made) -> Question | None:
    """Return what a call asks that changes nothing, where all of it is known."""
    asks = made.how == "STATICCALL" or (made.how == "CALL" and made.data.data[:4] in _GETTERS)
    if not asks or made.target is None or not made.placed or not made.data.whole or made.sent != 0:
        return None
    return Question(asker, made.target, made.data.data)


def _may_change(before: Made, target: int) -> bool:
    """Whether what a way did before may be a call of the target that changes what it answers."""
    if before.how in _RUNS_OTHERS_CODE:
        return True
    return before.how == "CALL" and before.target in (None, target) and before.data.data[:4] not in _GETTERS


def _reply(question: Question, answer: bytes) -> Reply:
    """The words that were read, each a term that says by what."""
    words = [int.from_bytes(answer[at : at + 32].ljust(32, b"\0"), "big") for at in range(0, len(answer), 32)]
    terms = [Term("returned", value=word, by=frozenset({question})) for word in words]
    return Reply(Term("success"), Bytes.of_words(terms, len(answer)), Assumed(len(answer)))


def _note(way: Way, made: Made) -> None:
    way.note(made)
    if len(way.made) > _MOST_CALLS:
        raise NotFollowed(f"it makes more than {_MOST_CALLS} calls")


def created2_address(maker: str, salt: int, code: bytes) -> str:
    """Return the address that CREATE2 gives to a contract (EIP-1014)."""
    packed = b"\xff" + bytes.fromhex(maker[2:]) + salt.to_bytes(32, "big") + keccak(code)
    return "0x" + keccak(packed)[12:].hex()
