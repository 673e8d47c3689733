"""What each instruction of the EVM does to a way (Yellow Paper, appendix H.2)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from eth_utils.crypto import keccak

from scanner.code.evm.codes import DUP1, MANY, NAMES, PUSH1, PUSH32, SWAP1
from scanner.code.evm.memory import Bytes
from scanner.code.evm.way import Made, NotFollowed, Reverted, Way
from scanner.code.evm.words import ADDRESS_MASK, OPERANDS, TWO, WORD_SIZE, WORDS, Term, Value, compute, number_of, split

Step = Callable[[Way], "Way | None"]
"""Goes one step; returns the other way where it parts. Raises Reverted, NotFollowed or TooLarge."""

_IDENTITY = 4
_MOST_HASHED = 4
"""Words of what is hashed that a term names: a key of a mapping, or of a mapping in a mapping."""


def _pushing(size: int) -> Step:
    def step(way: Way) -> None:
        at = way.at
        way.at = at + size
        way.push(int.from_bytes(way.setting.code[at : at + size].ljust(size, b"\x00"), "big"))

    return step


def _doubling(depth: int) -> Step:
    def step(way: Way) -> None:
        if len(way.stack) < depth:
            raise Reverted
        way.push(way.stack[-depth])

    return step


def _swapping(depth: int) -> Step:
    def step(way: Way) -> None:
        stack = way.stack
        if len(stack) < depth:
            raise Reverted
        stack[-1], stack[-depth] = stack[-depth], stack[-1]

    return step


def _computing(name: str) -> Step:
    count = OPERANDS[name]

    def step(way: Way) -> None:
        way.stack.append(compute(name, [way.take() for _ in range(count)]))

    return step


def _computing_of_two(name: str) -> Step:
    operate = TWO[name]

    def step(way: Way) -> None:
        stack = way.stack
        if len(stack) < 2:
            raise Reverted
        one, other = stack.pop(), stack[-1]
        if type(one) is int and type(other) is int:
            stack[-1] = operate(one, other) % WORDS
        else:
            stack[-1] = compute(name, (one, other))

    return step


def _nothing(way: Way) -> None:
    """JUMPDEST: a place to go to."""


def _pop(way: Way) -> None:
    way.take()


def _jump(way: Way) -> None:
    way.jump(way.take())


def _branch(way: Way) -> Way | None:
    target, condition = way.take(), way.take()
    if isinstance(condition, int):
        if condition:
            way.jump(target)
        return None
    if isinstance(target, Term):
        raise NotFollowed("where it goes on depends on what it is answered")
    way.outside.parted(way, condition)
    if target not in way.targets:
        return None
    other = way.fork()
    other.at = target
    return other


def _end(way: Way) -> None:
    way.ended = True


def _revert(way: Way) -> None:
    raise Reverted


def _destroy(way: Way) -> None:
    heir = way.take()
    way.outside.destroy(way, Made("SELFDESTRUCT", _account(heir), None, Bytes.known(b""), to=heir, at=way.at - 1))
    way.ended = True


def _logging(topics: int) -> Step:
    def step(way: Way) -> None:
        for _ in range(2 + topics):
            way.take()

    return step


# ------------------------------------------------------------------------------------------- what is around


def _pushing_word(name: str) -> Step:
    return lambda way: way.push(way.outside.word(name))


def _pushing_about(name: str) -> Step:
    return lambda way: way.push(way.outside.about(name, way.take()))


def _account_word(name: str, address: str) -> Value:
    return int(address, 16) if address else Term(name)


_OWN: Mapping[str, Callable[[Way], Value]] = {
    "ADDRESS": lambda way: _account_word("address", way.setting.own),
    "CALLER": lambda way: _account_word("caller", way.setting.caller),
    "CALLVALUE": lambda way: way.setting.value,
    "CALLDATASIZE": lambda way: len(way.setting.calldata.data),
    "CODESIZE": lambda way: len(way.setting.code),
    "RETURNDATASIZE": lambda way: way.answer_size,
    "CHAINID": lambda way: Term("chainid") if way.setting.chain_id is None else way.setting.chain_id,
    "MSIZE": lambda way: len(way.memory.data),
    "PC": lambda way: way.at - 1,
    "PUSH0": lambda way: 0,
}


def _pushing_own(name: str) -> Step:
    read = _OWN[name]
    return lambda way: way.push(read(way))


# ------------------------------------------------------------------------------------------- memory, storage


def _load_memory(way: Way) -> None:
    at = way.number()
    way.push(way.outside.unplaced("MLOAD") if at is None else way.memory.load(at))


def _store_memory(way: Way) -> None:
    at = way.place("where it writes")
    way.memory.store(at, way.take())


def _store_byte(way: Way) -> None:
    at = way.place("where it writes")
    way.memory.write(at, Bytes.of_parts([split(way.take())[31]]))


def _copy_memory(way: Way) -> None:
    to, at, size = (way.place("what it copies") for _ in range(3))
    way.memory.write(to, way.memory.read(at, size))


def _hash(way: Way) -> None:
    at, size = way.place("what it hashes"), way.place("what it hashes")
    hashed = way.memory.read(at, size)
    value = int.from_bytes(keccak(hashed.data), "big") if hashed.whole else None
    if value is not None and not hashed.told:
        way.push(value)
        return
    words = [hashed.word(place) for place in range(0, size, WORD_SIZE)] if size <= _MOST_HASHED * WORD_SIZE else []
    way.push(Term("keccak256", *words, value=value))


def _load_calldata(way: Way) -> None:
    at = way.number()
    way.push(way.outside.unplaced("CALLDATALOAD") if at is None else way.setting.calldata.word(at))


def _copying(name: str) -> Step:
    def step(way: Way) -> None:
        if name == "EXTCODECOPY":
            way.take()
        to, at, size = way.place("where it copies to"), way.number(), way.place("how much it copies")
        way.memory.reach(to + size if size else 0)
        if name == "EXTCODECOPY":
            copied = Bytes.unknown(Term("extcodecopy"), size)
        elif at is None:
            copied = Bytes.unknown(way.outside.unplaced(name), size)
        elif name == "RETURNDATACOPY":
            copied = _answered(way, at, size)
        else:
            source = way.setting.calldata if name == "CALLDATACOPY" else Bytes.known(way.setting.code)
            copied = source.part(at, size)
        way.memory.write(to, copied)

    return step


def _answered(way: Way, at: int, size: int) -> Bytes:
    """Return bytes of the answer. Past the end of one that is as long as it says, the way ends (EIP-211)."""
    if at + size <= len(way.answer.data):
        return way.answer.part(at, size)
    if way.exact:
        raise Reverted
    there = way.answer.part(at, max(0, min(size, len(way.answer.data) - at)))
    missing = Bytes.unknown(Term("returned"), size - len(there.data))
    start = len(there.data)
    behind = {start + place: source for place, source in missing.sources.items()}
    return Bytes(there.data + missing.data, there.mask + missing.mask, {**there.sources, **behind})


def _loading(name: str) -> Step:
    def step(way: Way) -> None:
        kept = way.storage if name == "SLOAD" else way.passing
        slot = way.take()
        number = number_of(slot)
        found = kept.get(slot if number is None else number)
        way.push(way.outside.unwritten(way, name, slot) if found is None else found)

    return step


def _storing(name: str) -> Step:
    def step(way: Way) -> None:
        """What the code wrote before is known, until it writes where it is not known."""
        kept = way.storage if name == "SSTORE" else way.passing
        slot, word = way.take(), way.take()
        number = number_of(slot)
        way.memory.work += len(kept) // 8
        if number is None and way.outside.aliases:
            kept.clear()
            way.blurred = True
        else:
            kept.put(slot if number is None else number, word)

    return step


# ------------------------------------------------------------------------------------------- others


def _account(word: Value) -> int | None:
    number = number_of(word)
    return None if number is None else number & ADDRESS_MASK


def _given(way: Way) -> Bytes | None:
    """Take what is handed on off the stack; None where its place is not known."""
    at, size = way.number(), way.number()
    return None if at is None or size is None else way.memory.read(at, size)


def _calling(name: str) -> Step:
    pays = name in ("CALL", "CALLCODE")

    def step(way: Way) -> None:
        at = way.at - 1
        way.take()  # gas
        to = way.take()
        sent = way.take() if pays else 0
        data = _given(way)
        place, room = way.place("where the answer goes"), way.place("how long the answer is")
        if to == _IDENTITY and data is not None:
            way.answer, way.answer_size, way.exact = data, len(data.data), True
            success: Value = 1
        else:
            way.memory.reach(place + room if room else 0)
            reply = way.outside.call(way, _made(name, to, sent, data, at), room)
            way.answer, way.answer_size, way.exact, success = reply.answer, reply.size, False, reply.success
        way.memory.write(place, way.answer.part(0, min(room, len(way.answer.data))))
        way.push(success)

    return step


def _made(name: str, to: Value, sent: Value, data: Bytes | None, at: int) -> Made:
    by: frozenset[Hashable] = to.by if isinstance(to, Term) and to.value is not None else frozenset()
    given = Bytes.unknown(Term("given"), 4) if data is None else data
    return Made(name, _account(to), number_of(sent), given, by, to=to, sent=sent, placed=data is not None, at=at)


def _creating(name: str) -> Step:
    def step(way: Way) -> None:
        at = way.at - 1
        sent = way.take()
        code = _given(way)
        salt = way.take() if name == "CREATE2" else 0
        way.answer, way.answer_size, way.exact = Bytes.known(b""), 0, True
        way.push(way.outside.create(way, _made(name, Term("created"), sent, code, at), salt))

    return step


_NAMED: Mapping[str, Step] = {
    **{name: _computing(name) for name in OPERANDS},
    **{name: _computing_of_two(name) for name in TWO},
    **{name: _pushing_own(name) for name in _OWN},
    **{
        name: _pushing_word(name)
        for name in (
            *("ORIGIN", "GASPRICE", "COINBASE", "TIMESTAMP", "NUMBER", "PREVRANDAO", "GASLIMIT", "SELFBALANCE"),
            *("BASEFEE", "BLOBBASEFEE", "GAS"),
        )
    },
    **{name: _pushing_about(name) for name in ("BALANCE", "EXTCODESIZE", "EXTCODEHASH", "BLOCKHASH", "BLOBHASH")},
    **{name: _copying(name) for name in ("CALLDATACOPY", "CODECOPY", "EXTCODECOPY", "RETURNDATACOPY")},
    **{name: _loading(name) for name in ("SLOAD", "TLOAD")},
    **{name: _storing(name) for name in ("SSTORE", "TSTORE")},
    **{name: _calling(name) for name in ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL")},
    **{name: _creating(name) for name in ("CREATE", "CREATE2")},
    **{f"LOG{topics}": _logging(topics) for topics in range(5)},
    "STOP": _end,
    "RETURN": _end,
    "REVERT": _revert,
    "INVALID": _revert,
    "SELFDESTRUCT": _destroy,
    "POP": _pop,
    "JUMP": _jump,
    "JUMPI": _branch,
    "JUMPDEST": _nothing,
    "MLOAD": _load_memory,
    "MSTORE": _store_memory,
    "MSTORE8": _store_byte,
    "MCOPY": _copy_memory,
    "KECCAK256": _hash,
    "CALLDATALOAD": _load_calldata,
}


def _step_of(number: int) -> Step:
    if PUSH1 <= number <= PUSH32:
        return _pushing(number - PUSH1 + 1)
    if DUP1 <= number < DUP1 + MANY:
        return _doubling(number - DUP1 + 1)
    if SWAP1 <= number < SWAP1 + MANY:
        return _swapping(number - SWAP1 + 2)
    return _NAMED[NAMES[number]] if number in NAMES else _revert


STEPS: tuple[Step, ...] = tuple(_step_of(number) for number in range(256))
"""What each instruction does, by its number."""
