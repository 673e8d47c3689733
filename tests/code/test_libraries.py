"""Which source paths are library code."""

from __future__ import annotations

import pytest

from scanner.code.libraries import is_library_path


@pytest.mark.parametrize(
    "path",
    [
        "@openzeppelin/contracts/governance/Governor.sol",
        "node_modules/anything/A.sol",
        "lib/forge-std/src/Test.sol",
        "project/lib/solmate/src/tokens/ERC20.sol",
        "openzeppelin-contracts/contracts/access/Ownable.sol",
        "npm/@safe-global/safe-contracts/contracts/Safe.sol",
        "safe-contracts-1.3.0/contracts/GnosisSafe.sol",
    ],
)
def test_library_code(path: str) -> None:
    assert is_library_path(path)


@pytest.mark.parametrize(
    "path",
    ["contracts/Governor.sol", "src/library/Own.sol", "lib.sol", "@.sol", "contracts/openzeppelin.sol", "", "@/A.sol"],
)
def test_own_code(path: str) -> None:
    assert not is_library_path(path)
