"""The field of DAOs that runs over many are measured on: made once for each machine, kept outside the tree.

`<cache>/fields/<digest>/` holds the node's state, the DAOs, what a source server says of their contracts, and what the
node answered. The digest is that of everything it is made from; a field of another digest is never used.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.build import Artifact, Workshop
from fixtures.field import Edition, Field, code_inputs, deploy_field
from fixtures.localchain import ACCOUNTS, GENESIS_TIME, SECONDS_PER_BLOCK, LocalChain, anvil_binary, project_root
from fixtures.mempool import Mempool
from fixtures.sourcify_server import SourcifyServer
from scanner.cli.options import default_cache_dir
from scanner.sources.sourcify import FIELDS

ADDRESS = "0x" + "11" * 20
CODE = "0xc0de"
"""What stands in a kept answer of the source server for an address and its code."""
CHAIN_ID = 31337
_FORMAT = 1  # of the files; a change of what is written below wants another number


@dataclass(frozen=True)
class KeptField:
    """A field on disk."""

    folder: Path
    size: int
    bases: int

    @property
    def state(self) -> Path:
        """What the node begins from."""
        return self.folder / "state.json"

    @property
    def sources(self) -> Path:
        """SQLite: what the source server answers, see `write_sources`."""
        return self.folder / "sources.sqlite"

    def answers(self, block_hash: str) -> Path:
        """Return the file of what the node answered while this block was its head."""
        return self.folder / f"answers-{block_hash[2:18]}.sqlite"

    @property
    def daos(self) -> list[str]:
        """The governors, each code base in turn."""
        found: list[str] = json.loads((self.folder / "daos.json").read_text("utf-8"))
        return found


def kept_field(size: int, bases: int) -> KeptField:
    """Return the field of this size, deployed anew where it is not on disk whole."""
    shop = Workshop()
    folder = default_cache_dir() / "fields" / _digest(size, bases, shop)
    found = KeptField(folder, size, bases)
    if (folder / "whole").is_file():
        return found
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="part-", dir=folder.parent) as name:
        part = KeptField(Path(name), size, bases)
        with LocalChain(keep=part.state) as chain:
            made = deploy_field(chain, shop, size, bases)
            codes = Mempool(chain).codes(list(made.contracts))
        (part.folder / "daos.json").write_text(json.dumps(made.daos), "utf-8")
        write_sources(part.sources, shop, made, codes)
        (part.folder / "whole").touch()
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(part.folder, folder)
        part.folder.mkdir()  # for the one that takes it away
    return found


def _digest(size: int, bases: int, shop: Workshop) -> str:
    root = project_root()
    named = [_FORMAT, size, bases, CHAIN_ID, GENESIS_TIME, SECONDS_PER_BLOCK, ACCOUNTS]
    digest = hashlib.sha256(json.dumps(named).encode())
    for one in code_inputs(bases):
        digest.update(json.dumps([one.solc, one.standard_json(root)], sort_keys=True).encode())
    for name in ("field", "mempool"):
        digest.update((root / "fixtures" / f"{name}.py").read_bytes())
    digest.update((anvil_binary().parent.parent / "package.json").read_bytes())
    return digest.hexdigest()[:24]


def write_sources(path: Path, shop: Workshop, made: Field, codes: list[str]) -> None:
    """Write what a source server says of each contract: one answer for each code input, and code by address."""
    numbers: dict[Edition, int] = {}
    database = sqlite3.connect(path)
    try:
        with database:
            database.execute("create table answers (id integer primary key, body blob not null)")
            database.execute(
                "create table contracts (address text primary key, answer integer not null, code blob not null)"
            )
            for (address, one), code in zip(made.contracts.items(), codes, strict=True):
                if one not in numbers:
                    numbers[one] = len(numbers)
                    body = zlib.compress(_answer(shop.contract(one, one.contract)))
                    database.execute("insert into answers values (?, ?)", (numbers[one], body))
                row = (address, numbers[one], zlib.compress(code.encode(), 1))
                database.execute("insert into contracts values (?, ?, ?)", row)
    finally:
        database.close()


def _answer(artifact: Artifact) -> bytes:
    verified: Any = artifact.verified
    server = SourcifyServer()
    server.add(
        CHAIN_ID,
        ADDRESS,
        standard_json=verified.standard_json,
        contract=verified.contract,
        compiler=verified.compiler,
        abi=artifact.abi,
        runtime_code=CODE,
    )
    reply: Any = server.answer(f"/v2/contract/{CHAIN_ID}/{ADDRESS}?fields={FIELDS}")
    body: bytes = reply.body
    if body.count(f'"{ADDRESS}"'.encode()) != 1 or body.count(f'"{CODE}"'.encode()) != 1:
        raise ValueError("an answer of the source server does not hold its address and its code once")
    return body
