"""Features that selectors, constants and opcodes show: privacy systems, boards, gates, dangerous instructions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from scanner.code.analyses.signatures import MIXER_CONSTANTS, all_signatures, recognise, selectors_of
from scanner.code.bytecode.graph import Block, Function
from scanner.code.bytecode.reading import Reading
from scanner.model.code import Fingerprint
from scanner.model.evidence import CodeEvidence
from scanner.model.kinds import Stage
from scanner.model.observation import Collection, Known, Unknown

Answer = Known[bool] | Known[str] | Unknown | None

_LOGS = frozenset({"LOG0", "LOG1", "LOG2", "LOG3", "LOG4"})
_OUTSIDE = frozenset(
    {"SSTORE", "SLOAD", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL", "CREATE", "CREATE2", "SELFDESTRUCT"}
)
"""What a function that only logs does without. Reading state is among it: that may be a check of who calls."""

_CALLS = frozenset({"CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"})

_TOKEN = frozenset({"0x70a08231", "0x18160ddd"})
"""balanceOf(address) and totalSupply()."""
_FLASH_LOAN = "0x5cffe9de"
_RAGEQUIT = ("ragequit(",)
_NEAR = 4


def fingerprints(reading: Reading) -> Collection[Fingerprint]:
    """Return the systems recognised by selectors, event topics and constants in reachable code."""
    topics = {f"0x{word:064x}": offset for word, offset in reading.graph.constants.items() if word >= 2**200}
    found = []
    for match in recognise(reading.graph.selectors, frozenset(topics), frozenset(reading.called)):
        hashes = {s.hash for s in all_signatures() if s.system == match.system and s.text in match.matched}
        found.append(
            Fingerprint(
                category=match.category,
                system=match.system,
                stage=Stage.REACHABLE,
                matched=match.matched,
                evidence=_places(reading, hashes, topics),
            )
        )
    for number in sorted(set(reading.graph.constants) & set(MIXER_CONSTANTS)):
        found.append(
            Fingerprint(
                category="anon.mixer",
                system="Tornado constants",
                stage=Stage.PRESENT,
                matched=(MIXER_CONSTANTS[number],),
                evidence=(reading.whole.model_copy(update={"offset": reading.graph.constants[number]}),),
            )
        )
    found.sort(key=lambda f: (f.category, f.system, f.matched))
    why = "" if reading.graph.resolved else "some jumps could not be followed"
    return Collection[Fingerprint](items=tuple(found), complete=reading.graph.resolved, reason=why)


def _places(reading: Reading, hashes: set[str], topics: dict[str, int]) -> tuple[CodeEvidence, ...]:
    offsets = {f.offset for f in reading.graph.functions if f.selector in hashes}
    offsets |= {topics[h] for h in hashes if h in topics}
    offsets |= {reading.called[h] for h in hashes if h in reading.called}
    return tuple(reading.whole.model_copy(update={"offset": offset}) for offset in sorted(offsets)) or (reading.whole,)


def _instruction(reading: Reading, *names: str) -> Answer:
    """Return whether an instruction can be reached: known where it is, or where even a sweep does not show it."""
    offset = reading.graph.offset_of(*names)
    if offset >= 0:
        return reading.known(True, f"{' or '.join(names)} in a reachable block", offset)
    if not reading.graph.swept & set(names):
        return reading.known(False, f"no {' or '.join(names)} in the code")
    if reading.graph.resolved:
        return reading.known(False, f"{' or '.join(names)} only in data that is never executed")
    return reading.unknown("some jumps could not be followed")


def selfdestruct_reachable(reading: Reading) -> Answer:
    return _instruction(reading, "SELFDESTRUCT")


def delegatecall_reachable(reading: Reading) -> Answer:
    return _instruction(reading, "DELEGATECALL", "CALLCODE")


def arbitrary_delegatecall(reading: Reading) -> Answer:
    """Known only where there is nothing to look at: the target of a DELEGATECALL is not followed."""
    reachable = delegatecall_reachable(reading)
    if isinstance(reachable, Known) and reachable.value is False:
        return reachable
    return None


def arbitrary_call(reading: Reading) -> Answer:
    """Known only where the code makes no CALL at all."""
    reachable = _instruction(reading, "CALL", "CALLCODE")
    if isinstance(reachable, Known) and reachable.value is False:
        return reachable
    return None


def message_board(reading: Reading) -> Answer:
    """Return whether a function only writes its text or bytes into a log, and asks nothing of the caller."""
    boards = [f for f in reading.graph.functions if _is_board(reading, f)]
    if boards:
        names = ", ".join(f.selector for f in boards)
        return reading.known(True, f"functions that only log: {names}", *(f.offset for f in boards))
    if reading.graph.resolved and not _LOGS & reading.graph.names:
        return reading.known(False, "the code writes no logs")
    if reading.graph.resolved and not any(_takes_text(f) for f in reading.graph.functions):
        return reading.known(False, "no function takes text or bytes")
    return None


def _takes_text(function: Function) -> bool:
    return "bytes" in _dynamic(function.arguments) or "string" in _dynamic(function.arguments)


def _dynamic(arguments: str) -> set[str]:
    return set(arguments.replace("(", ",").replace(")", ",").split(","))


def _is_board(reading: Reading, function: Function) -> bool:
    if not _takes_text(function) or function.mutability in ("view", "pure") or function.selector in _other_meanings():
        return False
    body = reading.graph.body(function)
    names = {i.name for block in body for i in block.instructions}
    if not names & _LOGS or names & _OUTSIDE:
        return False
    return not any(_compares_caller(block) for block in body)


@cache
def _other_meanings() -> frozenset[str]:
    """Return hashes with a known meaning of their own: the stealth-address announcer has a board's shape."""
    return frozenset(s.hash for s in all_signatures() if not s.category.startswith(("comms.", "content.")))


def _compares_caller(block: Block) -> bool:
    """Whether a block branches on a comparison with the caller. SUB also masks an address to 20 bytes, then far from
    the branch."""
    names = [i.name for i in block.instructions]
    if names[-1:] != ["JUMPI"] or not {"CALLER", "ORIGIN"} & set(names):
        return False
    return "EQ" in names or bool({"SUB", "XOR"} & set(names[-_NEAR:]))


def flash_mint(reading: Reading) -> Answer:
    """Known to be absent where a token has no flashLoan and hands no call on; its presence alone proves no minting."""
    if not reading.graph.selectors >= _TOKEN:
        return reading.unsupported("this code keeps no units of voting power")
    if _FLASH_LOAN not in reading.graph.selectors and not reading.graph.swept & {"DELEGATECALL", "CALLCODE"}:
        return reading.known(False, "no flashLoan function")
    return None


def sanctions_gate(reading: Reading) -> Answer:
    return _calls_any(reading, selectors_of("gate.sanctions") - {"0x9ddd8982", "0xb3df4df9"}, "a sanctions oracle")


def sybil_gate(reading: Reading) -> Answer:
    wanted = selectors_of("gate.humanity") | selectors_of("anon.zk_membership", "World ID / Semaphore v3")
    return _calls_any(reading, wanted, "a personhood check")


def _calls_any(reading: Reading, wanted: frozenset[str], what: str) -> Answer:
    """Known where a call is put together; its absence proves nothing, because selectors can be computed."""
    found = sorted(set(reading.called) & wanted)
    if not found and reading.graph.resolved and not _CALLS & reading.graph.names:
        return reading.known(False, "the code calls nothing")
    if not found:
        return None
    return reading.known(True, f"calls {what}: {', '.join(found)}", *(reading.called[s] for s in found))


def exit_right(reading: Reading) -> Answer:
    wanted = {s.hash: s.text for s in all_signatures() if s.kind == "function" and s.text.startswith(_RAGEQUIT)}
    for function in reading.graph.functions:
        text = wanted.get(function.selector)
        if text is not None and "[" not in text:
            return reading.known("ragequit", text, function.offset)
    return None


FACTS: tuple[tuple[str, Callable[[Reading], Answer]], ...] = (
    ("selfdestruct_reachable", selfdestruct_reachable),
    ("delegatecall_reachable", delegatecall_reachable),
    ("arbitrary_delegatecall", arbitrary_delegatecall),
    ("arbitrary_call", arbitrary_call),
    ("message_board", message_board),
    ("flash_mint", flash_mint),
    ("sanctions_gate", sanctions_gate),
    ("sybil_gate", sybil_gate),
    ("exit_right", exit_right),
)
