"""Real compilers, from npm."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.options import default_cache_dir
from scanner.code.compilers import CompileFailed, CompilerUnavailable, compile_standard_json
from scanner.code.compilers.interface import Limits
from scanner.code.compilers.native import NativeSolc
from scanner.code.compilers.node import node_binary
from scanner.code.compilers.resolve import CompilerPlaces, resolve_compiler
from scanner.code.compilers.solcjs import SolcJs, install_solcjs
from scanner.code.compilers.versions import parse_version
from tests.code.support import standard_json

pytestmark = pytest.mark.compiler

_SOURCE = "pragma solidity >=0.4.0; contract A { uint256 public x; function f(uint256 y) public { x = y; } }"


def _compiled(version: str, outputs: Any = "analysis") -> dict[str, Any]:
    output = compile_standard_json(standard_json({"A.sol": _SOURCE}), version, default_cache_dir(), outputs=outputs)
    assert output["sources"]["A.sol"]["ast"]["nodeType"] == "SourceUnit"
    contract: dict[str, Any] = output["contracts"]["A.sol"]["A"]
    return contract


@pytest.mark.parametrize("version", ["0.4.24", "0.5.17", "0.7.6", "0.8.7", "0.8.28"])
def test_each_version_compiles_without_generating_code(version: str) -> None:
    contract = _compiled(version)
    assert contract["evm"] == {"methodIdentifiers": {"f(uint256)": "b3de648b", "x()": "0c55699c"}}
    assert ("storageLayout" in contract) == (version != "0.4.24")


def test_full_outputs_have_bytecode() -> None:
    contract = _compiled("0.8.28", "full")
    assert contract["evm"]["deployedBytecode"]["object"].startswith("6080")
    assert json.loads(contract["metadata"])["compiler"]["version"] == "0.8.28+commit.7893614a"


def test_a_model_checker_in_the_input_is_not_run() -> None:
    request = standard_json({"A.sol": _SOURCE}, modelChecker={"engine": "all"}, stopAfter="parsing")
    output = compile_standard_json(request, "0.8.28", default_cache_dir(), outputs="analysis")
    assert "errors" not in output or all(entry["severity"] != "error" for entry in output["errors"])
    assert output["contracts"]["A.sol"]["A"]["abi"]


def test_the_first_errors_are_told() -> None:
    request = standard_json({"A.sol": "contract A { function f() public { x = 1; y = 2; z = 3; v = 4; } }"})
    with pytest.raises(CompileFailed) as caught:
        compile_standard_json(request, "0.8.28", default_cache_dir(), outputs="analysis")
    assert caught.value.what.startswith("solc 0.8.28: A.sol:1:36: Undeclared identifier.")
    assert caught.value.what.endswith("(and 1 more)")
    assert caught.value.where == "A.sol:1:36"


def test_an_import_of_a_file_of_this_machine_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "secret.sol").write_text("contract Secret {}")
    request = standard_json({"A.sol": f'import "{tmp_path}/secret.sol"; contract A {{}}'})
    with pytest.raises(CompileFailed, match=r"secret\.sol"):
        compile_standard_json(request, "0.8.28", default_cache_dir(), outputs="analysis")


def test_another_commit_of_a_release_is_unavailable() -> None:
    with pytest.raises(CompilerUnavailable, match="the binary says it is"):
        _compiled("0.8.28+commit.deadbeef")


def test_a_wrong_binary_under_a_right_name_is_found_out(tmp_path: Path) -> None:
    place = tmp_path / "solc-js" / "0.8.28"
    place.mkdir(parents=True)
    right = install_solcjs(parse_version("0.7.6"), default_cache_dir(), offline=False)
    (place / "soljson.js").symlink_to(right.soljson)
    with pytest.raises(CompilerUnavailable, match=r"the binary says it is 0\.7\.6"):
        compile_standard_json(standard_json({"A.sol": _SOURCE}), "0.8.28", tmp_path, outputs="analysis")


def test_a_broken_binary_is_a_failed_compile(tmp_path: Path) -> None:
    (tmp_path / "soljson.js").write_text("throw new Error('not a compiler');")
    with pytest.raises(CompileFailed, match="ended without an answer"):
        SolcJs(parse_version("0.8.28"), tmp_path / "soljson.js").run("{}", Limits())


@pytest.mark.parametrize(
    "deed", ["require('child_process').execSync('id')", "require('fs').readFileSync('/etc/hosts')"]
)
def test_a_compiler_reads_no_other_files_and_starts_no_programs(tmp_path: Path, deed: str) -> None:
    (tmp_path / "soljson.js").write_text(f"{deed};")
    with pytest.raises(CompileFailed) as caught:
        SolcJs(parse_version("0.8.28"), tmp_path / "soljson.js").run("{}", Limits())
    assert "Access to this API has been restricted" in caught.value.hint


def test_several_at_once_install_one_compiler(tmp_path: Path) -> None:
    version = parse_version("0.8.28")
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: install_solcjs(version, tmp_path, offline=False), range(3)))
    assert {compiler.soljson for compiler in found} == {tmp_path / "solc-js" / "0.8.28" / "soljson.js"}
    assert [path.name for path in (tmp_path / "solc-js").iterdir()] == ["0.8.28"]


def test_offline_and_unknown_is_unavailable_with_a_hint(tmp_path: Path) -> None:
    places = CompilerPlaces(tmp_path, offline=True)
    with pytest.raises(CompilerUnavailable) as caught:
        resolve_compiler("0.8.999", places)
    assert caught.value.what.startswith("npm cannot bring solc 0.8.999")
    assert "--solc" in caught.value.hint


def _native(folder: Path, version: str) -> Path:
    """Return a program that behaves like a native solc: solc-js behind the command line of solc."""
    soljson = install_solcjs(parse_version("0.8.28"), default_cache_dir(), offline=False).soljson
    script = folder / "solc.js"
    script.write_text(
        f"""const soljson = require({json.dumps(str(soljson))});
if (process.argv[2] === "--version") {{ console.log("solc\\nVersion: {version}"); process.exit(0); }}
const compile = soljson.cwrap("solidity_compile", "string", ["string", "number", "number"]);
process.stdout.write(compile(require("fs").readFileSync(0, "utf8"), 0, 0), () => process.exit(0));
"""
    )
    program = folder / "solc"
    program.write_text(f"#!/bin/sh\nexec '{node_binary()}' '{script}' \"$@\"\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_a_compiler_of_the_user_comes_first_where_it_fits(tmp_path: Path) -> None:
    program = _native(tmp_path, "0.8.28+commit.7893614a.Linux.g++")
    places = CompilerPlaces(default_cache_dir(), solc=program, offline=True)
    chosen = resolve_compiler("0.8.28", places)
    assert isinstance(chosen, NativeSolc)
    answer = json.loads(chosen.run(json.dumps(standard_json({"A.sol": _SOURCE})), Limits()))
    assert answer["sources"]["A.sol"]["id"] == 0
    assert isinstance(resolve_compiler("0.7.6", places), SolcJs)


def test_what_solc_select_has_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / ".solc-select" / "artifacts" / "solc-0.8.28"
    place.mkdir(parents=True)
    _native(place, "0.8.28+commit.7893614a.Linux.g++").rename(place / "solc-0.8.28")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    chosen = resolve_compiler("0.8.28", CompilerPlaces(default_cache_dir(), offline=True))
    assert isinstance(chosen, NativeSolc)
    assert chosen.binary == place / "solc-0.8.28"
