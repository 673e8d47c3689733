"""Recorded proposals decoded by themselves, without a node: what every call is, and where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fixtures.replay import CHAIN_ID, TREASURY_TIMELOCK, Recorded
from scanner.chain.interface import Chain, Read, Trips
from scanner.discovery.families.told import RawAction
from scanner.discovery.world import World
from scanner.model.kinds import Effect
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import PinnedBlock
from scanner.proposals.collect import beneficiary_of
from scanner.proposals.ends import meaning_of_call
from scanner.proposals.nested import Call, open_calls
from scanner.sources.interface import Deployed, SourceAnswer, Sources

_WORD = "0x" + "00" * 32


class Offline(Chain):
    """A chain that answers nothing."""

    def __init__(self) -> None:
        self.block = PinnedBlock(chain_id=CHAIN_ID, number=1, hash=_WORD, timestamp=1, state_root=_WORD)
        self.trips = Trips()

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        return tuple(Unknown(reason=Reason.NOT_READ, detail="no node was asked") for _ in reads)


class NoSources(Sources):
    """No source is looked for."""

    @property
    def requests(self) -> int:
        return 0

    def fetch_all(self, wanted: Sequence[Deployed]) -> dict[str, SourceAnswer]:
        return {}


@dataclass(frozen=True)
class Decoded:
    """One call: target, chain in words (empty for the governor's own), data, name, effect and who gains."""

    target: str
    chain: str
    calldata: str
    name: str
    effect: Effect
    gains: str
    inside: bool


def decode_recorded(one: Recorded) -> tuple[Decoded, ...]:
    """Return the calls of a recorded proposal and those inside them."""
    actions = [
        RawAction(target, value, "", data)
        for target, value, data in zip(one.targets, one.values, one.calldatas, strict=True)
    ]
    world = World(Offline(), NoSources(), ())
    return tuple(_decoded(call) for call in open_calls(world, actions, TREASURY_TIMELOCK).calls)


def _decoded(call: Call) -> Decoded:
    signature = call.decoded.signature
    name = signature.value or "transfer of ETH" if isinstance(signature, Known) else ""
    gains = beneficiary_of(call.decoded, call.target, call.value) or ""
    return Decoded(call.target, call.chain, call.calldata, name, meaning_of_call(call).effect, gains, bool(call.inside))


def own_calls_named(recorded: Sequence[Recorded]) -> tuple[int, int]:
    """Return how many of the proposals' own calls have a named function with a named effect, and how many there are."""
    own = [call for one in recorded for call in decode_recorded(one) if not call.inside]
    named = [call for call in own if call.name and call.effect not in (Effect.OTHER, Effect.UNDECODED)]
    return len(named), len(own)


def nested_reached(recorded: Sequence[Recorded]) -> tuple[int, int]:
    """Return in how many of the proposals that send messages each message has target and selector on its chain.

    A plain payment has no selector.
    """
    sending = [one for one in recorded if any(call.name.startswith("sendTxToL1(") for call in decode_recorded(one))]
    reached = 0
    for one in sending:
        inner = [call for call in decode_recorded(one) if call.inside]
        reached += bool(inner) and all(call.calldata == "0x" or len(call.calldata) >= 10 for call in inner)
    return reached, len(sending)
