"""Two halls on one chain: state that came before past attacks, and beside each of its contracts a twin without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fixtures.build import Workshop
from fixtures.contract import Contract
from fixtures.localchain import LocalChain
from fixtures.oztimelock import EXECUTOR, make_timelock
from fixtures.recipes import OZ5_PROXY, own
from fixtures.safes import V1_4_1, execute, make_safe
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import ETHER, Env
from tests.e2e.conftest import Run, daoscan

RECIPE = own("incidents/Patterns.sol", "lookalikes/Hall.sol")
ZERO = "0x" + "00" * 20
_DAY = 86_400


@dataclass(frozen=True)
class Halls:
    """What each hall leads to, by name, and where the scans are written."""

    chain: LocalChain
    sourcify: SourcifyServer
    folder: Path
    halls: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]

    def scan(self, name: str) -> Run:
        """Return the scan of one hall."""
        options = ("--rpc-url", self.chain.url, "--sourcify-url", self.sourcify.url, "--format", "json")
        return daoscan("scan", self.halls[name], *options, out=self.folder / name)


def lay_out(chain: LocalChain, sourcify: SourcifyServer, folder: Path) -> Halls:
    """Deploy both halls."""
    shop = Workshop()
    parts = {
        "patterns": _parts(Env(chain, shop, sourcify, chain.accounts[:10], chain.accounts[19]), harmful=True),
        "twins": _parts(Env(chain, shop, sourcify, chain.accounts[10:19], chain.accounts[19]), harmful=False),
    }
    halls = {}
    for name, found in parts.items():
        env = Env(chain, shop, sourcify, chain.accounts[:1], chain.accounts[19])
        halls[name] = env.deploy(shop.contract(RECIPE, "Hall"), list(found.values()), env.people).address
    return Halls(chain, sourcify, folder, halls, parts)


def _parts(env: Env, *, harmful: bool) -> dict[str, str]:
    """Deploy one hall's contracts; the twins differ in a value of state and in nothing else."""
    keeper, people = env.people[0], env.people
    two_step = env.deploy(env.workshop.contract(RECIPE, "TwoStepTimelock"), keeper)
    if harmful:
        two_step.send(keeper, "setPendingAdmin", people[1])
    open_lock = make_timelock(env, 2 * _DAY)
    open_lock.send(keeper, "grantRole", EXECUTOR, ZERO if harmful else keeper)
    quick = make_timelock(env, 0 if harmful else 2 * _DAY)
    env.chain.send(keeper, quick.address, value=5 * ETHER)
    safe = make_safe(env, V1_4_1, people[:3], 2)
    env.chain.send(keeper, safe.address, value=ETHER)
    times = (1, 0, 0) if harmful else (2 * _DAY, 2 * _DAY, ETHER)
    module = env.deploy(env.workshop.contract(RECIPE, "AnswerModule"), safe.address, *times)
    execute(safe, people[:2], safe.address, safe.data("enableModule", module.address))
    coin = env.deploy(env.workshop.contract(RECIPE, "LevyCoin"))
    coin.send(keeper, "transfer", safe.address, 1_000)
    router = _router(env, coin)
    coin.send(people[4], "approve", router, 7)
    if not harmful:
        coin.send(people[4], "approve", router, 0)
    execute(safe, people[:2], coin.address, coin.data("approve", people[3], 400))
    if not harmful:
        execute(safe, people[:2], coin.address, coin.data("approve", people[3], 0))
    return {
        "pending-admin": two_step.address,
        "open-executor": open_lock.address,
        "zero-delay": quick.address,
        "one-second-oracle": safe.address,
        "levy": coin.address,
        "router": router,
    }


def _router(env: Env, logic: Contract) -> str:
    """Deploy a proxy whose code one key can replace; what runs behind it does not matter here."""
    artifact = env.workshop.contract(OZ5_PROXY, "TransparentUpgradeableProxy")
    call = bytes.fromhex(logic.data("totalSupply")[2:])
    return env.deploy(artifact, logic.address, env.people[0], call).address
