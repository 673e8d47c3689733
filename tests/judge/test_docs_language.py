"""The grammar and the truth tables of docs/rules.md are what the language does: sentences and rows are tried."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from scanner.judge.facts import TestWorld
from scanner.judge.language.compiler import Scope, compile_value
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.source import Text
from scanner.judge.language.values import Range, Unk
from scanner.judge.language.world import Facts, Ref
from scanner.judge.yaml_strict import Mark
from scanner.model.errors import RuleError
from scanner.model.observation import Collection, Known, Reason

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
GRAMMAR = "condition " + TEXT.split("```\ncondition ")[1].split("```")[0]
SCOPE = Scope(model_schema(), model_schema().roots("dao"), outcomes=True)
WORDS = {
    "integer": ("0", "1", "86400", "1_000", "0x10"),
    "text": ('"eoa"', "'configured'", '""'),
    "name": ("dao", "c", "controls", "list_count", "effective_controller_kind", "membership", "kind"),
    "stage": ('"present"', '"exercised"'),
    "severity": ('"high"', '"low"'),
    "rule id": ('"CAP-001"', '"TST-123"'),
}
SENTENCES = 800
NOT_IN_THE_LANGUAGE = (
    "not part of the condition language",
    "not a valid expression",
    "is not a function",
    "named arguments",
)


def _productions() -> dict[str, str]:
    """Return the right side of every production by its name."""
    joined = re.sub(r"\n\s+", " ", GRAMMAR.strip())
    return dict(re.split(r"\s*=\s*", line, maxsplit=1) for line in joined.split("\n"))  # type: ignore[misc]


PRODUCTIONS = _productions()
_TOKEN = re.compile(r'"[^"]*"|rule id|[a-z]+|[()\[\]{}|]')


class _Parser:
    """Reads the right side of a production: ("or" | "then" | "maybe" | "many", parts), or a word."""

    def __init__(self, source: str) -> None:
        self._tokens = _TOKEN.findall(source)
        self._at = 0

    def choice(self) -> Any:
        options = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else ("or", options)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _sequence(self) -> Any:
        parts = []
        while self._peek() not in ("", "|", ")", "]", "}"):
            token = self._tokens[self._at]
            self._at += 1
            kinds = {"(": "group", "[": "maybe", "{": "many"}
            if token in kinds:
                parts.append((kinds[token], self.choice()))
                self._at += 1
            else:
                parts.append(token)
        return ("then", parts)


TREES = {name: _Parser(source).choice() for name, source in PRODUCTIONS.items()}


def _heights() -> dict[str, int]:
    """Return how many productions the shortest sentence of each goes through."""
    heights = dict.fromkeys(TREES, 1_000)
    for _ in TREES:
        heights = {name: 1 + _height(tree, heights) for name, tree in TREES.items()}
    return heights


def _height(node: Any, heights: dict[str, int]) -> int:
    if isinstance(node, str):
        return heights.get(node, 0)
    kind, inner = node
    if kind == "then":
        return max((_height(part, heights) for part in inner), default=0)
    if kind == "or":
        return min(_height(way, heights) for way in inner)
    return _height(inner, heights) if kind == "group" else 0


HEIGHTS = _heights()


def _sentence(node: Any, made: random.Random, depth: int) -> str:
    """Write one sentence of the grammar; where it gets deep, the shortest way is taken."""
    if isinstance(node, str):
        if node.startswith('"'):
            return node[1:-1]
        return made.choice(WORDS[node]) if node in WORDS else _sentence(TREES[node], made, depth - 1)
    kind, inner = node
    if kind == "then":
        return " ".join(filter(None, (_sentence(part, made, depth) for part in inner)))
    if kind == "or":
        shortest = min(inner, key=lambda way: _height(way, HEIGHTS))
        return _sentence(made.choice(inner) if depth > 0 else shortest, made, depth)
    if kind == "group":
        return _sentence(inner, made, depth)
    count = made.randint(0, 1 if kind == "maybe" else 2) if depth > 0 else 0
    return " ".join(_sentence(inner, made, depth) for _ in range(count))


def test_every_word_of_the_grammar_is_explained() -> None:
    used = {token for source in PRODUCTIONS.values() for token in _TOKEN.findall(source) if token[0].isalpha()}
    assert used - PRODUCTIONS.keys() == WORDS.keys()


def test_every_sentence_of_the_grammar_is_one_of_the_language() -> None:
    """Types and names may not fit, but no sentence is refused for its shape."""
    made = random.Random(1)
    sentences = {_sentence("condition", made, made.randint(9, 15)) for _ in range(SENTENCES)}
    refused = [(sentence, error) for sentence in sentences for error in _refusal(sentence)]
    assert [one for one in refused if any(words in one[1] for words in NOT_IN_THE_LANGUAGE)] == []
    assert len(sentences) - len(refused) > 5, "hardly any sentence makes sense"


def _refusal(sentence: str) -> list[str]:
    try:
        compile_value(Text(sentence, Mark("rule.yaml", 1, 1)), SCOPE)
    except RuleError as error:
        return [error.what]
    return []


def _table(heading: str) -> list[list[str]]:
    """Return the rows of the table whose heading begins so."""
    lines = TEXT[TEXT.index(heading) :].split("\n\n")[0].split("\n")[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _word(value: Any) -> str:
    return "unknown" if isinstance(value, Unk) else str(value).lower()


def _flags(**truths: str) -> Facts:
    membership = Facts("Membership", reason=Reason.NODE_ERROR, detail="")
    for name, truth in truths.items():
        if truth != "unknown":
            setattr(membership, name, Known[Any](value=truth == "true", evidence=()))
    return membership


def _value(text: str, *, dao: Facts | None = None, membership: Facts | None = None) -> Any:
    compiled = compile_value(Text(text, Mark("rule.yaml", 1, 1)), SCOPE)
    nothing = Facts("Dao", reason=Reason.NODE_ERROR, detail="")
    roots = [Ref("dao", dao or nothing), Ref("membership", membership or _flags())]
    return compiled.closure(compiled.start(TestWorld({}), roots))


@pytest.mark.parametrize("row", _table("| a | b | a and b |"), ids=" ".join)
def test_rows_of_and_or_not(row: list[str]) -> None:
    a, b, conjunction, disjunction, negation = row
    for one, other in ((a, b), (b, a)):
        membership = _flags(sybil_gate=one, identity_gate=other)
        left, right = "membership.sybil_gate", "membership.identity_gate"
        assert _word(_value(f"{left} and {right}", membership=membership)) == conjunction
        assert _word(_value(f"{left} or {right}", membership=membership)) == disjunction
    assert _word(_value("not membership.sybil_gate", membership=_flags(sybil_gate=a))) == negation


def _items(truths: tuple[str, ...], *, complete: bool) -> Facts:
    dao = Facts("Dao", reason=Reason.NODE_ERROR, detail="")
    items = []
    for truth in truths:
        control = Facts("Control", reason=Reason.NODE_ERROR, detail="")
        if truth != "unknown":
            control.bypasses_vote = Known[Any](value=truth == "true", evidence=())  # type: ignore[attr-defined]
        items.append(control)
    dao.controls = Collection[Any](items=tuple(items), complete=complete)  # type: ignore[attr-defined]
    return dao


def _said(sentence: str, truths: tuple[str, ...]) -> str:
    """Read a cell: "true at one true item; else unknown at one undecided item; else false"."""
    for part in sentence.split("; else "):
        found = re.fullmatch(r"(\w+)(?: at one (true|false|undecided) item)?", part)
        assert found, part
        answer, at = found.groups()
        if at is None or {"undecided": "unknown"}.get(at, at) in truths:
            return answer
    raise AssertionError(sentence)


SOME_ITEMS = [
    (),
    *((a,) for a in ("true", "false", "unknown")),
    *((a, b) for a in ("true", "false", "unknown") for b in ("true", "false", "unknown")),
]


@pytest.mark.parametrize("complete", [True, False], ids=["complete", "partial"])
@pytest.mark.parametrize("truths", SOME_ITEMS, ids=lambda truths: "-".join(truths) or "none")
def test_cells_of_any_and_all(truths: tuple[str, ...], complete: bool) -> None:
    rows = {row[0].strip("`"): row[1 if complete else 2] for row in _table("| over a collection | complete |")}
    dao = _items(truths, complete=complete)
    for name in ("any", "all"):
        value = _value(f"{name}(c.bypasses_vote for c in dao.controls)", dao=dao)
        assert _word(value) == _said(rows[name], truths)


@pytest.mark.parametrize("truths", SOME_ITEMS, ids=lambda truths: "-".join(truths) or "none")
def test_cells_of_count(truths: tuple[str, ...]) -> None:
    """Exact, between two bounds where items are undecided, a lower bound where there may be more."""
    rows = {row[0]: row[1:] for row in _table("| over a collection | complete |")}
    assert rows["`count`, `len`"] == ["exact; between two bounds where items are undecided", "a lower bound"]
    certain, possible = truths.count("true"), truths.count("true") + truths.count("unknown")
    value = _value("count(c.bypasses_vote for c in dao.controls)", dao=_items(truths, complete=True))
    if certain == possible:
        assert value == certain
    else:
        assert isinstance(value, Range)
        assert (value.low, value.high) == (certain, possible)
    value = _value("count(c.bypasses_vote for c in dao.controls)", dao=_items(truths, complete=False))
    assert isinstance(value, Range)
    assert (value.low, value.high) == (certain, None)
