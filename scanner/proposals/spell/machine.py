"""Runs a contract's code where only a part of what it works with is known, and writes down what it calls.

What another contract answers, what storage holds that the code did not write itself, and what the block is are not
known; what is computed of that is not known either. Where a jump depends on it, both ways are gone. A way that ends
in a revert does not count: what it called is undone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from eth_utils.crypto import keccak

from scanner.proposals.spell.arithmetic import OPERANDS, compute
from scanner.proposals.spell.codes import DUP1, NAMES, PUSH1, PUSH32, SWAP1, jump_targets
from scanner.proposals.spell.memory import Assumed, Bytes, Memory, TooLarge, Word

_IDENTITY = 4
_ADDRESS = (1 << 160) - 1
_MAX_STACK = 1_024
_MOST_CALLS = 2_000
_RESULTS = {"CREATE": 3, "CREATE2": 4, "CALL": 7, "CALLCODE": 7, "DELEGATECALL": 6, "STATICCALL": 6}
_UNKNOWN_OF_NOTHING = frozenset(
    [
        "ORIGIN",
        "GASPRICE",
        "COINBASE",
        "TIMESTAMP",
        "NUMBER",
        "PREVRANDAO",
        "GASLIMIT",
        "SELFBALANCE",
        "BASEFEE",
        "BLOBBASEFEE",
        "GAS",
    ]
)
_UNKNOWN_OF_ONE = frozenset({"BALANCE", "EXTCODESIZE", "EXTCODEHASH", "BLOCKHASH", "BLOBHASH"})


class Reverted(Exception):
    """This way ends without effect."""


class NotFollowed(Exception):
    """This way leads where it cannot be followed; the text says why."""


@dataclass(frozen=True)
class Setting:
    """Code that runs, as whom and for whom. Addresses are empty where they are not known."""

    code: bytes
    own: str
    caller: str
    value: int
    calldata: Bytes
    chain_id: int


@dataclass(frozen=True)
class Made:
    """What a way does to others: CALL, CALLCODE, DELEGATECALL, CREATE, CREATE2 or SELFDESTRUCT.

    `target` is who is called, made, or given what a destroyed account holds; None where only the run decides it. The
    data of a creation is the code that makes the contract.
    """

    how: str
    target: int | None
    value: int | None
    data: Bytes


@dataclass
class Way:
    """One way through the code, up to some place in it."""

    setting: Setting
    at: int = 0
    stack: list[Word] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    storage: dict[int, Word] = field(default_factory=dict)
    passing: dict[int, Word] = field(default_factory=dict)
    blurred: bool = False
    answer: Bytes = field(default_factory=lambda: Bytes.known(b""))
    answer_size: int = 0
    made: tuple[Made, ...] = ()
    ended: bool = False

    def fork(self) -> Way:
        """Return the same way, to go on elsewhere."""
        return replace(
            self,
            stack=list(self.stack),
            memory=self.memory.copy(),
            storage=dict(self.storage),
            passing=dict(self.passing),
        )

    def mark(self) -> int:
        """Return a number that is the same for ways that go on in the same manner."""
        self.memory.work += len(self.memory.data) // 32 + len(self.made)
        written = (bytes(self.memory.data), bytes(self.memory.mask), tuple(sorted(self.storage.items(), key=_slot)))
        return hash(
            (
                self.at,
                tuple(self.stack),
                written,
                tuple(sorted(self.passing.items(), key=_slot)),
                self.made,
                self.answer,
            )
        )

    # --------------------------------------------------------------------------------------------- one step

    def step(self) -> Way | None:
        """Run one instruction; return the other way where it parts. Raises Reverted or NotFollowed."""
        code = self.setting.code
        if self.at >= len(code):
            self.ended = True
            return None
        number = code[self.at]
        if PUSH1 <= number <= PUSH32:
            size = number - PUSH1 + 1
            self.push(int.from_bytes(code[self.at + 1 : self.at + 1 + size].ljust(size, b"\x00"), "big"))
            self.at += size + 1
            return None
        name = NAMES.get(number, "INVALID")
        self.at += 1
        if name == "JUMPI":
            return self._branch()
        if name in OPERANDS:
            self.push(compute(name, [self._take() for _ in range(OPERANDS[name])]))
        elif name == "DUP":
            self.push(self._peek(number - DUP1 + 1))
        elif name == "SWAP":
            depth = number - SWAP1 + 2
            self._peek(depth)
            self.stack[-1], self.stack[-depth] = self.stack[-depth], self.stack[-1]
        else:
            try:
                self._other(name)
            except TooLarge:
                raise NotFollowed("it works with more memory than is followed") from None
        return None

    def push(self, word: Word) -> None:
        if len(self.stack) >= _MAX_STACK:
            raise Reverted
        self.stack.append(word)

    def pop(self) -> int | None:
        """Take a word off the stack; one that is known in part is not known."""
        word = self._take()
        return word if isinstance(word, int) else None

    def _take(self) -> Word:
        if not self.stack:
            raise Reverted
        return self.stack.pop()

    def _peek(self, depth: int) -> Word:
        if len(self.stack) < depth:
            raise Reverted
        return self.stack[-depth]

    def _place(self, what: str) -> int:
        """Take an offset or a length off the stack, which has to be known."""
        word = self.pop()
        if word is None:
            raise NotFollowed(f"{what} depends on what it is answered")
        return min(word, 1 << 62)

    def _branch(self) -> Way | None:
        target, condition = self.pop(), self.pop()
        if condition == 0:
            return None
        if condition is not None:
            self._jump(target)
            return None
        if target is None:
            raise NotFollowed("where it goes on depends on what it is answered")
        self.memory.work += len(self.memory.data) // 16
        other = self.fork()
        if target not in jump_targets(self.setting.code):
            return None
        other._jump(target)
        return other

    def _jump(self, target: int | None) -> None:
        if target is None:
            raise NotFollowed("where it goes on depends on what it is answered")
        if target not in jump_targets(self.setting.code):
            raise Reverted
        self.at = target

    def _other(self, name: str) -> None:
        if name in _RESULTS:
            self._reach_out(name)
        elif name in ("REVERT", "INVALID"):
            raise Reverted
        elif name in ("STOP", "RETURN"):
            self.ended = True
        elif name == "SELFDESTRUCT":
            self._note(Made(name, self._account(), None, Bytes.known(b"")))
            self.ended = True
        elif name.startswith("LOG"):
            for _ in range(2 + int(name[3:])):
                self.pop()
        elif name in _UNKNOWN_OF_NOTHING:
            self.push(None)
        elif name in _UNKNOWN_OF_ONE:
            self.pop()
            self.push(None)
        elif name in ("MLOAD", "MSTORE", "MSTORE8", "MCOPY", "KECCAK256", "MSIZE"):
            self._memory(name)
        elif name in ("SLOAD", "SSTORE", "TLOAD", "TSTORE"):
            self._storage(name)
        elif name.endswith("COPY"):
            self._copy(name)
        else:
            self._around(name)

    # ------------------------------------------------------------------------------------- memory and the rest

    def _memory(self, name: str) -> None:
        if name == "MSIZE":
            self.push(len(self.memory.data))
        elif name == "MLOAD":
            at = self.pop()
            self.push(None if at is None else self.memory.load(min(at, 1 << 62)))
        elif name == "KECCAK256":
            at, size = self._place("what it hashes"), self._place("what it hashes")
            hashed = self.memory.read(at, size)
            self.push(int.from_bytes(keccak(hashed.data), "big") if hashed.whole else None)
        elif name == "MCOPY":
            to, at, size = (self._place("what it copies") for _ in range(3))
            self.memory.write(to, self.memory.read(at, size))
        else:
            at, word = self._place("where it writes"), self._take()
            if name == "MSTORE":
                self.memory.store(at, word)
            elif not isinstance(word, int):
                self.memory.forget(at, 1)
            else:
                self.memory.write(at, Bytes.known(bytes([word & 0xFF])))

    def _storage(self, name: str) -> None:
        """What the code wrote before is known, until it writes where it is not known."""
        kept = self.storage if name.startswith("S") else self.passing
        slot = self.pop()
        if name.endswith("LOAD"):
            empty: Word = 0 if name == "TLOAD" and not self.blurred else None
            self.push(None if slot is None else kept.get(slot, empty))
            return
        word = self._take()
        if slot is None:
            kept.clear()
            self.blurred = True
        else:
            kept[slot] = word

    def _copy(self, name: str) -> None:
        if name == "EXTCODECOPY":
            self.pop()
        to, at, size = self._place("where it copies to"), self.pop(), self._place("how much it copies")
        source = {
            "CALLDATACOPY": self.setting.calldata,
            "CODECOPY": Bytes.known(self.setting.code),
            "RETURNDATACOPY": self.answer,
        }.get(name)
        self.memory.reach(to + size if size else 0)
        if at is None or source is None or (name == "RETURNDATACOPY" and type(self.answer_size) is Assumed):
            self.memory.forget(to, size)
        else:
            self.memory.write(to, source.part(at, size))

    def _around(self, name: str) -> None:
        own, caller = (int(one, 16) if one else None for one in (self.setting.own, self.setting.caller))
        if name == "CALLDATALOAD":
            at = self.pop()
            self.push(None if at is None else self.setting.calldata.word(at))
            return
        if name in ("POP", "JUMP"):
            word = self.pop()
            if name == "JUMP":
                self._jump(word)
            return
        if name == "JUMPDEST":
            return
        words: dict[str, Word] = {
            "ADDRESS": own,
            "CALLER": caller,
            "CALLVALUE": self.setting.value,
            "CALLDATASIZE": len(self.setting.calldata.data),
            "CODESIZE": len(self.setting.code),
            "RETURNDATASIZE": self.answer_size,
            "CHAINID": self.setting.chain_id,
            "PC": self.at - 1,
            "PUSH0": 0,
        }
        self.push(words[name])

    # --------------------------------------------------------------------------------------------- others

    def _account(self) -> int | None:
        word = self.pop()
        return None if word is None else word & _ADDRESS

    def _note(self, made: Made) -> None:
        self.made = (*self.made, made)
        if len(self.made) > _MOST_CALLS:
            raise NotFollowed(f"it makes more than {_MOST_CALLS} calls")

    def _reach_out(self, name: str) -> None:
        if name.startswith("CREATE"):
            self._create(name)
            return
        self.pop()  # gas
        target = self._account()
        value: int | None = self.pop() if name in ("CALL", "CALLCODE") else 0
        data = self._given()
        to, size = self._place("where the answer goes"), self._place("how long the answer is")
        if target == _IDENTITY:
            self.answer, self.answer_size = data, len(data.data)
            self.memory.write(to, data.part(0, min(size, len(data.data))))
            self.push(1)
            return
        if name != "STATICCALL":
            self._note(Made(name, target, value, data))
            self.blurred = True
            self.storage.clear()
        self.memory.forget(to, size)
        # An answer is taken to be as long as the room that the code keeps for it.
        self.answer, self.answer_size = Bytes.known(b""), Assumed(size)
        self.push(None)

    def _given(self) -> Bytes:
        """Take what is handed on off the stack; where its place is not known, nothing of it is."""
        at, size = self.pop(), self.pop()
        if at is None or size is None:
            return Bytes(bytes(4), b"\x01" * 4)
        return self.memory.read(min(at, 1 << 62), min(int(size), 1 << 62))

    def _create(self, name: str) -> None:
        value = self.pop()
        code = self._given()
        salt = self.pop() if name == "CREATE2" else None
        target: int | None = None
        if salt is not None and code.whole and self.setting.own:
            target = int(created2_address(self.setting.own, salt, code.data), 16)
        self._note(Made(name, target, value, code))
        self.answer, self.answer_size = Bytes.known(b""), 0
        self.push(target)


def _slot(item: tuple[int, Word]) -> int:
    return item[0]


def created2_address(maker: str, salt: int, code: bytes) -> str:
    """Return the address that CREATE2 gives to a contract (EIP-1014)."""
    packed = b"\xff" + bytes.fromhex(maker[2:]) + salt.to_bytes(32, "big") + keccak(code)
    return "0x" + keccak(packed)[12:].hex()
