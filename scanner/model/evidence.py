"""Evidence: what a stranger needs to check a claim again. Each piece is tied to a block number and hash."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scanner.model.values import Address, HexBytes, Int, Model


class AtBlock(Model):
    """The chain and the block at which something was read."""

    chain_id: Int
    block_number: Int
    block_hash: HexBytes


class CallEvidence(AtBlock):
    """`eth_call` to `address` with `data` returned `result` (the revert data when it reverted)."""

    kind: Literal["call"] = "call"
    address: Address
    data: HexBytes
    result: HexBytes
    reverted: bool = False
    signature: str = ""
    sender: Address | Literal[""] = Field(
        default="", description="who calls; left out for nobody in particular", exclude_if=lambda value: not value
    )


class StorageEvidence(AtBlock):
    """Storage `slot` of `address` held `value` (32 bytes), with its `eth_getProof` where the node gave one."""

    kind: Literal["storage"] = "storage"
    address: Address
    slot: HexBytes
    value: HexBytes
    account_proof: tuple[HexBytes, ...] = ()
    storage_proof: tuple[HexBytes, ...] = ()


class LogEvidence(AtBlock):
    """One log; the block is the one that holds it."""

    kind: Literal["log"] = "log"
    address: Address
    transaction_hash: HexBytes
    log_index: Int
    topics: tuple[HexBytes, ...]
    data: HexBytes


class LogSetEvidence(AtBlock):
    """All logs of a filter up to the pinned block: their number and a digest, so that a count can be checked.

    An empty `address` is any address. `digest` is the SHA-256 over
    `transaction_hash || log_index(32 bytes)` of each log in chain order.
    """

    kind: Literal["logs"] = "logs"
    address: Address | Literal[""]
    topics: tuple[tuple[HexBytes, ...], ...]
    from_block: Int
    to_block: Int
    count: Int
    digest: HexBytes


class CodeEvidence(AtBlock):
    """The runtime code at `address` has Keccak-256 `codehash`; `offset` points into it (-1: the whole code)."""

    kind: Literal["code"] = "code"
    address: Address
    codehash: HexBytes
    offset: Int = -1


class AccountEvidence(AtBlock):
    """Native balance and nonce of `address` (`eth_getBalance`, `eth_getTransactionCount`)."""

    kind: Literal["account"] = "account"
    address: Address
    balance_wei: Int
    nonce: Int | None = None


class BlockEvidence(AtBlock):
    """The header of the block itself: its time in seconds since 1970."""

    kind: Literal["block"] = "block"
    timestamp: Int


class SourceEvidence(AtBlock):
    """Lines of a verified source file. `source_id` names the source bundle in the snapshot."""

    kind: Literal["source"] = "source"
    address: Address
    source_id: str
    file: str
    first_line: Int
    last_line: Int
    file_sha256: HexBytes


class DocumentEvidence(AtBlock):
    """A document outside the chain: where it was read and the SHA-256 of its bytes."""

    kind: Literal["document"] = "document"
    uri: str
    sha256: HexBytes


class ForkStep(Model):
    """One thing done on a fork: a call that was executed there, or a balance that was set so that it could be."""

    step: Literal["call", "set-balance"]
    sender: Address = Field(description="for set-balance: whose balance")
    target: Address
    value_wei: Int
    data: HexBytes
    block_number: Int = Field(description="number of the block that the call sees")
    timestamp: Int = Field(description="time of the block that the call sees")
    succeeded: bool


class SimulationEvidence(AtBlock):
    """What was executed on a local fork of the block, in order, so that a stranger can do it again.

    Each call runs on what the calls before it left, with its sender impersonated and with block number and time set as
    it says, with `gas` to use. The last `execution_calls` calls are the proposal's execution; `effects` is the SHA-256
    of what they change and log together, as canonical JSON.
    """

    kind: Literal["simulation"] = "simulation"
    program: str
    steps: tuple[ForkStep, ...]
    gas: Int
    execution_calls: Int
    effects: HexBytes


Evidence = Annotated[
    CallEvidence
    | StorageEvidence
    | LogEvidence
    | LogSetEvidence
    | CodeEvidence
    | AccountEvidence
    | BlockEvidence
    | SourceEvidence
    | DocumentEvidence
    | SimulationEvidence,
    Field(discriminator="kind"),
]
