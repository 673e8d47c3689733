"""Contracts that lie: `hostile/Puppet.sol` on the local chain, told what to answer, to log and to store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import encode
from eth_utils import keccak, to_bytes

from fixtures.build import Artifact, Recipe, Workshop
from fixtures.contract import calldata
from fixtures.localchain import LocalChain

REVERT, REPLY, BURN, MEGABYTE = 1, 2, 3, 4
"""What a puppet does when it is called; the numbers are those of Puppet.sol."""

_GAS = 400_000_000
_RECIPE = Recipe(("hostile/Puppet.sol",), solc="0.8.28", packages=(("hostile/", "tests/e2e/hostile/"),))

Answer = tuple[int, bytes]


def reply(kind: str, value: Any) -> Answer:
    """Answer with one value of an ABI type."""
    return REPLY, encode([kind], [value])


def raw(data: bytes) -> Answer:
    """Answer with these bytes."""
    return REPLY, data


def word(value: int | str) -> bytes:
    """Return 32 bytes: a number, or an address left-padded."""
    return (int(value, 16) if isinstance(value, str) else value).to_bytes(32, "big")


@dataclass(frozen=True)
class Puppet:
    """One puppet. `learn` and the others return itself."""

    chain: LocalChain
    address: str
    owner: str

    def _send(self, signature: str, *arguments: Any) -> Puppet:
        request = {
            "from": self.owner,
            "to": self.address,
            "data": calldata(signature, *arguments),
            "gas": hex(_GAS),
        }
        receipt = self.chain.rpc("eth_sendTransactionSync", request)
        assert receipt["status"] == "0x1", signature
        return self

    def learn(self, answers: Mapping[str, Answer]) -> Puppet:
        """Answer these calls, by signature."""
        selectors = [keccak(text=signature)[:4] for signature in answers]
        kinds, replies = [kind for kind, _ in answers.values()], [data for _, data in answers.values()]
        return self._send("learn(bytes4[],uint8[],bytes[])", selectors, kinds, replies)

    def otherwise(self, kind: int, data: bytes = b"") -> Puppet:
        """Do this on every other call."""
        return self._send("learnOtherwise(uint8,bytes)", kind, data)

    def write(self, slot: str, value: int | str) -> Puppet:
        """Put a value into a storage slot."""
        return self._send("write(bytes32,bytes32)", to_bytes(hexstr=slot), word(value))

    def say(self, *logs: tuple[Sequence[str | bytes], bytes]) -> Puppet:
        """Emit logs: topics and data."""
        plain = [
            ([to_bytes(hexstr=topic) if isinstance(topic, str) else topic for topic in topics], data)
            for topics, data in logs
        ]
        return self._send("say((bytes32[],bytes)[])", plain)

    def chatter(self, topic: str, count: int) -> Puppet:
        """Emit `count` logs of an event with three indexed values, all different."""
        return self._send("chatter(bytes32,uint256,bytes32)", to_bytes(hexstr=topic), count, word(1))

    def crowd(self, number: int, target: str, count: int) -> Puppet:
        """Emit ProposalCreated with `count` empty calls to one target."""
        return self._send("crowd(uint256,address,uint256)", number, target, count)


class Stage:
    """Where puppets come from."""

    def __init__(self, chain: LocalChain) -> None:
        self.chain = chain
        self.owner = chain.accounts[0]

    @cached_property
    def artifact(self) -> Artifact:
        return Workshop().contract(_RECIPE, "Puppet")

    def puppet(self, answers: Mapping[str, Answer] | None = None) -> Puppet:
        """Return a new puppet that reverts on everything but `answers`."""
        made = Puppet(self.chain, self.chain.deploy(self.owner, self.artifact.code), self.owner)
        return made.learn(answers) if answers else made

    def governor(self, answers: Mapping[str, Answer], *, token: str = "") -> Puppet:
        """Return a puppet that passes for a governor, with `answers` on top."""
        basic = {
            "COUNTING_MODE()": reply("string", "support=bravo&quorum=for,abstain"),
            "CLOCK_MODE()": reply("string", "mode=blocknumber&from=default"),
            "votingDelay()": reply("uint256", 24),
            "votingPeriod()": reply("uint256", 168),
            "proposalThreshold()": reply("uint256", 10),
            "quorum(uint256)": reply("uint256", 1000),
            "name()": reply("string", "Puppet"),
        } | ({"token()": reply("address", token)} if token else {})
        return self.puppet({**basic, **answers})

    def token(self, answers: Mapping[str, Answer] | None = None) -> Puppet:
        """Return a puppet that passes for a token."""
        basic = {
            "name()": reply("string", "Puppet token"),
            "symbol()": reply("string", "PUP"),
            "decimals()": reply("uint256", 18),
            "totalSupply()": reply("uint256", 10**24),
        }
        return self.puppet({**basic, **(answers or {})})


def proposal(
    number: int,
    targets: Sequence[str],
    *,
    calls: Iterable[bytes] = (),
    values: Iterable[int] = (),
    text: str = "A text",
) -> bytes:
    """Return the data of a ProposalCreated log; calls and values may be fewer or more than targets."""
    types = ["uint256", "address", "address[]", "uint256[]", "string[]", "bytes[]", "uint256", "uint256", "string"]
    row = [number, "0x" + "11" * 20, list(targets), list(values), [""] * len(targets), list(calls), 10, 20, text]
    return encode(types, row)
