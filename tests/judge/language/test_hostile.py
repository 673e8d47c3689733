"""Hostile conditions, templates and YAML end in errors, in bounded time and memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from scanner.judge.language.compiler import Scope, compile_condition
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.source import Text
from scanner.judge.language.values import LimitExceeded
from scanner.judge.template import compile_template
from scanner.judge.yaml_strict import Mark, load
from scanner.model.errors import RuleError

SCOPE = Scope(model_schema(), model_schema().roots("dao"), outcomes=True)

CONDITIONS = [
    "__import__('os').system('true')",
    "dao.__class__ == 1",
    "dao.__class__.__mro__[1].__subclasses__()",
    "().__class__",
    "dao['governors']",
    "dao.governors[0].voting_delay > 1",
    "getattr(dao, 'address') == 'x'",
    "eval('1') == 1",
    "exec('1') == 1",
    "(lambda: True)()",
    "[x for x in dao.governors] == 1",
    "{x for x in dao.governors} == 1",
    "{1: 2} == 1",
    "any([True])",
    "any(True for x in dao.governors for y in dao.governors)",
    "any(True for x in dao.governors.__iter__())",
    "any(True for (x, y) in dao.governors)",
    "any(True for dao.address in dao.governors)",
    "any(True async for x in dao.governors)",
    "any(*dao.governors)",
    "any(x=True)",
    "(x := True)",
    "True if True else False",
    "f'{dao.address}' == 'a'",
    "'%s' % dao.address == 'a'",
    "'a' * 1000000000 == 'a'",
    "'{0.__class__}'.format(dao) == 'a'",
    "dao.address.upper() == 'A'",
    "9**9**9**9 > 1",
    "1 << 100000 > 1",
    "~1 > 1",
    "1 @ 1 > 1",
    "1j == 1",
    "b'a' == b'a'",
    "u'a' == 'a'",
    "... == ...",
    "None == None",
    "1e999 > 1",
    "int('1' * 100) > 1",
    "len('a', 'b') > 1",
    "print('x')",
    "yield",
    "await dao",
    "lambda x: x",
    "not " * 300 + "True",
    "-" * 1500 + "1 > 0",
    "(" * 900 + "True" + ")" * 900,
    "[" * 100_000,
    "1" * 1900 + " > 1",
    "0x" + "f" * 1900 + " > 1",
    "dao" + ".a" * 900,
    "+".join(["1"] * 900) + " > 1",
    " and ".join(["True"] * 500),
    "any(" * 25 + "True" + " for x in dao.governors)" * 25,
    "True\x00",
    "True\n#\x85",
    "ｄａｏ.list_count > 1",
    "dao.list_count > 1 # \u202e comment",
    "'\\d' == 'a'",
    "a" * 10_000_000,
    "",
    "   ",
    "True; True",
    "True\n\nTrue",
    "\\\n",
    "'",
    '"""',
    "dao.list_count > 1 if",
    "finding(dao.address)",
    "finding('../../etc')",
    "finding()",
    "finding('CAP-001', 'x', 'y')",
]

TEMPLATES = [
    "{dao.__class__}",
    "{dao.address!r}",
    "{dao.address:>1000000000}",
    "{dao}",
    "{dao.governors}",
    "{0}",
    "{}",
    "{dao.address",
    "dao.address}",
    "{{dao.address}",
    "{" * 5001,
    "{dao.addres}",
    "{dao.address.upper()}",
]

YAML = [
    "[" * 900_000,
    "{" * 900_000,
    "? " * 400_000,
    "- " * 400_000,
    "- a\n" * 240_000,
    "{" + "a: {" * 60 + "}" * 61,
    "a: " * 300_000,
    "a: " + "9" * 900_000,
    "!" * 900_000,
    "a" * 10_000_000,
    "é" * 600_000,
    "a: &a [x]\nb: [*a, *a]\n",
    "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
    "a: !!python/object/apply:os.system ['true']",
    "a: !!python/name:os.system",
    "a: !x y",
    "!!str a: b",
    "a: 1\na: 2",
    "<<: {a: 1}",
    "a: 1\n---\nb: 2",
    "[a]: 1",
    "{a: 1}: 1",
    "1: a",
    "true: a",
    ": a",
    "a: \x00",
    "a: \x1b[31m",
    "a: \u202etxt",
    "a: [1, 2",
    "a:\n\t- b",
    "'" * 100_001,
    "%YAML 9.9\n---\na: b",
    "",
    "# nothing",
]


def bounded(function, *arguments):
    """The call ends in a RuleError with a place, in bounded time and memory."""
    begin = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(RuleError) as caught:
            function(*arguments)
        assert caught.value.where
        assert len(caught.value.what) < 1_000
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("text", CONDITIONS, ids=lambda text: repr(text[:30]))
def test_conditions(text):
    bounded(lambda: compile_condition(Text(text, Mark("x.yaml", 1, 1)), SCOPE))


@pytest.mark.parametrize("text", TEMPLATES, ids=lambda text: repr(text[:30]))
def test_templates(text):
    bounded(lambda: compile_template(Text(text, Mark("x.yaml", 1, 1)), SCOPE))


@pytest.mark.parametrize("text", YAML, ids=lambda text: repr(text[:30]))
def test_yaml(text):
    bounded(lambda: load(text, "x.yaml"))


EVALUATED = [
    "any(any(any(a.delay_seconds + b.delay_seconds > c.delay_seconds for a in dao.controls) for b in dao.controls)"
    " for c in dao.controls)",
    "count(a for a in dao.controls if count(b for b in dao.controls if all(c.bypasses_vote for c in dao.controls)) > 1)"
    " > 1",
    "any(" * 6 + "a.bypasses_vote" + "".join(f" for {name} in dao.controls)" for name in "abcdef"),
    "all(count(b for b in dao.controls) * count(c for c in dao.controls) > 1 and any(all(d.bypasses_vote for d in"
    " dao.controls) for e in dao.controls) for a in dao.controls)",
    " * ".join(["dao.list_count"] * 24) + " > 1",
    "percent_of(" * 25 + "dao.list_count" + ", dao.list_count * dao.list_count)" * 25 + " > 1",
]


@pytest.mark.parametrize("text", EVALUATED, ids=lambda text: repr(text[:30]))
def test_evaluation_ends(text, evaluate, facts, items):
    """What passes every check of the text, and would go on for hours or grow without end."""
    rows = [{"delay_seconds": 1, "bypasses_vote": False}] * 300
    dao = facts("Dao", controls=items("Control", rows), list_count=2**255)
    begin = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded):
            evaluate(text, dao=dao)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    assert time.monotonic() - begin < 10
