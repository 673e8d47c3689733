"""Accounts and worlds made by hand: what a chain would have answered, without a chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.chain.abi import encode
from scanner.chain.interface import Chain, Read, Trips
from scanner.discovery.account import Account
from scanner.discovery.parts import Parts
from scanner.discovery.world import World
from scanner.model.evidence import AtBlock, CallEvidence, CodeEvidence, LogEvidence, LogSetEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import PinnedBlock
from scanner.sources.interface import Deployed, SourceAnswer, Sources

BLOCK = PinnedBlock(
    chain_id=1, number=1_000, hash="0x" + "aa" * 32, timestamp=1_700_000_000, state_root="0x" + "bb" * 32
)
AT = AtBlock(chain_id=1, block_number=1_000, block_hash=BLOCK.hash)


def address(number: int) -> str:
    return "0x" + "11" * 10 + number.to_bytes(10, "big").hex()


class SilentChain(Chain):
    """A chain that is asked nothing: what a test needs stands in the accounts already."""

    def __init__(self) -> None:
        self.block = BLOCK
        self.trips = Trips()

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        raise AssertionError("nothing should be read")


class NoSources(Sources):
    @property
    def requests(self) -> int:
        return 0

    def fetch_all(self, wanted: Sequence[Deployed]) -> dict[str, SourceAnswer]:
        return {}


def world(*accounts: Account) -> World:
    made = World(SilentChain(), NoSources(), ())
    made.accounts = {account.address: account for account in accounts}
    return made


def parts(**kinds: Any) -> Parts:
    return Parts(**kinds)


def code(target: str, runtime: str) -> Known[str]:
    proof = CodeEvidence(**AT.model_dump(), address=target, codehash="0x" + "cc" * 32)
    return Known(value=runtime, evidence=(proof,))


def eoa(number: int) -> Account:
    return Account(address(number), code=code(address(number), "0x"))


def contract(number: int, *logs: LogEvidence, **answers: tuple[str, Any]) -> Account:
    """A contract; `answers` are getter names (without brackets) -> (type, value)."""
    made = Account(address(number), why=["for a test"], code=code(address(number), "0x6001"))
    proof = LogSetEvidence(
        **AT.model_dump(),
        address=made.address,
        topics=(),
        from_block=0,
        to_block=1_000,
        count=len(logs),
        digest="0x" + "dd" * 32,
    )
    made.logs = Known(value=logs, evidence=(proof,))
    for name, (kind, value) in answers.items():
        made.calls[key_of(name)] = ((kind,), returned(made.address, encode((kind,), (value,))))
    return made


def key_of(name: str) -> str:
    return name if name in ("modules", "isNFT", "openExecutor") else f"{name}()"


def returned(target: str, data: str) -> Known[str]:
    proof = CallEvidence(**AT.model_dump(), address=target, data="0x01020304", result=data)
    return Known(value=data, evidence=(proof,))


def reverted() -> Unknown:
    return Unknown(reason=Reason.REVERTED, detail="execution reverted")


def log(emitter: str, topics: Sequence[str], data: str = "0x", *, index: int = 0, block: int = 5) -> LogEvidence:
    return LogEvidence(
        chain_id=1,
        block_number=block,
        block_hash="0x" + "ab" * 32,
        address=emitter,
        transaction_hash="0x" + index.to_bytes(32, "big").hex(),
        log_index=index,
        topics=tuple(topics),
        data=data,
    )


def word(value: int | str) -> str:
    number = int(value, 16) if isinstance(value, str) else value
    return "0x" + number.to_bytes(32, "big").hex()
