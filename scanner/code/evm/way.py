"""One way through a contract's code, and what has to be said from outside for it to go on.

What another contract answers, what storage holds that the code did not write itself, and what the block is are not
known; what is computed of that is not known either. Where a jump depends on it, both ways are gone. A way that ends in
a revert does not count: what it called is undone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, field

from scanner.code.evm.codes import jump_targets
from scanner.code.evm.memory import Bytes, Memory
from scanner.code.evm.words import Term, Value, key_of, number_of

_MAX_STACK = 1_024
_FAR = 1 << 62
"""Further than any memory reaches: what lies beyond need not be told apart."""


class Reverted(Exception):
    """This way ends without effect."""


class NotFollowed(Exception):
    """This way leads where it cannot be followed; the text says why."""


@dataclass(frozen=True)
class Setting:
    """Code that runs, as whom and for whom. Addresses are empty, and the chain's number None, where not known."""

    code: bytes
    own: str
    caller: str
    value: int
    calldata: Bytes
    chain_id: int | None


@dataclass(frozen=True)
class Made:
    """What a way does to others: CALL, CALLCODE, DELEGATECALL, STATICCALL, CREATE, CREATE2 or SELFDESTRUCT.

    `target` is who is called, made, or given what a destroyed account holds; None where only the run decides it. The
    data of a creation is the code that makes the contract. `to` and `sent` are the words that target and value come
    from; `placed` is False where even the length of the data is not known, which is four unknown bytes then. `at` is
    the instruction's place.
    """

    how: str
    target: int | None
    value: int | None
    data: Bytes
    by: frozenset[Hashable] = frozenset()
    """What tells the target, where it is known by answers that were read and not for certain."""
    to: Value = field(default=0, compare=False)
    sent: Value = field(default=0, compare=False)
    placed: bool = field(default=True, compare=False)
    at: int = field(default=-1, compare=False)


@dataclass(frozen=True)
class Reply:
    """What comes back of a call: whether it went well, its bytes, and how long they are said to be."""

    success: Value
    answer: Bytes
    size: int


class Outside(ABC):
    """What lies around the code: the block, other contracts, and storage that the code did not write.

    `aliases`: whether a write to a slot that is not known may be a write to any.
    """

    aliases = True

    def word(self, name: str) -> Value:
        """Return what an instruction without operands pushes that is none of the setting's."""
        return Term(name.lower())

    def about(self, name: str, subject: Value) -> Value:
        """Return what is asked of an account or a block: BALANCE, EXTCODESIZE, BLOCKHASH."""
        return Term(name.lower(), subject)

    def unplaced(self, name: str) -> Term:
        """Return what is loaded or copied from a place that is not known. May raise NotFollowed."""
        return Term(name.lower())

    def unwritten(self, way: Way, name: str, slot: Value) -> Value:
        """Return what SLOAD or TLOAD finds where this way wrote nothing."""
        return Term(name.lower(), slot)

    def parted(self, way: Way, condition: Term) -> None:
        """Take note that both ways are gone, and on what that depends."""
        return None

    @abstractmethod
    def call(self, way: Way, made: Made, room: int) -> Reply:
        """Return what a call brings back; `room` is the length that is kept for it. May end the way."""

    def create(self, way: Way, made: Made, salt: Value) -> Value:
        """Return the address of a contract that is made."""
        return Term("created")

    def destroy(self, way: Way, made: Made) -> None:
        """Take note that the account is destroyed."""
        way.note(made)


class Slots:
    """What a way wrote to storage. A slot that is not known is its own term, where such are kept."""

    __slots__ = ("_keys", "_mark", "_words")

    def __init__(self) -> None:
        self._words: dict[Value, Value] = {}
        self._keys: dict[Value, Hashable] = {}
        self._mark: Hashable = None

    def __len__(self) -> int:
        return len(self._words)

    def copy(self) -> Slots:
        made = Slots()
        made._words, made._keys, made._mark = dict(self._words), dict(self._keys), self._mark
        return made

    def get(self, slot: Value) -> Value | None:
        """Return what was written there; None where nothing was."""
        return self._words.get(slot)

    def put(self, slot: Value, word: Value) -> None:
        self._words[slot] = word
        self._keys[slot] = key_of(word)
        self._mark = None

    def clear(self) -> None:
        self._words.clear()
        self._keys.clear()
        self._mark = None

    def mark(self) -> Hashable:
        """Return what is the same where the same is known."""
        if self._mark is None:
            self._mark = frozenset(self._keys.items())
        return self._mark


_NOTHING = Bytes.known(b"")


@dataclass(slots=True)
class Way:
    """One way through the code, up to some place in it. `exact`: the answer is as long as it is said to be."""

    setting: Setting
    outside: Outside
    memory: Memory
    targets: frozenset[int]
    at: int = 0
    stack: list[Value] = field(default_factory=list)
    storage: Slots = field(default_factory=Slots)
    passing: Slots = field(default_factory=Slots)
    blurred: bool = False
    answer: Bytes = _NOTHING
    answer_size: int = 0
    exact: bool = True
    made: tuple[Made, ...] = ()
    turns: int = 0
    ended: bool = False

    @classmethod
    def into(cls, setting: Setting, outside: Outside, most_memory: int) -> Way:
        """Return the way that begins where the code does."""
        return cls(setting, outside, Memory(most_memory), jump_targets(setting.code))

    def fork(self) -> Way:
        """Return the same way, to go on elsewhere."""
        self.memory.work += self.memory.weight + (len(self.storage) + len(self.passing)) // 8
        return Way(
            self.setting,
            self.outside,
            self.memory.copy(),
            self.targets,
            self.at,
            list(self.stack),
            self.storage.copy(),
            self.passing.copy(),
            self.blurred,
            self.answer,
            self.answer_size,
            self.exact,
            self.made,
            self.turns,
        )

    def mark(self) -> Hashable:
        """Return what is the same for ways that go on in the same manner.

        Compared whole and not by a hash: hashes of numbers that somebody chooses can be made to agree.
        """
        self.memory.work += len(self.made)
        return (
            self.at,
            tuple(key_of(word) for word in self.stack),
            self.memory.mark(),
            self.storage.mark(),
            self.passing.mark(),
            self.blurred,
            self.made,
            self.answer.key(),
            key_of(self.answer_size),
        )

    def note(self, made: Made) -> None:
        """Keep what this way does to others."""
        self.made = (*self.made, made)

    def push(self, word: Value) -> None:
        if len(self.stack) >= _MAX_STACK:
            raise Reverted
        self.stack.append(word)

    def take(self) -> Value:
        """Take a word off the stack. Raises Reverted where there is none, as everything that takes one."""
        if not self.stack:
            raise Reverted
        return self.stack.pop()

    def number(self) -> int | None:
        """Take a word off the stack that is an offset or a length; None where it is not known."""
        found = number_of(self.take())
        return None if found is None else min(found, _FAR)

    def place(self, what: str) -> int:
        """Take an offset or a length off the stack, which has to be known."""
        found = self.number()
        if found is None:
            raise NotFollowed(f"{what} depends on what it is answered")
        return found

    def jump(self, to: Value) -> None:
        """Go on elsewhere. Raises Reverted where no jump may lead there."""
        if isinstance(to, Term):
            raise NotFollowed("where it goes on depends on what it is answered")
        if to not in self.targets:
            raise Reverted
        self.at = to
