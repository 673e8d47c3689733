"""The manifest of a DAO, `daos/<name>.yaml`: which addresses belong together, and what the operator states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scanner.checksum import wrong_checksum
from scanner.judge.yaml_strict import Mark, Node
from scanner.manifest.fields import Fields, Loaded, load_fields
from scanner.manifest.statement import KEYS as STATEMENT_KEYS
from scanner.manifest.statement import Statement, read_statement, statement
from scanner.model.errors import UsageError

ROLES = ("governor", "token", "timelock", "treasury", "safe", "other")
_KEYS = ("schema", "name", "targets", "snapshot_space", "accountability", "accountability_file")
_TARGET = ("id", "role", "note")
_CAIP10 = re.compile(r"eip155:([0-9]{1,20}):(0x[0-9a-fA-F]{40})\Z")


@dataclass(frozen=True)
class ManifestTarget:
    """An address of the DAO, in lower case."""

    chain_id: int
    address: str
    role: str
    note: str

    @property
    def caip10(self) -> str:
        return f"eip155:{self.chain_id}:{self.address}"


@dataclass(frozen=True)
class Manifest:
    """A DAO as somebody wrote it down."""

    file: str
    sha256: str
    name: str
    targets: tuple[ManifestTarget, ...]
    snapshot_space: str = ""
    statement: Statement | None = None

    @property
    def chains(self) -> tuple[int, ...]:
        return tuple(sorted({one.chain_id for one in self.targets}))

    def on_chain(self, chain_id: int) -> tuple[ManifestTarget, ...]:
        """Return the targets on one chain, governors first, else in the order of the file. Raises UsageError."""
        here = [one for one in self.targets if one.chain_id == chain_id]
        if not here:
            named = ", ".join(str(one) for one in self.chains)
            raise UsageError(
                f"the manifest names no address on chain {chain_id}",
                where=self.file,
                hint=f"it names chain {named}: give --rpc-url of a node of that chain",
            )
        return tuple(sorted(here, key=lambda one: one.role != "governor"))

    def elsewhere(self, chain_id: int) -> tuple[ManifestTarget, ...]:
        """Return the targets on every other chain."""
        return tuple(one for one in self.targets if one.chain_id != chain_id)


def is_manifest(text: str) -> bool:
    """Whether what the user typed names a manifest file and not an address."""
    return text.endswith((".yaml", ".yml"))


def read_manifest(path: Path) -> Manifest:
    """Read a manifest and the accountability file it names. Raises UsageError or RuleError, with file:line:column."""
    loaded = load_fields(path, _KEYS, "manifest")
    root = loaded.root
    return Manifest(
        file=loaded.file,
        sha256=loaded.sha256,
        name=root.needed("name", most=120),
        targets=_targets(root),
        snapshot_space=root.text("snapshot_space", most=200),
        statement=_statement(loaded),
    )


def _targets(root: Fields) -> tuple[ManifestTarget, ...]:
    found: dict[tuple[int, str], ManifestTarget] = {}
    for node in root.items("targets"):
        target = _target(node)
        key = (target.chain_id, target.address)
        if key in found:
            raise node.mark.error(f"{target.caip10} is there twice")
        found[key] = target
    if not found:
        raise root.at("targets").error("targets is missing or empty", "name at least the governor: {id: eip155:1:0x…}")
    return tuple(found.values())


def _target(node: Node) -> ManifestTarget:
    fields = Fields(node, _TARGET)
    text = fields.needed("id")
    chain_id, address = parse_caip10(text, fields.at("id"))
    return ManifestTarget(chain_id, address, fields.one_of("role", ROLES) or "other", fields.text("note"))


def parse_caip10(text: str, mark: Mark) -> tuple[int, str]:
    """Return chain id and lower-case address of a CAIP-10 account. Raises RuleError at `mark`."""
    found = _CAIP10.match(text)
    if not found:
        raise mark.error(f"not a CAIP-10 account: {text[:80]!r}", "eip155:CHAIN:0x…, for instance eip155:1:0x…")
    address = found.group(2)
    if wrong_checksum(address):
        raise mark.error(f"the checksum of {address} is wrong (EIP-55)", "write it all in lower case to leave it out")
    return int(found.group(1)), address.lower()


def _statement(loaded: Loaded) -> Statement | None:
    root = loaded.root
    block = root.map("accountability", tuple(key for key in STATEMENT_KEYS if key != "schema"))
    file = root.text("accountability_file")
    if block is not None and file:
        raise root.at("accountability_file").error("accountability is there twice", "keep the block or the file")
    if block is not None:
        return statement(Loaded(block, loaded.file, loaded.folder, loaded.sha256))
    if not file:
        return None
    path = (loaded.folder / file).resolve()
    if Path(file).is_absolute() or not path.is_relative_to(loaded.folder.resolve()):
        raise root.at("accountability_file").error(f"{file[:80]!r} is outside the folder of the manifest")
    return read_statement(path)
