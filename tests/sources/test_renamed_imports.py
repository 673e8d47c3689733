"""What renaming promises, asked of the compiler itself: a source whose files had unsafe names still compiles."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.cli.options import default_cache_dir
from scanner.code.compilers.interface import CompileFailed
from scanner.code.compilers.resolve import compile_standard_json
from scanner.sources.bundle import build_bundle, standard_json

COMPILER = "0.8.28"

SOURCES = {
    "/home/a/project/Club.sol": 'import "./Base.sol"; import "@lib/Lib.sol"; contract Club is Base { Lib l; Up u; }',
    "/home/a/project/Base.sol": 'import "/home/a/other/Absolute.sol"; import "C:/lib/Drive.sol"; contract Base {}',
    "/home/a/other/Absolute.sol": "contract Absolute {}",
    "/home/a/modules/lib/Lib.sol": 'import "../../../../Up.sol"; contract Lib {}',
    "C:/lib/Drive.sol": 'import "./Beside.sol"; contract Drive {}',
    "C:/lib/Beside.sol": "contract Beside {}",
    "/Up.sol": "contract Up {}",
    "a/../Literal.sol": "contract Literal {}",
    "Literal2.sol": 'import "a/../Literal.sol"; contract Literal2 is Literal {}',
}


GIVEN: dict[str, Any] = {
    "language": "Solidity",
    "sources": {path: {"content": "pragma solidity 0.8.28; " + code} for path, code in SOURCES.items()},
    "settings": {"remappings": ["@lib/=/home/a/modules/lib/"]},
}


def renamed() -> dict[str, Any]:
    bundle = build_bundle(GIVEN, contract="/home/a/project/Club.sol:Club", compiler=COMPILER, provider="test")
    assert not any(file.path.startswith("/") or ".." in file.path.split("/") for file in bundle.files)
    return standard_json(bundle)


@pytest.mark.compiler
def test_every_kind_of_import_still_resolves() -> None:
    before = compile_standard_json(GIVEN, COMPILER, default_cache_dir(), outputs="analysis")
    assert "Club" in before["contracts"]["/home/a/project/Club.sol"]
    output = compile_standard_json(renamed(), COMPILER, default_cache_dir(), outputs="analysis")
    assert "Club" in output["contracts"]["_root/home/a/project/Club.sol"]
    assert len(output["contracts"]) == len(SOURCES)


@pytest.mark.compiler
def test_the_compiler_would_have_noticed() -> None:
    broken = renamed()
    broken["settings"]["remappings"] = []
    with pytest.raises(CompileFailed, match="not found"):
        compile_standard_json(broken, COMPILER, default_cache_dir(), outputs="analysis")
