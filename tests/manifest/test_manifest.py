"""Manifests and accountability files: what they say, and errors with file, line and column."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from scanner.brought import Brought, away_in, declared_in, entry_of
from scanner.manifest.manifest import is_manifest, read_manifest
from scanner.manifest.statement import read_statement
from scanner.model.errors import RuleError, UsageError

GOVERNOR, SAFE, OTHER = ("0x" + digit * 40 for digit in "123")

MANIFEST = f"""\
schema: 1
name: River DAO
targets:
  - {{id: "eip155:1:{SAFE}", role: treasury, note: grants}}
  - {{id: "eip155:1:{GOVERNOR}", role: governor}}
  - {{id: "eip155:10:{OTHER}", role: safe}}
snapshot_space: river.eth
"""

STATEMENT = """\
schema: 1
wrapper:
  type: wyoming-dao-llc
  name: River LLC
  jurisdiction: Wyoming, USA
  registry: Secretary of State
  number: 2021-001234567
  formed_on: "2021-07-04"
  public_identifiers: ["eip155:1:0x1111111111111111111111111111111111111111", "https://river.example"]
contact: legal@river.example
incident_contact: security@river.example
documents:
  - {what: operating agreement, title: Agreement, file: docs/agreement.txt}
  - {uri: "https://river.example/terms"}
audits:
  - {by: Careful Readers, date: "2026-01-31", commit: 0a1b2c3, report: "https://river.example/audit.pdf"}
response:
  - {text: We have read this report.}
  - {about: RSP-001, text: Two days are what members voted for., by: River council, on: "2026-07-01"}
asserted_by: River LLC
asserted_on: "2026-07-01"
"""


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_manifest_names_targets_on_several_chains(tmp_path: Path) -> None:
    found = read_manifest(put(tmp_path, "daos/river.yaml", MANIFEST))
    assert (found.name, found.file, found.snapshot_space, found.chains) == (
        "River DAO",
        "river.yaml",
        "river.eth",
        (1, 10),
    )
    assert [one.role for one in found.on_chain(1)] == ["governor", "treasury"]
    assert [one.caip10 for one in found.elsewhere(1)] == [f"eip155:10:{OTHER}"]
    assert found.statement is None
    with pytest.raises(UsageError, match="names no address on chain 137") as caught:
        found.on_chain(137)
    assert "chain 1, 10" in caught.value.hint


def test_a_scan_begins_with_the_governor_of_its_chain_and_is_told_of_the_others(tmp_path: Path) -> None:
    brought = Brought(manifest=read_manifest(put(tmp_path, "river.yaml", MANIFEST)))
    assert (entry_of(brought, "", 1), entry_of(brought, "", 10)) == (GOVERNOR, OTHER)
    assert {link.address: link.why for link in declared_in(brought, 1)} == {
        GOVERNOR: "named by the manifest",
        SAFE: "treasury() of the manifest",
    }
    assert (entry_of(Brought(), SAFE, 1), declared_in(Brought(), 1)) == (SAFE, ())
    assert [(one.chain_id, one.what) for one in away_in(brought, 1)] == [(10, "safe")]
    assert away_in(Brought(), 1) == ()


def test_an_accountability_file_says_who_answers(tmp_path: Path) -> None:
    put(tmp_path, "docs/agreement.txt", "agreed")
    found = read_statement(put(tmp_path, "accountability.yaml", STATEMENT))
    assert (found.wrapper, found.jurisdiction, found.registration_number) == (
        "wyoming-dao-llc",
        "Wyoming, USA",
        "2021-001234567",
    )
    assert found.identifiers == ("eip155:1:" + GOVERNOR, "https://river.example")
    agreement, terms = found.documents
    assert (agreement.file, agreement.read) == ("agreement.txt", True)
    assert agreement.sha256 == "0x" + hashlib.sha256(b"agreed").hexdigest()
    assert (terms.what, terms.uri, terms.sha256, terms.read) == (
        "legal document",
        "https://river.example/terms",
        "",
        False,
    )
    assert [(one.auditor, one.date, one.commit) for one in found.audits] == [
        ("Careful Readers", "2026-01-31", "0a1b2c3")
    ]
    assert [(one.about, one.author) for one in found.responses] == [("", ""), ("RSP-001", "River council")]


def test_a_manifest_holds_the_block_or_names_the_file(tmp_path: Path) -> None:
    block = "accountability:\n" + "".join(f"  {line}\n" for line in ("contact: a@b.example", "response: All fine."))
    inside = read_manifest(put(tmp_path, "a.yaml", MANIFEST + block))
    assert inside.statement is not None
    assert (inside.statement.contact, inside.statement.file) == ("a@b.example", "a.yaml")
    put(tmp_path, "accountability.yaml", "schema: 1\ncontact: c@d.example\n")
    named = read_manifest(put(tmp_path, "b.yaml", MANIFEST + "accountability_file: accountability.yaml\n"))
    assert named.statement is not None
    assert (named.statement.contact, named.statement.file) == ("c@d.example", "accountability.yaml")


def test_a_file_is_told_from_an_address() -> None:
    assert is_manifest("daos/river.yaml")
    assert is_manifest("x.yml")
    assert not is_manifest(GOVERNOR)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("name: x\n", "m.yaml:1:1", "schema is 1"),
        (MANIFEST.replace("schema: 1", "schema: 2"), "m.yaml:1:9", "schema is 1"),
        (MANIFEST.replace("snapshot_space", "snapshot_spce"), "m.yaml:7:1", "unknown key 'snapshot_spce'"),
        (MANIFEST.replace("role: governor", "role: goveror"), "m.yaml:5:71", "role is never 'goveror'"),
        (MANIFEST.replace(f"eip155:10:{OTHER}", "solana:x"), "m.yaml:6:10", "not a CAIP-10 account"),
        (MANIFEST.replace(f"eip155:10:{OTHER}", f"eip155:1:{SAFE}"), "m.yaml:6:5", "there twice"),
        (MANIFEST.replace(OTHER, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe0"), "m.yaml:6:10", "checksum"),
        (MANIFEST.replace("name: River DAO\n", ""), "m.yaml:1:1", "name is missing"),
        ("schema: 1\nname: x\ntargets: []\n", "m.yaml:3:10", "targets is missing or empty"),
        ("schema: 1\nname: x\ntargets: {}\n", "m.yaml:3:10", "targets is a list"),
        ("schema: 1\nname: x\nname: y\n", "m.yaml:3:1", "there twice"),
        ("schema: 1\nname: &a x\n", "m.yaml:2:7", "anchors"),
        ("schema: 1\nname: [\n", "m.yaml:3:1", "not valid YAML"),
        (MANIFEST + "accountability: {wraper: {}}\n", "m.yaml:8:18", "unknown key 'wraper'"),
        (MANIFEST + "accountability: {contact: x}\naccountability_file: a.yaml\n", "m.yaml:9:22", "there twice"),
        (MANIFEST + "accountability_file: ../../secret.yaml\n", "m.yaml:8:22", "outside the folder"),
        (MANIFEST + "accountability_file: /etc/passwd\n", "m.yaml:8:22", "outside the folder"),
    ],
)
def test_errors_of_a_manifest_name_line_and_column(tmp_path: Path, text: str, where: str, what: str) -> None:
    with pytest.raises(RuleError, match=what) as caught:
        read_manifest(put(tmp_path, "m.yaml", text))
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("type: wyoming-dao-llc", "type: wyoming-dao", "did you mean|type is never"),
        ('formed_on: "2021-07-04"', 'formed_on: "2021-02-30"', "not a day"),
        ("file: docs/agreement.txt", "file: ../agreement.txt", "outside the folder"),
        ("file: docs/agreement.txt", "file: /etc/hostname", "outside the folder"),
        ("file: docs/agreement.txt", "file: link.txt", "outside the folder"),
        ("file: docs/agreement.txt", "file: docs", "there is no file"),
        ("file: docs/agreement.txt", "file: docs/missing.txt", "there is no file"),
        ("file: docs/agreement.txt", f'file: docs/agreement.txt, sha256: "{"ab" * 32}"', "another SHA-256"),
        ("file: docs/agreement.txt", "title: nowhere", "there twice|uri or file"),
        ('uri: "https://river.example/terms"', 'uri: "terms of use"', "not a URI"),
        ('uri: "https://river.example/terms"', 'uri: "https://river.example/terms", sha256: "12"', "not a SHA-256"),
        ("commit: 0a1b2c3", "commit: main", "not a commit"),
        ('date: "2026-01-31", ', "", "date is missing"),
        ("by: Careful Readers, ", "", "by is missing"),
        ("about: RSP-001", "about: everything", "a response is about no"),
        ("text: We have read this report.", "by: somebody", "text is missing"),
        ("contact: legal@river.example", "contact: [a]", "contact is text"),
        ("contact: legal@river.example", f"contact: {'x' * 600}", "longer than 500"),
        ('"https://river.example"]', "true]", "is text"),
    ],
)
def test_errors_of_an_accountability_file_name_their_place(tmp_path: Path, old: str, new: str, what: str) -> None:
    put(tmp_path, "docs/agreement.txt", "agreed")
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    assert old in STATEMENT
    with pytest.raises(RuleError, match=what) as caught:
        read_statement(put(tmp_path, "a.yaml", STATEMENT.replace(old, new, 1)))
    assert caught.value.where.startswith("a.yaml:")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the manifest cannot be read"):
        read_manifest(tmp_path / "m.yaml")
    (tmp_path / "m.yaml").write_bytes(b"\xff")
    with pytest.raises(RuleError, match="not UTF-8"):
        read_manifest(tmp_path / "m.yaml")
