"""Aragon's proxies (aragonOS 2 to 4): apps whose code the kernel names, apps pinned to it, and the kernel itself.

EIP-897 getters on all three. For an app the kernel's `getApp(namespace, appId)` decides: who may call `setApp` there
replaces the code of every app of that id.
"""

from __future__ import annotations

from collections.abc import Iterator

from eth_utils.crypto import keccak

from scanner.chain.abi import selector
from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.forwards import address_in, left_to_code, nobody, nobody_writes, way
from scanner.discovery.world import Getter
from scanner.model.observation import Known, Reason, Unknown


def mapped(key: str, slot: str) -> str:
    """Return where a mapping in `slot` keeps the value of `key`."""
    return "0x" + keccak(hexstr=key[2:] + slot[2:]).hex()


APP_BASES = "0xf1f3eb40f5bc1ad1344716ced8b8a0431d840b5783aea1fd01786bc26f35ac0f"
CORE = "0xc681a85306374a5ab27f0bbc385296a54bcd314a1948b6cf61c4ea1bc44bb9f8"
KERNEL_ID = "0x3b4bf6bf3ad5000ecf0f989d5befde585c6860fea3e574a4fab4c49d1c177d9c"
"""KernelConstants.sol: namespaces and the kernel's own app id."""
KERNEL_SLOT = mapped(KERNEL_ID, mapped(CORE, "0x" + "00" * 32))
"""`apps[CORE][KERNEL_ID]`: KernelStorage.sol keeps `apps` in slot 0."""

_GET_APP = "getApp(bytes32,bytes32)"
_FORWARDING = 1


def detect(account: Account) -> ProxyMatch | None:
    """Match what answers EIP-897 and Aragon's getters, by what its code does with a call."""
    if not account.answers("proxyType()", "implementation()") or not isinstance(account.code, Known):
        return None
    target = way(account).target
    if target is not None and target.kind == "slot" and target.slot == KERNEL_SLOT:
        admin = left_to_code("whoever the permissions of the kernel let call setApp")
        return ProxyMatch("aragon-kernel", address_in(account, target), admin)
    if not account.answers("kernel()", "appId()"):
        return None
    if target is not None and target.kind == "answer":
        return ProxyMatch("aragon-app", _named(account), account.address_of("kernel()"))
    pinned = account.ask("proxyType()")
    if target is not None and target.kind == "slot" and isinstance(pinned, Known) and pinned.value == _FORWARDING:
        pinned_to = address_in(account, target)
        if nobody_writes(account):
            fixed = nobody(account, "an app pinned to its code: the proxy never writes the slot")
            return ProxyMatch("aragon-pinned", pinned_to, fixed)
        return ProxyMatch("aragon-pinned", pinned_to, left_to_code("the proxy can write the slot"))
    return None


def _named(account: Account) -> Known[str] | Unknown:
    """What the kernel names; what the app says of itself until the kernel was asked."""
    answer = account.calls.get(_KEY)
    if answer is None:
        return account.address_of("implementation()")
    named = account.address_of(_KEY)
    said = account.address_of("implementation()")
    if isinstance(named, Known) and isinstance(said, Known) and named.value != said.value:
        return Unknown(
            reason=Reason.UNRESOLVED,
            detail="the kernel names other code than the app says of itself",
            evidence=named.evidence + said.evidence,
        )
    return named


_KEY = "the kernel's getApp"


def questions(account: Account) -> Iterator[Getter]:
    """Yield the getters that only an Aragon proxy has, for a contract whose own code dispatches them."""
    code = account.code.value if isinstance(account.code, Known) else ""
    for signature, output in (("proxyType()", "uint256"), ("kernel()", "address"), ("appId()", "bytes32")):
        if selector(signature)[2:] in code:
            yield Getter(account.address, signature, (output,))


def kernel_questions(account: Account) -> Iterator[Getter]:
    """Yield what the kernel of an app is asked: which code it gives this app."""
    if account.proxy is None or account.proxy.kind != "aragon-app" or _KEY in account.calls:
        return
    kernel, app = nonzero(account.address_of("kernel()")), account.ask("appId()")
    if kernel and isinstance(app, Known) and isinstance(app.value, str):
        arguments = (APP_BASES, app.value)
        yield Getter(account.address, _GET_APP, ("address",), arguments, named=_KEY, asked=kernel)
