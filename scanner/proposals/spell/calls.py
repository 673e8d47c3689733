"""What the code of a proposal contract calls, as calls inside the call that runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.chain.abi import selector
from scanner.code.evm.walk import Walked
from scanner.code.evm.way import Made, Setting
from scanner.proposals.inner import Inner
from scanner.proposals.spell.run import run

SPELLS = frozenset(
    selector(signature)
    for signature in (
        "execute()",
        "executeProposal()",
        "exec()",
        "perform()",
        "perform(address)",
        "cast()",
        "schedule()",
        "actions()",
        "_perform()",
    )
)
"""What contracts that are proposals call the function that does what they are for: Tornado's proposals, payloads of
Aave and of those who took over its shape, spells of Sky, actions of Arbitrum."""

_PRECOMPILES = 0x11
_DELEGATING = ("DELEGATECALL", "CALLCODE")


MAX_STEPS_IN_ALL = 20_000_000
"""Steps that the code of all proposals of a scan may take together."""


@dataclass
class Walks:
    """What was followed so far: the same code for the same caller once, and all of it together not without end."""

    left: int = field(default_factory=lambda: MAX_STEPS_IN_ALL)
    done: dict[Setting, Walked] = field(default_factory=dict)

    def walk(self, setting: Setting) -> Walked:
        """Return what code does to others."""
        if setting not in self.done:
            if self.left <= 0:
                return Walked((), 0, "the code that proposals run takes more steps in all than are followed")
            self.done[setting] = run(setting, {}).walked
            self.left -= self.done[setting].steps
        return self.done[setting]


def calls_of(setting: Setting, chain: str, walks: Walks) -> Iterator[Inner]:
    """Yield the calls that code makes, in order, and what of it could not be followed.

    What other contracts answer, what storage holds and what the time is are not known: calls that are made on one
    answer alone are among them, and arguments that depend on an answer are left open. An answer is taken to be as long
    as the code expects it. The contracts that it makes are not calls: they have no right of the DAO's.
    """
    found = walks.walk(setting)
    for made in found.made:
        if not made.how.startswith("CREATE") and not _is_precompile(made.target):
            yield _inner(made, setting, chain)
    if found.missing:
        yield _unread(f"its code could not be followed to every end: {found.missing}")


def created_by(setting: Setting, walks: Walks) -> tuple[tuple[str, bytes], ...]:
    """Return address and code of the contracts that code makes with CREATE2, where both are known."""
    made = (one for one in walks.walk(setting).made if one.how == "CREATE2" and one.data.whole)
    return tuple((_address(one.target), one.data.data) for one in made if one.target is not None)


def _is_precompile(target: int | None) -> bool:
    return target is not None and 0 < target <= _PRECOMPILES


def _unread(what: str) -> Inner:
    return Inner("", 0, "0x", "", "", unread=what)


def _inner(made: Made, setting: Setting, chain: str) -> Inner:
    if made.how == "SELFDESTRUCT":
        heir = "an account that is decided when it runs" if made.target is None else _address(made.target)
        return _unread(f"destroys the account as which it runs; what that holds goes to {heir}")
    head = made.data.part(0, min(4, len(made.data.data)))
    named = f"selector 0x{head.data.hex()}" if head.whole and head.data else "a function that is decided then, too"
    if made.target is None:
        return _unread(f"calls an address that is decided when it runs, with {named}")
    if not head.whole:
        return _unread(f"calls {_address(made.target)} with a function that is decided when it runs")
    if made.value is None:
        return _unread(f"sends an amount to {_address(made.target)} that is decided when it runs")
    return Inner(
        _address(made.target),
        made.value,
        "0x" + made.data.data.hex(),
        chain,
        setting.own,
        delegatecall=made.how in _DELEGATING,
        again="" if made.data.whole else "0x" + made.data.filled().hex(),
    )


def _address(number: int) -> str:
    return f"0x{number:040x}"
