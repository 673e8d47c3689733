"""What the text of a Solidity file says before a compiler reads it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.code.repository.text import read_text

SOURCE = """
// import "./no.sol"; contract No {}
/* pragma solidity 0.1.0; contract Neither { */
pragma   solidity >=0.8.4
  <0.9.0;
import "./a.sol";
import * as B from './b.sol';
import {C, D as E} from "@lib/c.sol";
import "./it's.sol";
string constant TEXT = "contract InText { import 'x';";
abstract contract Base { }
interface I {}
library L {}
contract One is Base, L2.Other(f(1, 2), "x{y") , Third
{
}
contract Two{}
"""


def test_imports_pragmas_and_contracts() -> None:
    read = read_text(SOURCE)
    assert read.imports == ("./a.sol", "./b.sol", "@lib/c.sol", "./it's.sol")
    assert read.pragmas == (">=0.8.4 <0.9.0",)
    assert [(one.name, one.abstract, one.bases) for one in read.contracts] == [
        ("Base", True, ()),
        ("One", False, ("Base", "Other", "Third")),
        ("Two", False, ()),
    ]
    lines = SOURCE.splitlines()
    assert [lines[one.line - 1].split("{")[0].strip() for one in read.contracts] == [
        "abstract contract Base",
        'contract One is Base, L2.Other(f(1, 2), "x',
        "contract Two",
    ]


def test_unfinished_files_are_read_as_far_as_they_go() -> None:
    assert read_text("contract A { /* contract B {} ").contracts[0].name == "A"
    assert read_text('import "').imports == ()
    assert read_text("").contracts == ()


@given(st.text(alphabet="import contract pragma solidity {}()\"'/*\\\n;is,.", max_size=200))
def test_any_text_is_read(text: str) -> None:
    for one in read_text(text).contracts:
        assert 1 <= one.line <= text.count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        "contract A is " * 100_000,
        "import { " * 150_000,
        "import " * 200_000,
        "pragma solidity " * 100_000,
        "contract A" + " " * 1_500_000,
        "contract A is f(" * 90_000,
        "contract A {\n" * 100_000,
        "/*" * 700_000,
        "import '" + "\\" * 1_000_000,
        "contract A is B(" + "(" * 3_900 + "){",
    ],
)
def test_hostile_text_is_read_in_bounded_time(text: str) -> None:
    started = time.process_time()
    read_text(text)
    assert time.process_time() - started < 10
