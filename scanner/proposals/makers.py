"""Contracts that calls of proposals make: at which address, and whether that address binds their code.

CREATE2 derives the address from the maker, a salt and the code that runs first (EIP-1014). Where that code asks no
other contract what to become, the address binds what will stand there; else it binds nothing (metamorphic contracts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eth_utils.crypto import keccak

from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.control.holders import short
from scanner.model.observation import Known
from scanner.proposals.nested import Call
from scanner.proposals.spell.run import created2_address

_BARE = frozenset({"0x4e59b44847b379578588920ca78fbf26c0b4956c", "0x914d7fec6aac8cd542e72bca78b30650d45643d7"})
"""Arachnid's deployment proxy and Safe's singleton factory: salt and code, without a selector."""

_CREATEX = "0xba5ed099633d3b313e4d5f7bdc1305d3c28ba5ed"

_SALT_AND_CODE: Mapping[str, tuple[int, int]] = {
    "deploy(bytes,bytes32)": (1, 0),  # EIP-2470
    "safeCreate2(bytes32,bytes)": (0, 1),  # ImmutableCreate2Factory
    "deploy(uint256,bytes32,bytes)": (1, 2),  # a contract around OpenZeppelin's Create2
    "deployCreate2(bytes32,bytes)": (0, 1),  # CreateX, and those who took over the name
    "performCreate2(uint256,bytes,bytes32)": (2, 1),  # Safe's CreateCall
    "deploy(bytes32,bytes)": (0, 1),
}
"""Signature -> positions of salt and code. What a contract does under such a name is its own affair: an address that
is worked out wrongly is that of no target."""

_ASKING = frozenset({"CALL", "STATICCALL", "DELEGATECALL", "CALLCODE", "EXTCODECOPY", "SLOAD", "TLOAD"})
_MOST_NONCES = 16


@dataclass(frozen=True)
class Making:
    """How a contract comes to its address: by which call of which proposal, with how much code."""

    proposal: int
    action: str
    factory: str
    size: int
    bound: bool

    @property
    def words(self) -> str:
        """Say it in a sentence's part."""
        binds = "its address binds its code" if self.bound else "its code is decided by others, not by its address"
        at = f" at {short(self.factory)}" if self.factory else ""
        return f"{self.action} of proposal {self.proposal} makes it with CREATE2{at}: {binds}"


def makings(proposal: int, calls: Iterable[Call]) -> dict[str, Making]:
    """Return, by address, the contracts that calls on the scanned chain make with CREATE2."""
    found: dict[str, Making] = {}
    for call in calls:
        if call.chain:
            continue
        maker = call.caller if call.delegatecall else call.target
        where = call.inside or f"action {call.index + 1}"
        for address, code in call.makes:
            found.setdefault(address, Making(proposal, where, maker, len(code), _binds(code)))
        parts = _salt_and_code(call)
        if parts is None or not maker:
            continue
        salt, code = parts
        making = Making(proposal, where, maker, len(code), _binds(code))
        for number in _salts(maker, salt):
            found.setdefault(created2_address(maker, number, code), making)
    return found


def _salt_and_code(call: Call) -> tuple[int, bytes] | None:
    if call.target in _BARE:
        data = bytes.fromhex(call.calldata[2:])
        return (int.from_bytes(data[:32], "big"), data[32:]) if len(data) > 32 else None
    signature = call.decoded.signature
    positions = _SALT_AND_CODE.get(signature.value) if isinstance(signature, Known) else None
    if positions is None or call.decoded.left_open & set(positions):
        return None
    salt, code = (str(call.decoded.values[at]) for at in positions)
    return int(salt, 16), bytes.fromhex(code[2:])


def _salts(maker: str, salt: int) -> tuple[int, ...]:
    """CreateX hashes a salt that protects nobody (its `_guard`); others take it as it is."""
    hashed = int.from_bytes(keccak(salt.to_bytes(32, "big")), "big")
    return (hashed, salt) if maker == _CREATEX else (salt,)


def _binds(code: bytes) -> bool:
    names = reachable_opcodes("0x" + code.hex())
    return names is not None and not names & _ASKING


def maker_among(address: str, candidates: Iterable[str]) -> tuple[str, int] | None:
    """Return which of these accounts made a contract with CREATE, and with which of its first nonces (EIP-161).

    The address is the hash of maker and nonce in RLP (Yellow Paper, 7), which are 23 bytes for so small a nonce.
    """
    wanted = bytes.fromhex(address[2:])
    for candidate in candidates:
        sender = bytes.fromhex(candidate[2:])
        for nonce in range(1, _MOST_NONCES + 1):
            if keccak(b"\xd6\x94" + sender + bytes([nonce]))[12:] == wanted:
                return candidate, nonce
    return None
