"""Runtime code as a graph of reachable blocks, with the constants and instructions in each.

Only blocks that the control-flow graph reaches are looked at: a linear sweep reads a proof verifier's keys as
SELFDESTRUCT. The sweep serves one purpose: an instruction that even it does not show cannot be executed, because the
EVM itself finds valid jump targets by sweeping (Yellow Paper, 9.4.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import evmole

_WORD = 2**256
_SELECTOR_SHIFT = 224
_ROUNDS = 64


@dataclass(frozen=True)
class Instruction:
    """One instruction: where it stands, its mnemonic, and what it pushes (-1 for nothing)."""

    offset: int
    name: str
    pushed: int = -1


@dataclass(frozen=True)
class Block:
    """A basic block. `jumps` lists (blocks that must have run, next block); `resolved`: all of them are known."""

    start: int
    end: int
    jumps: tuple[tuple[frozenset[int], int], ...]
    resolved: bool
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True)
class Function:
    """A function that the dispatcher leads to."""

    selector: str
    offset: int
    arguments: str
    mutability: str


class Graph:
    """The control-flow graph of a piece of runtime code.

    Raises ValueError when evmole can make nothing of the code.
    """

    def __init__(self, code: bytes) -> None:
        found = evmole.contract_info(
            code,
            selectors=True,
            arguments=True,
            state_mutability=True,
            control_flow_graph=True,
            disassemble=True,
            storage=True,
        )
        if found.control_flow_graph is None or found.disassembled is None:
            raise ValueError("no control-flow graph")
        self.swept = frozenset(text.split(" ")[0] for _, text in found.disassembled)
        self.functions = tuple(
            sorted(
                (
                    Function("0x" + f.selector, f.bytecode_offset, f.arguments or "", f.state_mutability or "")
                    for f in found.functions or ()
                ),
                key=lambda f: f.selector,
            )
        )
        self.storage = tuple(found.storage or ())
        self.blocks = _blocks(found.control_flow_graph.blocks, found.disassembled)

    @property
    def selectors(self) -> frozenset[str]:
        return frozenset(function.selector for function in self.functions)

    @cached_property
    def resolved(self) -> bool:
        """Whether every reachable jump's targets are known, so that nothing reachable is missed."""
        return all(block.resolved for block in self.blocks.values())

    @cached_property
    def names(self) -> frozenset[str]:
        """The mnemonics in reachable blocks."""
        return frozenset(i.name for block in self.blocks.values() for i in block.instructions)

    def offset_of(self, *names: str) -> int:
        """Return the offset of the first reachable instruction of these names, -1 when there is none."""
        found = [i.offset for block in self.blocks.values() for i in block.instructions if i.name in names]
        return min(found, default=-1)

    def function(self, selector: str) -> Function | None:
        return next((function for function in self.functions if function.selector == selector), None)

    def body(self, function: Function) -> tuple[Block, ...]:
        """Return the blocks that a function reaches. A return from shared code leads only to callers that were seen."""
        entry = next((number for number, block in self.blocks.items() if block.start == function.offset), None)
        if entry is None:
            return ()
        seen = {entry}
        for _ in range(_ROUNDS):
            grown = set(seen)
            for number in seen:
                grown |= {to for needed, to in self.blocks[number].jumps if needed <= seen and to in self.blocks}
            if grown == seen:
                break
            seen = grown
        return tuple(self.blocks[number] for number in sorted(seen))

    @cached_property
    def constants(self) -> dict[int, int]:
        """Words that reachable code pushes, with the offset of each."""
        return words(tuple(self.blocks[number] for number in sorted(self.blocks)))


def words(blocks: tuple[Block, ...]) -> dict[int, int]:
    """Return the words that blocks push, shifted ones as they end up, with the first offset of each."""
    found: dict[int, int] = {}
    for block in blocks:
        for index, instruction in enumerate(block.instructions):
            if instruction.pushed < 0:
                continue
            found.setdefault(instruction.pushed, instruction.offset)
            # The optimizer stores a selector without its trailing zero bits and shifts it into place.
            following = block.instructions[index + 1 : index + 3]
            if len(following) == 2 and 0 <= following[0].pushed < 256 and following[1].name == "SHL":
                found.setdefault((instruction.pushed << following[0].pushed) % _WORD, instruction.offset)
    return found


def called_selectors(blocks: tuple[Block, ...], own: frozenset[str]) -> dict[str, int]:
    """Return the selectors that blocks put together for calls, with offsets; the contract's own are left out."""
    found: dict[str, int] = {}
    for word, offset in words(blocks).items():
        if word % 2**_SELECTOR_SHIFT == 0 and word:
            number = word >> _SELECTOR_SHIFT
        elif 2**24 <= word < 2**32:
            number = word
        else:
            continue
        selector = f"0x{number:08x}"
        if selector not in own:
            found.setdefault(selector, offset)
    return found


def _blocks(found: list[Any], disassembled: list[tuple[int, str]]) -> dict[int, Block]:
    spans = sorted((block.start, block.end, block.id) for block in found)
    inside: dict[int, list[Instruction]] = {block.id: [] for block in found}
    by_start: dict[int, list[tuple[int, int]]] = {}
    for start, end, number in spans:
        by_start.setdefault(start, []).append((end, number))
    open_blocks: list[tuple[int, int]] = []
    for offset, text in disassembled:
        open_blocks = [(end, number) for end, number in open_blocks if end >= offset]
        open_blocks += by_start.get(offset, [])
        if open_blocks:
            instruction = _instruction(offset, text)
            for _, number in open_blocks:
                inside[number].append(instruction)
    return {block.id: _block(block, tuple(inside[block.id])) for block in found}


def _instruction(offset: int, text: str) -> Instruction:
    name, _, data = text.partition(" ")
    if name == "PUSH0":
        return Instruction(offset, name, 0)
    if name.startswith("PUSH") and data:
        return Instruction(offset, name, int(data, 16))
    return Instruction(offset, name)


def _block(block: Any, instructions: tuple[Instruction, ...]) -> Block:
    kind = block.btype
    nothing: frozenset[int] = frozenset()
    jumps: list[tuple[frozenset[int], int]] = []
    resolved = True
    name = type(kind).__name__
    if name == "Jump":
        jumps = [(nothing, kind.to)]
    elif name == "Jumpi":
        jumps = [(nothing, kind.true_to), (nothing, kind.false_to)]
    elif name in ("DynamicJump", "DynamicJumpi"):
        targets = kind.to if name == "DynamicJump" else kind.true_to
        resolved = bool(targets) and all(target.to is not None for target in targets)
        jumps = [(frozenset(target.path), target.to) for target in targets if target.to is not None]
        if name == "DynamicJumpi":
            jumps.append((nothing, kind.false_to))
    return Block(block.start, block.end, tuple(jumps), resolved, instructions)
