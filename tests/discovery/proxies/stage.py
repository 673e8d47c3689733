"""One chain with every kind of proxy on it, and the crawl of them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fixtures.build import Recipe, Workshop
from fixtures.contract import Contract, calldata
from fixtures.localchain import LocalChain
from fixtures.recipes import own
from fixtures.safes import V1_4_1, make_safe
from fixtures.story import Env
from scanner.chain.node import ChainOptions, open_chain
from scanner.code.bytecode.proxy import FORMS
from scanner.discovery.battery import GOVERNANCE_TOPICS
from scanner.discovery.links import getters_of, links_of
from scanner.discovery.proxies.settle import settle_beacons, settle_factories
from scanner.discovery.world import CrawlLimits, Link, World, crawl
from tests.discovery.support import NoSources

KINDS = own("proxies/Kinds.sol")
DIAMONDS = own("proxies/Diamonds.sol")
_OZ5 = ("@openzeppelin/contracts/", "node_modules/@openzeppelin/contracts-5/")
PACKAGES = Recipe(
    (
        "@openzeppelin/contracts/proxy/Clones.sol",
        "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol",
        "@openzeppelin/contracts/proxy/beacon/UpgradeableBeacon.sol",
        "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol",
        "contracts/proxies/Cloner.sol",
    ),
    "0.8.28",
    (_OZ5,),
)
ARAGON = Recipe(("@aragon/os/contracts/factory/DAOFactory.sol",), "0.4.24", runs=10_000)
ZODIAC = Recipe(("@gnosis.pm/zodiac/contracts/factory/ModuleProxyFactory.sol",), "0.8.19",
                (("@gnosis.pm/zodiac/", "node_modules/@gnosis.pm/zodiac-4/"),))  # fmt: skip
ZERO = "0x" + "00" * 20
APP_ID = "0x" + "a9" * 32
ADD = 0
_ANSWER = bytes.fromhex(calldata("answer()")[2:])


@dataclass
class Stage:
    """What was deployed, by name."""

    env: Env
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def keeper(self) -> str:
        return self.env.people[0]

    def put(self, name: str, recipe: Recipe, contract: str, *arguments: object) -> Contract:
        made = self.env.deploy(self.env.workshop.contract(recipe, contract), *arguments)
        self.parts[name] = made.address
        return made

    def raw(self, name: str, runtime: str) -> str:
        """Deploy runtime code as it is."""
        size = len(runtime) // 2
        self.parts[name] = self.env.chain.deploy(self.keeper, f"0x61{size:04x}80600a3d393df3{runtime}")
        return self.parts[name]

    def crawl(self, *names: str, limits: CrawlLimits | None = None, call_gas: int = 2_000_000) -> World:
        """Crawl from these parts, or from all of them. `call_gas` is what the node gives a call."""
        self.env.chain.rpc("evm_setBlockGasLimit", hex(call_gas))
        self.env.chain.mine()
        chain = open_chain(self.env.chain.url, ChainOptions(block=self.env.chain.block_number))
        world = World(chain, NoSources(), GOVERNANCE_TOPICS, limits or CrawlLimits(max_contracts=400))
        entry = [Link(self.parts[name], "for a test") for name in names or sorted(self.parts)]
        crawl(world, entry, links_of, getters_of, lambda text: None)
        settle_beacons(world)
        settle_factories(world)
        self.env.chain.rpc("evm_setBlockGasLimit", hex(2**63))
        self.env.chain.mine()
        return world


def build(chain: LocalChain) -> Stage:
    """Deploy every kind."""
    stage = Stage(Env(chain, Workshop(), None, chain.accounts[:6], chain.accounts[9]))
    _ordinary(stage)
    _minimal(stage)
    _nested(stage)
    _aragon(stage)
    _diamonds(stage)
    _benign(stage)
    return stage


def _ordinary(stage: Stage) -> None:
    logic = stage.put("logic", KINDS, "Logic").address
    other = stage.put("other logic", KINDS, "OtherLogic").address
    beacon = stage.put("beacon", PACKAGES, "UpgradeableBeacon", logic, stage.keeper)
    stage.put("eip1967", PACKAGES, "TransparentUpgradeableProxy", logic, stage.keeper, _ANSWER)
    stage.put("eip1967-beacon", PACKAGES, "BeaconProxy", beacon.address, _ANSWER)
    stage.put("eip1822", KINDS, "Proxy1822", logic)
    zos = stage.put("zeppelinos", KINDS, "ZeppelinProxy", logic)
    zos.send(stage.keeper, "upgradeTo", other)
    zos.send(stage.keeper, "upgradeTo", logic)
    stage.put("bravo-delegator", KINDS, "Unitroller", logic)
    stage.put("eip897", KINDS, "Proxy897", logic, True)
    stage.put("eip897 fixed", KINDS, "Proxy897", logic, False)
    stage.put("slot", KINDS, "SlotProxy", logic)
    stage.put("fixed", KINDS, "FixedProxy", logic)
    plain = stage.put("plain beacon", KINDS, "PlainBeacon", logic)
    stage.put("home beacon", KINDS, "HomeBeaconProxy", plain.address)
    stage.put("registry", KINDS, "RegistryProxy", plain.address)
    stage.put("two-faced", KINDS, "TwoFacedProxy", logic, other)
    stage.put("bait", KINDS, "BaitProxy", logic, other)
    stage.parts["safe"] = make_safe(stage.env, V1_4_1, stage.env.people[:2], 1).address
    key = stage.parts["delegated key"] = "0x" + "e0a7" * 10
    chain = stage.env.chain
    chain.rpc("anvil_setCode", key, "0xef0100" + logic[2:])


def _minimal(stage: Stage) -> None:
    logic = stage.parts["logic"]
    for number in range(len(FORMS)):
        stage.raw(f"minimal {number}", runtime_of(number, logic))
    short = "0x" + "00" * 4 + "5a" * 16
    stage.env.chain.rpc("anvil_setCode", short, stage.env.chain.code(logic))
    stage.parts["short logic"] = short
    stage.raw("minimal short", runtime_of(0, short, size=16))
    cloner = stage.put("cloner", PACKAGES, "Cloner", logic)
    stage.parts["clone"] = str(cloner.call("plain")).lower()
    stage.parts["clone with arguments"] = str(cloner.call("withArguments")).lower()
    factory = stage.put("module factory", ZODIAC, "ModuleProxyFactory")
    initializer = calldata("answer()")
    stage.parts["module"] = str(factory.call("deployModule", logic, initializer, 7)).lower()
    factory.send(stage.keeper, "deployModule", logic, initializer, 7)


def runtime_of(number: int, target: str, size: int = 20) -> str:
    """Return the code of a minimal proxy of this form, with arguments behind it."""
    form = FORMS[number]
    head = form.head.replace("????", "0004").replace("??", "9e")
    if head.startswith("36602c57343d527f"):
        head = head.replace("3d3d3d3d610004806062", "3d3d3d3d610006806062")
    jump = form.jump - (20 - size)
    arguments = "0102030400" + "04" if "arguments" in form.name or "logs" in form.name else "11223344"
    return (
        f"{head}{0x5F + size:02x}{target[2 + 40 - 2 * size :]}{form.tail.replace('{jump}', f'{jump:02x}')}{arguments}"
    )


def _nested(stage: Stage) -> None:
    logic = stage.parts["logic"]
    inner = stage.put("inner", KINDS, "FixedProxy", logic)
    stage.put("outer", KINDS, "SlotProxy", inner.address)
    circle = stage.put("circle code", KINDS, "Circle")
    circle.send(stage.keeper, "follow", stage.parts["other logic"])
    clone = stage.raw("clone of a proxy", runtime_of(0, circle.address))
    circle.at(clone).send(stage.keeper, "follow", logic)
    same = stage.put("same slot twice", KINDS, "Circle")
    same.send(stage.keeper, "follow", circle.address)
    shown = stage.put("beacon code", KINDS, "PlainBeacon", logic)
    stage.parts["beacon behind a proxy"] = _proxied_beacon(stage, shown.address, logic)
    stage.put("behind beacon behind", KINDS, "HomeBeaconProxy", stage.parts["beacon behind a proxy"])
    own = stage.put("itself", KINDS, "Circle")
    own.send(stage.keeper, "follow", own.address)
    one, two = stage.put("ring one", KINDS, "Circle"), stage.put("ring two", KINDS, "Circle")
    one.send(stage.keeper, "follow", two.address)
    two.send(stage.keeper, "follow", one.address)
    for name, code in (("burnt", "Burner"), ("refused", "Refuser")):
        logic_of = stage.put(f"{name} logic", KINDS, code)
        circle = stage.put(name, KINDS, "Circle")
        circle.send(stage.keeper, "follow", logic_of.address)


def _proxied_beacon(stage: Stage, code: str, logic: str) -> str:
    """A beacon whose own code is elsewhere: slot 0 is the beacon's variable, which is written as it would be."""
    proxy = stage.put("proxied beacon", KINDS, "FixedProxy", code)
    stage.env.chain.rpc("anvil_setStorageAt", proxy.address, "0x0", "0x" + logic[2:].rjust(64, "0"))
    return proxy.address


def _aragon(stage: Stage) -> None:
    env, founder = stage.env, stage.keeper
    shop = env.workshop
    kernel_base = env.deploy(shop.contract(ARAGON, "Kernel"), True)
    acl_base = env.deploy(shop.contract(ARAGON, "ACL"))
    factory = env.deploy(shop.contract(ARAGON, "DAOFactory"), kernel_base.address, acl_base.address, ZERO)
    dao = str(factory.call("newDAO", founder))
    factory.send(founder, "newDAO", founder)
    kernel = Contract(env.chain, dao, kernel_base.abi)
    acl = Contract(env.chain, str(kernel.call("acl")), acl_base.abi)
    manager = kernel.call("APP_MANAGER_ROLE")
    acl.send(founder, "createPermission", founder, kernel.address, manager, founder)
    stage.parts |= {"aragon-kernel": kernel.address.lower(), "acl": acl.address.lower()}
    stage.parts |= {"kernel base": kernel_base.address, "acl base": acl_base.address}
    for name, function in (("aragon-app", "newAppInstance"), ("aragon-pinned", "newPinnedAppInstance")):
        call = f"{function}(bytes32,address)"
        answer = env.chain.call(kernel.address, calldata(call, APP_ID, stage.parts["logic"]), sender=founder)
        env.chain.send(founder, kernel.address, calldata(call, APP_ID, stage.parts["logic"]))
        stage.parts[name] = "0x" + answer[-40:]


def _selectors(*signatures: str) -> list[bytes]:
    return [bytes.fromhex(calldata(one)[2:10]) for one in signatures]


def _diamonds(stage: Stage) -> None:
    cut = stage.put("cut facet", DIAMONDS, "CutFacet").address
    loupe = stage.put("loupe facet", DIAMONDS, "LoupeFacet").address
    counter = stage.put("counter facet", DIAMONDS, "CounterFacet").address
    liar = stage.put("lying loupe", DIAMONDS, "LyingLoupeFacet").address
    cutting = [bytes.fromhex("1f931c1c"), *_selectors("owner()")]
    base: list[tuple[str, int, Sequence[bytes]]] = [(cut, ADD, cutting)]
    count = (counter, ADD, _selectors("increase()", "count()"))
    looking = (loupe, ADD, _selectors("facets()"))
    stage.put("eip2535", DIAMONDS, "Diamond", [*base, looking, count], stage.keeper)
    stage.put("diamond of logs", DIAMONDS, "Diamond", [*base, count], stage.keeper)
    stage.put("diamond for good", DIAMONDS, "Diamond", [looking, count], stage.keeper)
    lying = (liar, ADD, [*_selectors("facets()"), bytes.fromhex(calldata("show(address)", ZERO)[2:10])])
    shown = stage.put("diamond that lies", DIAMONDS, "Diamond", [*base, lying, count], stage.keeper)
    stage.env.chain.send(stage.keeper, shown.address, calldata("show(address)", stage.parts["logic"]))


def crowd(stage: Stage, number: int) -> str:
    """Return a diamond of so many facets."""
    loupe, cutter = stage.parts["loupe facet"], stage.parts["cut facet"]
    maker = stage.env.deploy(stage.env.workshop.contract(DIAMONDS, "Crowd"))
    call = {"from": stage.keeper, "to": maker.address, "gas": hex(400_000_000)}
    stage.env.chain.rpc("eth_sendTransactionSync", call | {"data": maker.data("build", number - 2, loupe, cutter)})
    return str(maker.call("diamond")).lower()


def _benign(stage: Stage) -> None:
    shop = stage.env.workshop
    sums = stage.put("sums", KINDS, "Sums").address
    user = stage.env.deploy(shop.contract(KINDS, "LibraryUser"), libraries={"Sums": sums})
    stage.parts["library user"] = user.address
    stage.put("multicall", KINDS, "Multicall")
    stage.put("runner", KINDS, "Runner")
    stage.put("relay", KINDS, "Relay", stage.parts["logic"])


def names(parts: Mapping[str, str], address: str) -> str:
    """Return the name of a part by its address."""
    return next((name for name, one in parts.items() if one == address), address)
