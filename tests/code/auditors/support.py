"""A small governor with a treasury, and analyses written as an auditor would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scanner.code.analyse import analyse
from scanner.code.auditors.load import load_analyses
from scanner.code.interface import CodeOptions, CodeResult
from tests.code.support import bundle, job, standard_json

SOLC = "0.8.28"
CONTRACT = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

interface IVotes { function getPastVotes(address account, uint256 at) external view returns (uint256); }
interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

contract Vault {
    address public owner = msg.sender;
    IVotes public votes;
    IToken public token;
    mapping(uint256 => uint256) public forVotes;
    mapping(uint256 => uint256) public snapshots;
    mapping(uint256 => mapping(address => bool)) public voted;
    mapping(uint256 => address) public targets;

    event VoteCast(address voter, uint256 id, uint256 weight);

    function pay(address payable to, uint256 amount) external {
        require(msg.sender == owner, "owner");
        to.transfer(amount);
    }

    function drain() external {
        payable(msg.sender).transfer(address(this).balance);
    }

    function sweep(address to, uint256 amount) external {
        token.transfer(to, amount);
    }

    function pull(uint256 amount) external {
        token.transferFrom(msg.sender, address(this), amount);
    }

    function forward(address target, bytes calldata data) external {
        (bool ok, ) = target.call(data);
        require(ok);
    }

    function managed(address target, bytes calldata data) external {
        require(msg.sender == owner, "owner");
        (bool ok, ) = target.delegatecall(data);
        require(ok);
    }

    function run(uint256 id, bytes calldata data) external {
        (bool ok, ) = targets[id].call(data);
        require(ok);
    }

    function castVote(uint256 id) external {
        require(!voted[id][msg.sender], "voted");
        voted[id][msg.sender] = true;
        uint256 weight = votes.getPastVotes(msg.sender, snapshots[id]);
        forVotes[id] += weight;
        emit VoteCast(msg.sender, id, weight);
    }
}
"""
FILE = "src/Vault.sol"


def write(folder: Path, **files: str) -> Path:
    """Write analyses by name and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def line_of(text: str) -> int:
    """Return the line of the contract on which `text` stands."""
    return CONTRACT[: CONTRACT.index(text)].count("\n") + 1


def audited(cache: Path, folder: Path, *, progress: list[str] | None = None, **options: Any) -> CodeResult:
    """Return what the analyses in `folder` and the built-in ones say about the vault."""
    source = bundle(standard_json({FILE: CONTRACT}), "Vault", solc=SOLC, path=FILE)
    code = CodeOptions(cache_dir=cache, analyses=load_analyses([folder]), **options)
    made = job(1, source)
    return analyse([made], code, (progress if progress is not None else []).append)[made.address]
