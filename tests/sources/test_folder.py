from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.model.errors import UsageError
from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.sources.folder import Folder
from scanner.sources.interface import NoSource, SourceAnswer, VerifiedSource
from tests.sources.support import ABI, ADDRESS, CHAIN, COMPILER, DEPLOYED, RUNTIME, STANDARD

ABOUT = {"contract": "contracts/Club.sol:Club", "compiler": COMPILER}


def fetch(folder: Path, document: Any, name: str = f"{CHAIN}/{ADDRESS}.json") -> SourceAnswer:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return Folder(folder).fetch(DEPLOYED)


@pytest.mark.parametrize(
    "name", [f"{CHAIN}/{ADDRESS}.json", f"{ADDRESS}.json", f"{CHAIN}/{ADDRESS.upper().replace('X', 'x')}.json"]
)
def test_standard_json_that_names_its_contract(tmp_path: Path, name: str) -> None:
    answer = fetch(tmp_path, {**STANDARD, "daoscan": ABOUT}, name)
    assert isinstance(answer, VerifiedSource)
    assert answer.verification is Verification.ASSERTED
    assert answer.detail == "folder: not compared with the deployed code"
    assert (answer.bundle.contract_name, answer.bundle.compiler, answer.bundle.provider) == ("Club", COMPILER, "folder")


def test_the_chain_comes_before_any_chain(tmp_path: Path) -> None:
    fetch(tmp_path, {**STANDARD, "daoscan": {**ABOUT, "contract": "Base"}}, f"{ADDRESS}.json")
    answer = fetch(tmp_path, {**STANDARD, "daoscan": ABOUT})
    assert isinstance(answer, VerifiedSource)
    assert answer.bundle.contract_name == "Club"


def test_a_file_beside_it_names_the_contract(tmp_path: Path) -> None:
    (tmp_path / f"{ADDRESS}.daoscan.json").write_text(json.dumps({**ABOUT, "abi": ABI}))
    answer = fetch(tmp_path, STANDARD, f"{ADDRESS}.json")
    assert isinstance(answer, VerifiedSource)
    assert answer.abi == tuple(ABI)


def test_carried_runtime_code_is_compared(tmp_path: Path) -> None:
    same = fetch(tmp_path, {**STANDARD, "daoscan": {**ABOUT, "runtimeBytecode": RUNTIME.upper().replace("X", "x")}})
    assert isinstance(same, VerifiedSource)
    assert same.verification is Verification.MATCH
    other = fetch(tmp_path, {**STANDARD, "daoscan": {**ABOUT, "runtimeBytecode": RUNTIME + "00"}})
    assert isinstance(other, NoSource)
    assert other.reason is Reason.OTHER_BYTECODE


@pytest.mark.parametrize(
    ("runtime", "level"), [({"onchainBytecode": RUNTIME}, Verification.MATCH), (None, Verification.ASSERTED)]
)
def test_a_saved_contract_document(tmp_path: Path, runtime: Any, level: Verification) -> None:
    document = {
        "match": "exact_match",
        "compilation": {"compilerVersion": COMPILER, "fullyQualifiedName": "contracts/Club.sol:Club"},
        "stdJsonInput": STANDARD,
        "runtimeBytecode": runtime,
        "abi": ABI,
    }
    answer = fetch(tmp_path, document)
    assert isinstance(answer, VerifiedSource)
    assert answer.verification is level


def test_a_saved_document_without_standard_json(tmp_path: Path) -> None:
    compilation = {
        "language": "Solidity",
        "compilerVersion": COMPILER,
        "name": "Club",
        "compilerSettings": STANDARD["settings"],
    }
    answer = fetch(tmp_path, {"compilation": compilation, "sources": STANDARD["sources"]})
    assert isinstance(answer, VerifiedSource)
    assert len(answer.bundle.files) == 2


def test_a_document_for_another_contract(tmp_path: Path) -> None:
    answer = fetch(tmp_path, {"compilation": {}, "address": "0x" + "11" * 20, "stdJsonInput": STANDARD})
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.EXPLORER_DOWN


@pytest.mark.parametrize("document", ["{", "[]", {**STANDARD}, {**STANDARD, "daoscan": {"contract": "Club"}}])
def test_malformed_files_are_named_without_their_folder(tmp_path: Path, document: Any) -> None:
    answer = fetch(tmp_path, document)
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.UNDECODABLE
    assert f"{CHAIN}/{ADDRESS}.json" in answer.detail
    assert str(tmp_path) not in answer.detail


def test_no_file_is_not_verified(tmp_path: Path) -> None:
    assert Folder(tmp_path).fetch(DEPLOYED) == NoSource(Reason.NOT_VERIFIED, "folder: no file for this address")


def test_no_folder_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Folder(tmp_path / "absent")
