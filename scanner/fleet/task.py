"""One DAO as it travels to a worker, and how it ended."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

import scanner
from scanner.fleet.targets import Wanted
from scanner.model.snapshot import PinnedBlock
from scanner.model.values import Address, HexBytes, Int, Model
from scanner.store.records import ScanKey

Kind = Literal["", "target", "node", "limit", "killed", "rules", "store", "internal"]
"""Why a scan failed. `rules` and `store` end the whole run: every other scan would fail for it too."""
FATAL: tuple[Kind, ...] = ("rules", "store")
AGAIN: tuple[Kind, ...] = ("node",)
"""Not the DAO's own fault: tried again by the next run."""


class Task(Model):
    """What a worker is asked to do."""

    chain_id: Int
    address: Address
    name: str
    manifest: str
    block: PinnedBlock
    inputs: str = Field(description="digest of what goes into the snapshot beside chain and target")
    rules: str = Field(description="digest of the rules; a worker that has others refuses")

    @property
    def key(self) -> ScanKey:
        """What makes this scan one."""
        return ScanKey(self.chain_id, self.address, self.block.hash, self.inputs, scanner.__version__)


class Result(Model):
    """How a task ended."""

    key: HexBytes | str = Field(description="digest of the scan's key")
    kind: Kind = ""
    reason: str = ""
    saved: bool = False
    sources_missing: bool = Field(default=False, description="kept, but an explorer did not answer")
    exit_code: Int = 0
    worst: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def task_of(wanted: Wanted, block: PinnedBlock, inputs: str, rules: str) -> Task:
    """Return the task of a target at a block."""
    return Task(
        chain_id=wanted.chain_id,
        address=wanted.address,
        name=wanted.name,
        manifest=wanted.manifest,
        block=block,
        inputs=inputs,
        rules=rules,
    )
