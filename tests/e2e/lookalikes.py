"""Two halls on one chain: what the anonymity rules are about, and beside each of them what only looks like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_utils import keccak

from fixtures.build import Workshop
from fixtures.contract import Contract
from fixtures.localchain import LocalChain
from fixtures.recipes import own
from fixtures.semaphores import make_group, semaphore_contract
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import ETHER, HOUR, Env
from tests.e2e.conftest import Run, daoscan

RECIPE = own(
    *(
        f"lookalikes/{name}.sol"
        for name in ("Pools", "Tokens", "Messages", "Ballots", "Relays", "Doors", "Pointers", "Sets", "Hall")
    )
)
WXMR = "0x465e07d6028830124be2e4aa551fbe12805db0f5"
"""A wrapped privacy coin on Ethereum that the address list labels."""

_SUPPLY, _BALANCES = 2, 3
"""Slots of totalSupply and balanceOf in Coin, Tokens.sol."""

BLOB = "0x6009600c60003960096000f3" + "00" + b"archived".hex()
"""Creation code of an SSTORE2 account: STOP, then data."""


@dataclass(frozen=True)
class Place:
    """The halls, what stands in each by name, and where the scans are written."""

    chain: LocalChain
    sourcify: SourcifyServer
    bare: SourcifyServer
    folder: Path
    stranger: str
    """Fixed notes that nothing but an open proposal leads to."""

    features: Mapping[str, str]
    twins: Mapping[str, str]
    halls: Mapping[str, str]

    def scan(self, name: str, *, sources: bool = True) -> Run:
        """Return the scan of one hall or circle, with source of everything or of the halls alone."""
        server = self.sourcify if sources else self.bare
        options = ("--rpc-url", self.chain.url, "--sourcify-url", server.url, "--format", "json")
        out = self.folder / (name if sources else f"{name}-bare")
        return daoscan("scan", self.halls[name], *options, out=out)


def raise_halls(chain: LocalChain, servers: tuple[SourcifyServer, SourcifyServer], folder: Path) -> Place:
    """Deploy and use everything, on a chain with Ethereum's number, so that the address list applies."""
    sourcify, bare = servers
    people, keeper = chain.accounts[:4], chain.accounts[9]
    env = Env(chain, Workshop(), sourcify, people, keeper)
    build = _Builder(env)
    halls: dict[str, str] = {}
    features, twins = _features(build), _twins(build)
    _wrapped_privacy_coin(env, build)
    features["WXMR"] = WXMR
    semaphore = semaphore_contract(env)
    twins["JuryPanel"] = build("JuryPanel", semaphore.address).address
    _join(env, twins["JuryPanel"], build)
    for name, parts in (("features", features), ("twins", twins)):
        halls[name] = build("Hall", list(parts.values()), [people[0]]).address
        chain.send(people[0], halls[name], value=5 * ETHER)
    circle = build("Circle", semaphore.address, make_group(semaphore, people[1], [11, 12, 13]))
    chain.send(people[0], circle.address, value=ETHER)
    halls["circle"] = circle.address
    for name in ("features", "twins"):
        Env(chain, env.workshop, bare, people, keeper).register(
            Contract(chain, halls[name], ()), env.workshop.contract(RECIPE, "Hall")
        )
    _use(env, build, features, halls["features"])
    stranger = build("FixedNotes", features["FixedNotes"]).address
    hall = build.at("Hall", halls["features"])
    hall.send(people[0], "propose", [stranger], [ETHER], [b""], "# Another pool\n\nNot voted on yet.")
    return Place(chain, sourcify, bare, folder, stranger, features, twins, halls)


class _Builder:
    """Deploys contracts of the look-alikes by name."""

    def __init__(self, env: Env) -> None:
        self.env = env

    def __call__(self, name: str, *arguments: Any) -> Contract:
        return self.env.deploy(self.env.workshop.contract(RECIPE, name), *arguments)

    def at(self, name: str, address: str) -> Contract:
        """Return a handle on a contract that is there already."""
        return Contract(self.env.chain, address, self.env.workshop.contract(RECIPE, name).abi)


def _features(build: _Builder) -> dict[str, str]:
    verifier, coin = build("OpenVerifier").address, build("Coin", "Coin", "COIN").address
    sets = build("ApprovedSets").address
    forwarder, list_ = build("SignedForwarder").address, build("SanctionsList").address
    screened = build("ScreenedAuction")
    screened.send(build.env.people[0], "setSanctionsOracle", list_)
    chain, people = build.env.chain, build.env.people
    return {
        "FixedNotes": build("FixedNotes", verifier).address,
        "EmptyLeaves": build("EmptyLeaves").address,
        "ApprovedSets": sets,
        "ApprovedPool": build("ApprovedPool", verifier, sets).address,
        "ShieldedCoin": build("ShieldedCoin", coin, verifier).address,
        "SealedBalances": build("SealedBalances").address,
        "Announcer": build("Announcer").address,
        "MetaAddressRegistry": build("MetaAddressRegistry").address,
        "Board": build("Board").address,
        "EncryptedPoll": build("EncryptedPoll").address,
        "SealedVote": build("SealedVote").address,
        "GaslessClub": build("GaslessClub", forwarder).address,
        "KeyForwardedClub": build("GaslessClub", people[3]).address,
        "ScreenedAuction": screened.address,
        "FixedBadge": build("FixedBadge").address,
        "Blob": chain.deploy(people[0], BLOB),
    }


def _twins(build: _Builder) -> dict[str, str]:
    verifier, coin = build("OpenVerifier").address, build("Coin", "Coin", "COIN").address
    return {
        "RollupBridge": build("RollupBridge", verifier).address,
        "SavingsVault": build("SavingsVault", coin).address,
        "WrappedCoin": build("WrappedCoin", coin).address,
        "Digests": build("Digests").address,
        "KeyBook": build("KeyBook").address,
        "SealedAuction": build("SealedAuction").address,
        "OwnersRelay": build("OwnersRelay").address,
        "UnclubbedGasless": build("GaslessClub", "0x" + "00" * 20).address,
        "OpenAuction": build("ScreenedAuction").address,
        "BlocklistCoin": build("BlocklistCoin").address,
        "MerkleDrop": build("MerkleDrop", b"\x11" * 32).address,
        "HostedBadge": build("HostedBadge").address,
    }


def _wrapped_privacy_coin(env: Env, build: _Builder) -> None:
    """Put the code of a plain token where the list says that a wrapped privacy coin is: only the label differs."""
    plain = build("Coin", "Wrapped coin", "WRP")
    env.chain.rpc("anvil_setCode", WXMR, env.chain.code(plain.address))
    env.register(Contract(env.chain, WXMR, plain.abi), env.workshop.contract(RECIPE, "Coin"))
    slot = keccak(bytes.fromhex(f"{env.people[0][2:]:0>64}{_BALANCES:064x}"))
    env.chain.set_storage(WXMR, int.from_bytes(slot, "big"), 10 * ETHER)
    env.chain.set_storage(WXMR, _SUPPLY, 10 * ETHER)


def _join(env: Env, panel: str, build: _Builder) -> None:
    contract = build.at("JuryPanel", panel)
    for number in (21, 22):
        contract.send(env.people[2], "join", number, value=ETHER // 10)


def _use(env: Env, build: _Builder, features: Mapping[str, str], hall: str) -> None:
    """Play the uses that logs tell of: a vote pays a stealth address, a note goes in, a line is posted."""
    person, chain = env.people[0], env.chain
    governor = build.at("Hall", hall)
    announcer = build.at("Announcer", features["Announcer"])
    notes = build.at("FixedNotes", features["FixedNotes"])
    payee = "0x00000000000000000000000000000000001a5701"
    calls = [
        (payee, ETHER, b""),
        (announcer.address, 0, bytes.fromhex(announcer.data("announce", 1, payee, b"\x02" * 33, b"\x07")[2:])),
        (notes.address, ETHER, bytes.fromhex(notes.data("deposit", b"\x05" * 32)[2:])),
    ]
    governor.send(person, "propose", *(list(column) for column in zip(*calls, strict=True)), "# A grant\n\nPay it.")
    governor.send(person, "castVote", 1, 1)
    chain.advance(3 * HOUR)
    governor.send(person, "execute", 1)
    build.at("Coin", WXMR).send(person, "transfer", hall, ETHER)
    build.at("ApprovedSets", features["ApprovedSets"]).send(person, "updateRoot", 5, "bafybeigdyrzt5sfp7udm7hu76uh7y26")
    build.at("Announcer", features["Announcer"]).send(person, "announce", 1, payee, b"\x02" * 33, b"\x08")
