"""Results that do not count are known by the text of published functions, by role and by compiler, never by a path."""

from __future__ import annotations

import pytest

from scanner.code.function_text import text_digest
from scanner.discovery.set_aside import reasons, set_aside, set_aside_texts
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts, DetectorHit
from scanner.model.kinds import Role
from scanner.model.observation import Collection, Known, Reason, Unknown
from tools.known_functions import functions_of

SOLC = Known(value="0.8.28", evidence=())
_EXACT = next(iter(next(one for one in reasons() if "incorrect-exp" in one.detectors).digests))


def hit(detector: str, *functions: str, impact: str = "high") -> DetectorHit:
    return DetectorHit(
        detector=detector,
        impact=impact,
        confidence="medium",
        description="said",
        in_dependency=True,
        evidence=(),
        functions=functions,
    )


def code(*hits: DetectorHit) -> CodeFacts:
    return all_unknown(CodeFacts, Reason.ANALYSIS_NOT_RUN).model_copy(
        update={"detectors": Collection[DetectorHit](items=hits, complete=True)}
    )


def marks(facts: CodeFacts) -> list[bool]:
    return [bool(one.set_aside) for one in facts.detectors.items]


def test_published_code_is_known_by_its_text_alone() -> None:
    known, copied = hit("incorrect-exp", _EXACT), hit("incorrect-exp", text_digest("function mulDiv() { x ^ 2; }"))
    mixed, nowhere = hit("incorrect-exp", _EXACT, copied.functions[0]), hit("incorrect-exp")
    other = hit("reentrancy-eth", _EXACT)
    assert marks(set_aside(code(known, copied, mixed, nowhere, other), (Role.TOKEN,), SOLC)) == [
        True, False, False, False, False,
    ]  # fmt: skip


def test_what_a_governor_is_for_is_held_against_a_vault() -> None:
    sends = code(hit("arbitrary-send-eth"))
    assert marks(set_aside(sends, (Role.GOVERNOR, Role.TREASURY), SOLC)) == [True]
    assert marks(set_aside(sends, (Role.TREASURY,), SOLC)) == [False]


@pytest.mark.parametrize(
    ("compiler", "aside"),
    [
        (SOLC, True),
        (Known(value="v0.6.0+commit.26b70077", evidence=()), True),
        (Known(value="0.5.17", evidence=()), False),
        (Known(value="vyper:0.3.10", evidence=()), False),
        (Unknown(reason=Reason.NOT_VERIFIED), False),
    ],
)
def test_a_language_rule_needs_a_compiler_that_is_known(compiler: Known[str] | Unknown, aside: bool) -> None:
    assert marks(set_aside(code(hit("shadowing-state")), (Role.GOVERNOR,), compiler)) == [aside]


def test_every_reason_is_said_once_with_its_number() -> None:
    facts = set_aside(code(hit("weak-prng"), hit("weak-prng"), hit("suicidal")), (Role.LINKED,), SOLC)
    (text,) = set_aside_texts(facts)
    assert text.startswith("weak-prng (2 results): It fires on every division")


def test_results_of_low_impact_are_not_spoken_of() -> None:
    assert marks(set_aside(code(hit("weak-prng", impact="low")), (Role.LINKED,), SOLC)) == [False]


def test_every_bound_reason_knows_functions() -> None:
    assert all(one.digests for one in reasons() if one.bound)
    assert all(one.text for one in reasons())


def test_comments_and_layout_do_not_change_a_digest_and_words_do() -> None:
    plain = 'function f() { revert("a // b"); }'
    assert text_digest('function f()\n{ // why\n /* x */ revert("a // b");\n}') == text_digest(plain)
    assert text_digest('function f() { revert("a //b"); }') != text_digest(plain)


def test_functions_are_cut_out_of_a_file() -> None:
    source = (
        'contract A { function f() public { if (x) { s = "}"; } } function g() external; }\n'
        "library B { function f() {} }"
    )
    assert dict(functions_of(source)) == {
        "A.f": 'function f() public { if (x) { s = "}"; } }',
        "B.f": "function f() {}",
    }
