"""A reader's own watch list: exact identifiers, and nothing like a search for words."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.lists.watch import read_watch, with_watch
from scanner.manifest.apply import with_statement
from scanner.manifest.statement import StatedDocument, Statement
from scanner.model.errors import UsageError
from scanner.model.observation import Known
from tests.lists.support import address, with_parties, write

DIGEST = "ab" * 32


def test_every_kind_of_identifier_is_read(tmp_path: Path) -> None:
    lines = (
        "# mine",
        "",
        address(1).upper().replace("X", "x"),
        f"eip155:10:{address(2)}",
        "0x" + DIGEST.upper(),
        "https://dao.example/legal",
        "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        "  2021-001234567  ",
        address(1),
    )
    found = read_watch(write(tmp_path, "w.txt", "\r\n".join(lines)))
    assert [(one.kind, one.value, one.chain_id) for one in found.identifiers[:4]] == [
        ("address", address(1), 0),
        ("address", address(2), 10),
        ("hash", DIGEST, 0),
        ("uri", "https://dao.example/legal", 0),
    ]
    assert [one.kind for one in found.identifiers[4:]] == ["uri", "registry-number"]


WORDS = (
    "Tornado Cash",
    "freedom",
    "vitalik.eth",
    "0x12",
    "DAO2021",
    "che123",
    "note: something",
    "two words 12345",
    "*",
)
ODD = (
    "x" * 3_000,
    "https:",
    "word:another",
    "javascript:alert(1)",
    f"{address(1)} # remark",
    "EXTREMELY-LONG-WORDS-20211",
)


@pytest.mark.parametrize("line", WORDS + ODD)
def test_a_line_that_is_no_exact_identifier_is_an_error_with_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(UsageError, match=r"not an exact identifier|too long") as caught:
        read_watch(write(tmp_path, "w.txt", f"{address(1)}\n{line}\n"))
    assert caught.value.where == "w.txt:2"


def test_an_empty_or_unreadable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no identifier"):
        read_watch(write(tmp_path, "w.txt", "# nothing\n"))
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_watch(tmp_path / "b.txt")
    with pytest.raises(UsageError, match="cannot be read"):
        read_watch(tmp_path / "missing.txt")


def test_addresses_hashes_uris_and_registry_numbers_are_met_exactly(tmp_path: Path) -> None:
    snapshot = with_parties(address(1))
    contract = next(one for one in snapshot.contracts.items if isinstance(one.codehash, Known))
    assert isinstance(contract.codehash, Known)
    stated = Statement(
        file="a.yaml",
        sha256="0x" + "00" * 32,
        registration_number="AB-1234567",
        documents=(StatedDocument("legal document", "", "https://dao.example/legal", "", "0x" + DIGEST, False),),
    )
    snapshot = with_statement(snapshot, stated)
    lines = [
        address(1),
        address(2),
        contract.codehash.value,
        DIGEST,
        "https://dao.example/legal",
        "ab-1234567",
        "9-9999999",
    ]
    lines += [f"eip155:424242:{address(1)}", "https://dao.example/legal/"]
    found = with_watch(snapshot, (read_watch(write(tmp_path, "w.txt", "\n".join(lines))),))
    assert {(hit.identifier, hit.kind) for hit in found.dao.watched.items} == {
        (address(1), "address"),
        (contract.codehash.value, "hash"),
        (DIGEST, "hash"),
        ("https://dao.example/legal", "uri"),
        ("ab-1234567", "registry-number"),
    }
    assert found.dao.watch_count == 9
    assert found.dao.watched.complete
    assert "watch list w.txt" in [one.name for one in found.inputs]
    assert f"{address(1)} (proposal beneficiary)" in found.dao.watched_texts


def test_without_a_watch_list_nothing_is_said(tmp_path: Path) -> None:
    found = with_watch(with_parties(address(1)), ()).dao
    assert (found.watch_count, found.watched.items, found.watched.complete) == (0, (), False)
    open_ = with_watch(with_parties(complete=False), (read_watch(write(tmp_path, "w.txt", address(1))),)).dao
    assert not open_.watched.complete
