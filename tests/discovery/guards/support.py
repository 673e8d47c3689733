"""The contracts of `fixtures/contracts/guards` on a real chain, scanned once through the house that names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fixtures.build import Recipe, Workshop
from fixtures.contract import Contract
from fixtures.localchain import LocalChain
from fixtures.recipes import own
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import ETHER, Env
from scanner.chain.abi import selector
from scanner.cli.options import default_cache_dir
from scanner.model.kinds import Capability
from scanner.model.observation import Known
from scanner.model.passages import Passage
from scanner.model.snapshot import Snapshot
from scanner.pipeline import ScanOptions, collect
from scanner.sources.collect import SourceOptions

DAY = 86_400
DOORS, PURSES = own("guards/Doors.sol"), own("guards/Purses.sol")
_LAST = ("nested", "renounced", "vault", "shut", "lookup", "estate")
_VAULTS = (
    "openPurse", "freshPurse", "begunPurse", "lentPurse", "managedPurse", "burntPurse", "wallet", "relayedPurse",
    "rankedPurse", "unreadPurse", "listedPurse",
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """What was deployed, who is who, and what the scan says."""

    at: Mapping[str, str]
    people: Mapping[str, str]
    snapshot: Snapshot
    options: ScanOptions

    @property
    def url(self) -> str:
        return self.options.rpc_url

    def scan(self, entry: str) -> Snapshot:
        """Return what a scan says that begins elsewhere."""
        return collect(replace(self.options, entry=entry), lambda _: None)

    def passage(self, contract: str, function: str) -> Passage:
        """Return the passage of one function of one contract."""
        (found,) = [
            one
            for one in self.snapshot.passages.items
            if one.contract == self.at[contract] and any(_is(name, function) for name in one.functions)
        ]
        return found

    def movers(self, contract: str) -> set[tuple[str, int | None]]:
        """Return who moves what it holds, by name or by kind, each with the seconds that it takes; None: not known."""
        names = {address: name for name, address in (*self.people.items(), *self.at.items())}
        return {
            (names.get(one.actor, one.actor_kind.value), delay.value if isinstance(delay, Known) else None)
            for one in self.snapshot.controls.items
            if one.contract == self.at[contract] and one.capability is Capability.MOVE_FUNDS
            for delay in (one.delay_seconds,)
        }

    def holders(self, contract: str, function: str) -> set[str]:
        """Return the names of those who hold it."""
        names = {address: name for name, address in (*self.people.items(), *self.at.items())}
        return {names[one.address] for one in self.passage(contract, function).holders}


def _is(name: str, function: str) -> bool:
    """Whether a function goes by this name, or by the selector of this signature where its source is not known."""
    return name.startswith(function) or (function.endswith(")") and name == selector(function))


def build(chain: LocalChain, sourcify: SourcifyServer, folder: Path) -> House:
    """Deploy the house and all in it, and scan it."""
    workshop, keys = Workshop(), chain.accounts
    names = ("boss", "deputy", "keeper", "porter", "admin", "clerk", "late", "trusted", "shown", "real")
    names += ("ranked", "lowly")
    people = dict(zip(names, keys[1 : len(names) + 1], strict=True)) | {"maker": keys[0]}
    env = Env(chain, workshop, sourcify, keys, keys[0])

    def deploy(name: str, *arguments: object, verified: bool = True, file: Recipe = DOORS) -> Contract:
        return env.deploy(workshop.contract(file, name), *arguments, verified=verified)

    made: dict[str, Contract] = {}
    made["hidden"] = deploy("Hidden", people["boss"])
    made["rooms"] = deploy("Rooms", *(people[name] for name in ("boss", "deputy", "keeper", "porter")))
    made["manager"] = deploy("Manager", people["admin"])
    made["managed"] = deploy("Managed", made["manager"].address)
    made["warden"] = deploy("Warden", people["trusted"])
    made["authed"] = deploy("Authed", people["boss"], made["warden"].address)
    made["roleLiar"] = deploy("RoleLiar", people["shown"], people["real"])
    made["ownerLiar"] = deploy("OwnerLiar", people["shown"], people["real"], verified=False)
    made["names"] = deploy("Names", people["boss"])
    made["nested"] = deploy("Nested", made["names"].address)
    made["renounced"] = deploy("Renounced")
    made["vault"] = deploy("Vault", made["hidden"].address)
    made["shut"] = deploy("Shut", people["boss"], people["keeper"], verified=False)
    made["lookup"] = deploy("Lookup")
    made |= _purses(deploy, made, people)
    _grant(made, people)
    parts = [made[name].address for name in ("hidden", "rooms", "managed", "authed", "roleLiar", "ownerLiar")]
    made["house"] = deploy("House", [*parts, *(made[name].address for name in _LAST)])
    chain.send(people["boss"], made["managedPurse"].address, value=ETHER)
    options = ScanOptions(
        rpc_url=chain.url,
        entry=made["house"].address,
        cache_dir=default_cache_dir(),
        block=chain.block_number,
        sources=SourceOptions(sourcify_url=sourcify.url, cache_dir=folder),
        use_cache=False,
    )
    return House({name: one.address for name, one in made.items()}, people, collect(options, lambda _: None), options)


def _purses(
    deploy: Callable[..., Contract], made: Mapping[str, Contract], people: Mapping[str, str]
) -> dict[str, Contract]:
    """Deploy what holds money, and what names it."""
    found = {
        "openPurse": deploy("OpenPurse", file=PURSES),
        "freshPurse": deploy("Purse", file=PURSES),
        "begunPurse": deploy("Purse", file=PURSES),
        "lentPurse": deploy("LentPurse", file=PURSES),
        "managedPurse": deploy("ManagedPurse", made["manager"].address, file=PURSES),
        "burntPurse": deploy("Purse", file=PURSES),
        "wallet": deploy("Wallet", [people[name] for name in ("boss", "deputy", "keeper")], 2, file=PURSES),
        "relayedPurse": deploy("RelayedPurse", people["boss"], people["porter"], file=PURSES),
        "rankedPurse": deploy("RankedPurse", people["ranked"], people["lowly"], file=PURSES),
        "unreadPurse": deploy("Purse", verified=False, file=PURSES),
        "register": deploy("Register", people["boss"], file=PURSES),
    }
    found["listedPurse"] = deploy("ListedPurse", found["register"].address, file=PURSES)
    found["register"].send(people["boss"], "list", people["keeper"], True)
    found["burntPurse"].send(people["maker"], "begin", "0x" + "00" * 18 + "dead")
    for name in ("openPurse", "begunPurse", "lentPurse", "unreadPurse"):
        found[name].send(people["maker"], "begin", people["boss"])
    return found | {"estate": deploy("Estate", [found[name].address for name in _VAULTS], file=PURSES)}


def _grant(made: Mapping[str, Contract], people: Mapping[str, str]) -> None:
    """The clerk may set the fee at once, the late one a day after it was announced."""
    manager, setter = made["manager"], made["managed"].data("setFee", 1)[:10]
    manager.send(people["admin"], "setTargetFunctionRole", made["managed"].address, [setter], 7)
    payer = made["managedPurse"].data("pay", people["maker"], 1)[:10]
    manager.send(people["admin"], "setTargetFunctionRole", made["managedPurse"].address, [payer], 8)
    manager.send(people["admin"], "grantRole", 8, people["late"], 3 * DAY)
    manager.send(people["admin"], "grantRole", 7, people["clerk"], 0)
    manager.send(people["admin"], "grantRole", 7, people["late"], DAY)
