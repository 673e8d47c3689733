"""Facts of runtime code that the real compiler made, as if its source were not known."""

from __future__ import annotations

import functools
import json
from typing import Any

from fixtures.build import Recipe
from fixtures.localchain import project_root
from scanner.cli.options import default_cache_dir
from scanner.code.bytecode.run import analyse_bytecode
from scanner.code.compilers import compile_standard_json
from scanner.model.code import CodeFacts
from tests.code.support import AT

ADDRESS = "0x" + "22" * 20


@functools.cache
def compiled(file: str, *, own: bool = True) -> dict[str, str]:
    """Return the runtime code of every contract of a file, in 0x-hex with immutables and library addresses at zero."""
    name = f"analyses/{file}" if own else file
    recipe = Recipe((name,), "0.8.28", (("analyses/", "tests/code/analyses/contracts/"),))
    request = recipe.standard_json(project_root())
    output = compile_standard_json(request, recipe.solc, default_cache_dir(), outputs="full")
    contracts: dict[str, Any] = output["contracts"][name]
    codes = {key: contract["evm"]["deployedBytecode"]["object"] for key, contract in contracts.items()}
    return {key: "0x" + code for key, code in codes.items() if code}


def packaged(name: str) -> str:
    """Return the runtime code of a contract of @uniswap/governance, which comes without source."""
    path = project_root() / "node_modules/@uniswap/governance/build" / f"{name}.json"
    return "0x" + str(json.loads(path.read_text(encoding="utf-8"))["evm"]["deployedBytecode"]["object"])


@functools.cache
def facts_of(code: str) -> CodeFacts:
    return analyse_bytecode(code, AT, ADDRESS)
