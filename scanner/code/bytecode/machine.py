"""A small EVM that runs code on one given calldata and keeps what it cannot know (storage, answers of others) as terms.

It serves two questions: to whose code a contract hands a call that names none of its functions, and with what a
function compares its caller. Calldata is concrete, so a dispatcher takes one way; where a condition depends on what is
not known, both ways are taken. Calls succeed and return what was asked for. Yellow Paper, appendix H; EIP-145,
EIP-1153, EIP-3855, EIP-5656.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from eth_utils.crypto import keccak

from scanner.code.bytecode.values import TWO, WORD, Byte, Term, Value, joined, split, two

_MAX_MEMORY = 16_384
_MAX_MOVED = 100_000
_RETURNED_WORDS = 3
_GAS = 10_000_000


class LostPath(Exception):
    """The path does something that this machine does not follow."""


@dataclass
class Path:
    """One way through the code."""

    pc: int = 0
    stack: list[Value] = field(default_factory=list)
    memory: dict[int, Byte] = field(default_factory=dict)
    storage: list[tuple[Value, Value]] = field(default_factory=list)
    returned: list[Byte] = field(default_factory=list)
    jumps: int = 0
    moved: int = 0
    """Bytes of memory read and written so far: they cost more here than steps do."""

    def copy(self) -> Path:
        """Return a path of its own that has come as far."""
        return replace(
            self,
            stack=list(self.stack),
            memory=dict(self.memory),
            storage=list(self.storage),
            returned=list(self.returned),
        )

    def pop(self) -> Value:
        if not self.stack:
            raise LostPath("stack underflow")
        return self.stack.pop()

    def number(self) -> int:
        """Pop a value that must be known: an offset, a size, a jump target."""
        value = self.pop()
        if isinstance(value, Term):
            raise LostPath(f"{value.name} as an offset or a size")
        return value

    def read(self, offset: int, size: int) -> list[Byte]:
        """Return bytes of memory. Raises LostPath past the limits."""
        self._bounded(offset, size)
        return [self.memory.get(offset + i, 0) for i in range(size)]

    def write(self, offset: int, data: list[Byte]) -> None:
        """Write bytes of memory. Raises LostPath past the limits."""
        self._bounded(offset, len(data))
        for index, byte in enumerate(data):
            self.memory[offset + index] = byte

    def _bounded(self, offset: int, size: int) -> None:
        self.moved += size
        if (size and offset + size > _MAX_MEMORY) or self.moved > _MAX_MOVED:
            raise LostPath("too much memory")


def _fits(size: int) -> None:
    if size > _MAX_MEMORY:
        raise LostPath("too much memory")


_SYMBOLS = {
    0x30: "this", 0x32: "caller", 0x33: "caller", 0x3A: "gasprice", 0x41: "coinbase", 0x42: "timestamp",
    0x43: "number", 0x44: "prevrandao", 0x45: "gaslimit", 0x46: "chainid", 0x47: "balance", 0x48: "basefee",
    0x4A: "blobbasefee",
}  # fmt: skip
_KNOWN = {0x34: 0, 0x59: 0, 0x5A: _GAS, 0x5F: 0}
_ENDS = frozenset({0x00, 0xF3, 0xFD, 0xFE, 0xFF})


@dataclass(frozen=True)
class Handover:
    """A DELEGATECALL (or CALLCODE): where, to whom, and whether the call is handed on with its selector."""

    offset: int
    target: Value
    forwards: bool


@dataclass
class Machine:
    """Runs `code` on `calldata`; `handovers`, `conditions` (what jumps depend on) and `called` (addresses that stand in
    the code) fill up as paths meet them. `complete`: no path was given up."""

    code: bytes
    calldata: bytes
    max_steps: int = 40_000
    max_paths: int = 64
    max_jumps: int = 2_000
    handovers: list[Handover] = field(default_factory=list)
    conditions: list[Term] = field(default_factory=list)
    called: set[int] = field(default_factory=set)
    complete: bool = True

    def run(self) -> None:
        """Follow every path to its end, or until a limit is met."""
        targets = _jump_targets(self.code)
        waiting, paths, steps = [Path()], 1, 0
        while waiting:
            path = waiting.pop()
            try:
                while True:
                    steps += 1
                    if steps > self.max_steps:
                        self.complete = False
                        return
                    other = self._step(path, targets)
                    if other is not None:
                        paths += 1
                        if paths > self.max_paths:
                            self.complete = False
                        else:
                            waiting.append(other)
            except _Ended:
                continue
            except LostPath:
                self.complete = False

    def _step(self, path: Path, targets: frozenset[int]) -> Path | None:
        if path.pc >= len(self.code):
            raise _Ended
        opcode = self.code[path.pc]
        path.pc += 1
        if 0x60 <= opcode <= 0x7F:
            size = opcode - 0x5F
            path.stack.append(int.from_bytes(self.code[path.pc : path.pc + size].ljust(size, b"\0"), "big"))
            path.pc += size
        elif 0x80 <= opcode <= 0x8F:
            path.stack.append(_peek(path, opcode - 0x7F))
        elif 0x90 <= opcode <= 0x9F:
            depth = opcode - 0x8F
            _peek(path, depth + 1)
            path.stack[-1], path.stack[-1 - depth] = path.stack[-1 - depth], path.stack[-1]
        elif opcode in (0x56, 0x57):
            return self._jump(path, opcode == 0x57, targets)
        elif opcode in _ENDS:
            raise _Ended
        elif opcode in TWO:
            a = path.pop()
            path.stack.append(two(opcode, a, path.pop()))
        else:
            self._other(path, opcode)
        return None

    def _jump(self, path: Path, conditional: bool, targets: frozenset[int]) -> Path | None:
        to = path.number()
        condition = path.pop() if conditional else 1
        path.jumps += 1
        if path.jumps > self.max_jumps:
            raise LostPath("too many jumps")
        if isinstance(condition, Term):
            self.conditions.append(condition)
            other = path.copy() if to in targets else None
            if other is not None:
                other.pc = to
            return other
        if condition:
            if to not in targets:
                raise _Ended
            path.pc = to
        return None

    def _other(self, path: Path, opcode: int) -> None:
        push = path.stack.append
        if opcode in _KNOWN:
            push(_KNOWN[opcode])
        elif opcode in _SYMBOLS:
            push(Term(_SYMBOLS[opcode]))
        elif opcode == 0x15:
            value = path.pop()
            push(int(value == 0) if isinstance(value, int) else Term("iszero", value))
        elif opcode == 0x19:
            value = path.pop()
            push(WORD - 1 - value if isinstance(value, int) else Term("not", value))
        elif opcode in (0x08, 0x09):
            a, b, n = path.pop(), path.pop(), path.pop()
            if isinstance(a, int) and isinstance(b, int) and isinstance(n, int):
                push(((a + b if opcode == 0x08 else a * b) % n) if n else 0)
            else:
                push(Term("modular", a, b, n))
        elif opcode == 0x20:
            offset = path.number()
            push(_hash(path.read(offset, path.number())))
        elif opcode in (0x31, 0x3F, 0x40, 0x49):
            push(Term("outside", path.pop()))
        elif opcode == 0x3B:
            path.pop()
            push(1)
        elif opcode in (0xF0, 0xF5):
            for _ in range(3 if opcode == 0xF0 else 4):
                path.pop()
            push(Term("created"))
        elif 0xA0 <= opcode <= 0xA4:
            for _ in range(opcode - 0xA0 + 2):
                path.pop()
        elif opcode == 0x50:
            path.pop()
        elif opcode == 0x58:
            push(path.pc - 1)
        elif opcode != 0x5B:
            self._data(path, opcode)

    def _data(self, path: Path, opcode: int) -> None:
        push = path.stack.append
        if opcode == 0x35:
            offset = path.pop()
            push(int.from_bytes(_cut(self.calldata, offset, 32), "big") if isinstance(offset, int) else Term("data"))
        elif opcode == 0x36:
            push(len(self.calldata))
        elif opcode in (0x37, 0x39):
            to, offset, size = path.number(), path.number(), path.number()
            _fits(size)
            path.write(to, list(_cut(self.calldata if opcode == 0x37 else self.code, offset, size)))
        elif opcode == 0x38:
            push(len(self.code))
        elif opcode == 0x3C:
            path.pop()
            to, _, size = path.number(), path.pop(), path.number()
            _fits(size)
            path.write(to, [(Term("outside"), 0)] * size)
        elif opcode == 0x3D:
            push(len(path.returned))
        elif opcode in (0x3E, 0x5E):
            to, offset, size = path.number(), path.number(), path.number()
            _fits(size)
            source = path.returned[offset : offset + size] if opcode == 0x3E else path.read(offset, size)
            path.write(to, source)
        elif opcode == 0x51:
            push(joined(path.read(path.number(), 32)))
        elif opcode == 0x52:
            offset = path.number()
            path.write(offset, split(path.pop()))
        elif opcode == 0x53:
            offset = path.number()
            path.write(offset, [split(path.pop())[31]])
        elif opcode in (0x54, 0x5C):
            push(_stored(path, path.pop(), "sload" if opcode == 0x54 else "tload"))
        elif opcode in (0x55, 0x5D):
            slot = path.pop()
            value = path.pop()
            if opcode == 0x55:
                path.storage.append((slot, value))
        elif opcode in (0xF1, 0xF2, 0xF4, 0xFA):
            self._call(path, opcode)
        else:
            raise _Ended  # no instruction: execution ends here

    def _call(self, path: Path, opcode: int) -> None:
        path.pop()
        target = path.pop()
        if opcode in (0xF1, 0xF2):
            path.pop()
        offset, size, to, room = path.number(), path.number(), path.number(), path.number()
        data = path.read(offset, size)
        if isinstance(target, int):
            self.called.add(target)
        if opcode in (0xF2, 0xF4):
            forwards = data[:4] == list(self.calldata[:4])
            self.handovers.append(Handover(path.pc - 1, target, forwards))
            if forwards:
                raise _Ended
        selector = _number(data[:4]) if size >= 4 else -1
        path.returned = [
            byte for word in range(_RETURNED_WORDS) for byte in split(Term("returned", target, selector, word))
        ]
        path.write(to, path.returned[:room])
        path.stack.append(1)


class _Ended(Exception):
    """The path ended as the code wants it to."""


def _number(data: list[Byte]) -> int:
    numbers = [byte for byte in data if isinstance(byte, int)]
    return int.from_bytes(bytes(numbers), "big") if len(numbers) == len(data) else -1


def _peek(path: Path, depth: int) -> Value:
    if len(path.stack) < depth:
        raise _Ended
    return path.stack[-depth]


def _cut(data: bytes, offset: int, size: int) -> bytes:
    return data[offset : offset + size].ljust(size, b"\0") if offset < len(data) else bytes(size)


def _hash(data: list[Byte]) -> Value:
    numbers = [byte for byte in data if isinstance(byte, int)]
    if len(numbers) == len(data):
        return int.from_bytes(keccak(bytes(numbers)), "big")
    return Term("keccak", *(joined(data[i : i + 32]) for i in range(0, len(data) - 31, 32)))


def _stored(path: Path, slot: Value, name: str) -> Value:
    for written, value in reversed(path.storage) if name == "sload" else ():
        if written is slot or (isinstance(written, int) and isinstance(slot, int) and written == slot):
            return value
    return Term(name, slot)


def _jump_targets(code: bytes) -> frozenset[int]:
    found, pc = set(), 0
    while pc < len(code):
        opcode = code[pc]
        if opcode == 0x5B:
            found.add(pc)
        pc += opcode - 0x5E if 0x60 <= opcode <= 0x7F else 1
    return frozenset(found)
