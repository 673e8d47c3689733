"""What the code of a proposal contract calls, as calls inside the call that runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from scanner.chain.abi import selector
from scanner.code.evm.walk import Walked
from scanner.code.evm.way import Made, Setting
from scanner.code.evm.words import Term
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Unknown
from scanner.proposals.inner import Inner
from scanner.proposals.spell.run import MOST_ANSWER, Question, Ran, run

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
    """What was followed so far: the same code for the same caller once, and all of it together not without end.

    `wanted` are questions that code asks of others and that were not asked of the chain yet; `learn` takes the answers.
    """

    left: int = field(default_factory=lambda: MAX_STEPS_IN_ALL)
    done: dict[Setting, Ran] = field(default_factory=dict)
    before: dict[Setting, Ran] = field(default_factory=dict)
    answers: dict[Question, bytes] = field(default_factory=dict)
    proof: dict[Question, tuple[Evidence, ...]] = field(default_factory=dict)
    wanted: dict[Question, None] = field(default_factory=dict)

    def walk(self, setting: Setting) -> Walked:
        """Return what code does to others, with the answers that are known by now."""
        return self._ran(setting).walked

    def asks(self, setting: Setting) -> tuple[Question, ...]:
        """Return whose answers may tell more of what code does."""
        return self._ran(setting).asks

    def learn(self, read: Mapping[Question, Known[str] | Unknown]) -> frozenset[Question]:
        """Take answers; return those that tell something: code that asked for them is followed again."""
        for question, answer in read.items():
            self.wanted.pop(question, None)
            self.proof[question] = answer.evidence
            data = bytes.fromhex(answer.value[2:]) if isinstance(answer, Known) else b""
            if 32 <= len(data) <= MOST_ANSWER:
                self.answers[question] = data
        told = frozenset(read) & frozenset(self.answers)
        for setting in [one for one, ran in self.done.items() if not told.isdisjoint(ran.asks)]:
            self.before[setting] = self.done.pop(setting)
        return told

    def _ran(self, setting: Setting) -> Ran:
        if setting not in self.done:
            before = self.before.get(setting)
            if self.left <= 0:
                return before or Ran(Walked((), 0, "the code that proposals run takes more steps in all than followed"))
            ran = run(setting, self.answers)
            self.left -= ran.walked.steps
            if before is not None and _tells_less(ran.walked, before.walked):
                ran = before
            self.done[setting] = ran
            self.wanted.update((question, None) for question in ran.asks if question not in self.proof)
        return self.done[setting]


def _tells_less(after: Walked, before: Walked) -> bool:
    """Answers tell whom code calls. They take no call away: how long one is may decide that, and it may change."""
    return bool(after.missing and not before.missing) or len(after.made) < len(before.made)


Sure = Callable[[Question], bool]
"""Whether an answer that was read can be taken for the one that code gets: nothing before it may change it."""


def calls_of(setting: Setting, chain: str, walks: Walks, sure: Sure) -> Iterator[Inner]:
    """Yield the calls that code makes, in order, and what of it could not be followed.

    What storage holds and what the time is are not known: calls that are made on one answer alone are among them, and
    arguments that depend on an answer are left open. Whom it calls may be told by answers that were read. An answer is
    taken to be as long as the code expects it, where it was not read. The contracts that it makes are not calls: they
    have no right of the DAO's.
    """
    found = walks.walk(setting)
    for made in found.made:
        if made.how.startswith("CREATE") or (_is_precompile(made.target) and not isinstance(made.to, Term)):
            continue
        asked = sorted((one for one in made.by if isinstance(one, Question)), key=_order)
        told = tuple(item for question in asked for item in walks.proof[question])
        open_ended = isinstance(made.to, Term) and not (told and all(sure(question) for question in asked))
        yield _inner(made, setting, chain, None if open_ended or _is_nobody(made.target) else told)
    if found.missing:
        yield _unread(f"its code could not be followed to every end: {found.missing}")


def created_by(setting: Setting, walks: Walks) -> tuple[tuple[str, bytes], ...]:
    """Return address and code of the contracts that code makes with CREATE2, where both are known."""
    made = (one for one in walks.walk(setting).made if one.how == "CREATE2" and one.data.certain)
    return tuple((_address(one.target), one.data.data) for one in made if one.target is not None)


def _is_precompile(target: int | None) -> bool:
    return target is not None and 0 < target <= _PRECOMPILES


def _is_nobody(target: int | None) -> bool:
    """Nobody's address stands for a name that a registry does not know."""
    return target is None or target <= _PRECOMPILES


def _order(question: Question) -> tuple[int, bytes, str]:
    return question.target, question.data, question.asker


def _unread(what: str) -> Inner:
    return Inner("", 0, "0x", "", "", unread=what)


def _inner(made: Made, setting: Setting, chain: str, told: tuple[Evidence, ...] | None) -> Inner:
    """`told`: the answers by which the target is known; None where it is not."""
    target = None if told is None else made.target
    if made.how == "SELFDESTRUCT":
        heir = "an account that is decided when it runs" if target is None else _address(target)
        return _unread(f"destroys the account as which it runs; what that holds goes to {heir}")
    head = made.data.part(0, min(4, len(made.data.data)))
    named = f"selector 0x{head.data.hex()}" if head.certain and head.data else "a function that is decided then, too"
    if target is None:
        return _unread(f"calls an address that is decided when it runs, with {named}")
    if not head.certain:
        return _unread(f"calls {_address(target)} with a function that is decided when it runs")
    if made.value is None or isinstance(made.sent, Term):
        return _unread(f"sends an amount to {_address(target)} that is decided when it runs")
    return Inner(
        _address(target),
        made.value,
        "0x" + made.data.plain.hex(),
        chain,
        setting.own,
        delegatecall=made.how in _DELEGATING,
        again="" if made.data.certain else "0x" + made.data.filled().hex(),
        told=told or (),
    )


def _address(number: int) -> str:
    return f"0x{number:040x}"
