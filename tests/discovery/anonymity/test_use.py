"""Own use of privacy systems is counted by account, and what could not be read is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.chain.abi import address_topic
from scanner.chain.interface import LogRead, Read
from scanner.discovery.anonymity.settle import privacy_data
from scanner.discovery.anonymity.use import ANNOUNCEMENT, privacy_reads, privacy_use
from scanner.discovery.battery import TRANSFER
from scanner.discovery.world import World
from scanner.model.evidence import LogEvidence, LogSetEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import AT, NoSources, SilentChain, address, log, word

TREASURY, OTHER = address(1), address(2)
ANNOUNCER = "0x55649e01b5df198d18d95b5cc5051630cfd45564"
POOL = next(
    one
    for (chain_id, one), (category, _) in sorted(privacy_data().addresses.items())
    if chain_id == 1 and category == "anon.mixer"
)


class LogChain(SilentChain):
    """Answers log reads from a list of logs; `broken` makes every answer unknown."""

    def __init__(self, logs: Sequence[LogEvidence], *, broken: bool = False) -> None:
        super().__init__()
        self.logs, self.broken = logs, broken

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        return tuple(self._one(read) for read in reads)

    def _one(self, read: Read) -> Known[Any] | Unknown:
        assert isinstance(read, LogRead)
        if self.broken:
            return Unknown(reason=Reason.NO_LOGS, detail="pruned")
        found = tuple(one for one in self.logs if _matches(one, read))
        proof = LogSetEvidence(
            **AT.model_dump(),
            address="",
            topics=(),
            from_block=0,
            to_block=1_000,
            count=len(found),
            digest="0x" + "dd" * 32,
        )
        return Known(value=found, evidence=(proof,))


def _matches(one: LogEvidence, read: LogRead) -> bool:
    if len(one.topics) < len(read.topics):
        return False
    return all(not wanted or topic in wanted for wanted, topic in zip(read.topics, one.topics, strict=False))


def use(*logs: LogEvidence, broken: bool = False) -> Any:
    chain = LogChain(logs, broken=broken)
    return privacy_use(chain.read(privacy_reads(World(chain, NoSources(), ()), [TREASURY])))


def announced(caller: str, index: int) -> LogEvidence:
    topics = (ANNOUNCEMENT, word(1), address_topic(address(7)), address_topic(caller))
    return log(ANNOUNCER, topics, index=index)


def moved(sender: str, receiver: str, index: int) -> LogEvidence:
    return log(address(3), (TRANSFER, address_topic(sender), address_topic(receiver)), word(5), index=index)


def test_only_what_the_account_itself_announced_is_counted() -> None:
    found = use(announced(TREASURY, 1), announced(OTHER, 2), announced(TREASURY, 3)).stealth_payments(TREASURY)
    assert found.value == 2
    assert found.evidence


def test_transfers_with_labelled_addresses_are_counted_both_ways() -> None:
    logs = (moved(TREASURY, POOL, 1), moved(POOL, TREASURY, 2), moved(TREASURY, OTHER, 3), moved(OTHER, POOL, 4))
    assert use(*logs).privacy_transfers(TREASURY).value == 2


def test_logs_that_could_not_be_read_are_no_zero() -> None:
    found = use(broken=True)
    assert isinstance(found.stealth_payments(TREASURY), Unknown)
    assert isinstance(found.privacy_transfers(TREASURY), Unknown)


def test_a_dao_without_a_treasury_has_no_answer() -> None:
    assert privacy_reads(World(SilentChain(), NoSources(), ()), []) == []
    found = privacy_use(())
    assert isinstance(found.stealth_payments(TREASURY), Unknown)


def test_a_contract_that_is_deployed_alike_everywhere_is_labelled_on_every_chain() -> None:
    for chain_id in (1, 10, 8453, 31337):
        found = privacy_data().label(chain_id, ANNOUNCER)
        assert found is not None
        assert found[0] == "anon.stealth"
    assert privacy_data().label(10, POOL) is None
