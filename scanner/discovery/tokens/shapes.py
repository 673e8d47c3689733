"""What a contract that holds units may be, told by what it answers. An answer alone is its claim.

Each shape says what is asked, what is asked next to check it, and what speaks for it. Facts: Uniswap v2-core
(UniswapV2Pair, UniswapV2Factory) and v3-core, ERC-4626, OpenZeppelin ERC20Wrapper, VestingWallet and TokenTimelock,
Curve's VotingEscrow, Synthetix' StakingRewards, Convex' CvxLocker, Safe 1.3.0 to 1.5.0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scanner.chain.abi import encode_call, word
from scanner.chain.interface import CallRead, CodeRead, Read, StorageRead
from scanner.discovery.account import Account, nonzero
from scanner.discovery.battery import SLOT_ZERO
from scanner.discovery.tokens.labels import labelled
from scanner.model.evidence import CodeEvidence, Evidence
from scanner.model.holders import HolderKind
from scanner.model.observation import Known, Unknown

_SIMPLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("token0()", ("address",)),
    ("token1()", ("address",)),
    ("factory()", ("address",)),
    ("getReserves()", ("uint112", "uint112", "uint32")),
    ("fee()", ("uint24",)),
    ("slot0()", ("uint160", "int24")),
    ("liquidity()", ("uint128",)),
    ("asset()", ("address",)),
    ("totalAssets()", ("uint256",)),
    ("underlying()", ("address",)),
    ("totalSupply()", ("uint256",)),
    ("token()", ("address",)),
    ("supply()", ("uint256",)),
    ("epoch()", ("uint256",)),
    ("stakingToken()", ("address",)),
    ("lockedSupply()", ("uint256",)),
    ("releaseTime()", ("uint256",)),
    ("masterCopy()", ("address",)),
    ("getThreshold()", ("uint256",)),
)
NONSENSE = "daoscanAsksThisOfNobody()"
"""A function that no contract has: who answers it answers anything."""

_ALWAYS = 2**64 - 1
"""A time by which everything has vested."""

SAFE_PROXIES = frozenset(
    {
        "0xb89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000",
        "0xd7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c",
        "0x4e381985ca68b3e5d27b4425fa581c19cf33146d3f887a3cfca96f55528ea46f",
    }
)
"""Hashes of the proxy's code in Safe 1.3.0, 1.4.1 and 1.5.0, as their packages build it."""

SAFE_SINGLETONS = frozenset(
    {
        "0xbba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e",
        "0x1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4",
        "0xdda019cbd7c867a533a2a86e5c53434fdc50b13122b5a5ddb4a8df61b31c20f2",
    }
)
"""The same of the code that the proxies run; its variants for other chains are told by the list of addresses."""

_OWNER_COUNT, _THRESHOLD = word(3), word(4)
"""Slots of a Safe (OwnerManager). Asked instead of `getOwners()`, whose answer would name the owners."""


@dataclass(frozen=True)
class Seen:
    """One holder of one token with everything that it answered."""

    account: Account
    token: str
    balance: Known[int] | Unknown
    chain_id: int

    def number(self, key: str) -> int | None:
        answer = self.account.ask(key)
        return int(answer.value) if isinstance(answer, Known) and isinstance(answer.value, int) else None

    def names(self, key: str, address: str) -> bool:
        """Whether it answers this address."""
        answer = self.account.ask(key)
        return isinstance(answer, Known) and answer.value == address

    def proof(self, *keys: str) -> tuple[Evidence, ...]:
        return tuple(piece for key in keys for piece in self.account.ask(key).evidence)

    def booked(self, units: int | None) -> bool:
        """Whether what its books say it has is nine tenths or more of what it holds: what is there belongs to them."""
        return units is not None and isinstance(self.balance, Known) and 10 * units >= 9 * self.balance.value


@dataclass(frozen=True)
class Told:
    """What a shape says: `checked` with somebody else, `agrees` with the token's own books, or only claimed."""

    kind: HolderKind
    words: str
    evidence: tuple[Evidence, ...]
    checked: bool = False
    agrees: bool = False


@dataclass(frozen=True)
class Question:
    """A read whose answer is kept under `key`."""

    key: str
    outputs: tuple[str, ...]
    read: Read


def first_questions(holder: str, token: str) -> list[Question]:
    """Return what any contract among the largest holders is asked."""
    asked = [Question(key, outputs, CallRead(holder, encode_call(key), key)) for key, outputs in _SIMPLE]
    asked.append(Question(NONSENSE, ("bytes32",), CallRead(holder, encode_call(NONSENSE), NONSENSE)))
    for key, arguments in (("releasable(address)", (token,)), ("vestedAmount(address,uint64)", (token, _ALWAYS))):
        asked.append(Question(key, ("uint256",), CallRead(holder, encode_call(key, arguments), key)))
    return asked


def next_questions(seen: Seen) -> list[Question]:
    """Return whom to ask whether a claim is true: the factory of a pool, the storage of a Safe and its singleton."""
    return [*_of_factory(seen), *_of_safe(seen)]


def shapes_of(seen: Seen) -> tuple[Told, ...]:
    """Return what it may be, best told first; nothing for what answers a question that nobody can answer."""
    if isinstance(seen.account.ask(NONSENSE), Known):
        return ()
    found = [told for shape in _SHAPES if (told := shape(seen)) is not None]
    return tuple(sorted(found, key=lambda told: (not told.checked, not told.agrees)))


# ---------------------------------------------------------------------------------------------------- pools

_PAIR, _POOL = "getPair(address,address)", "getPool(address,address,uint24)"


def _sides(seen: Seen) -> tuple[str, str, str] | None:
    """Return both tokens of a pool and its factory, where one of them is the token that it holds."""
    answers = [nonzero(seen.account.address_of(key)) for key in ("token0()", "token1()", "factory()")]
    first, second, factory = answers
    if first is None or second is None or factory is None or first == second or seen.token not in (first, second):
        return None
    return first, second, factory


def _of_factory(seen: Seen) -> list[Question]:
    sides = _sides(seen)
    if sides is None:
        return []
    first, second, factory = sides
    asked: list[Question] = []
    if isinstance(seen.account.ask("getReserves()"), Known):
        asked.append(Question(_PAIR, ("address",), CallRead(factory, encode_call(_PAIR, (first, second)), _PAIR)))
    fee = seen.number("fee()")
    if fee is not None and seen.account.answers("slot0()", "liquidity()"):
        asked.append(Question(_POOL, ("address",), CallRead(factory, encode_call(_POOL, (first, second, fee)), _POOL)))
    return asked


def _pair(seen: Seen) -> Told | None:
    sides, reserves = _sides(seen), seen.account.ask("getReserves()")
    if sides is None or isinstance(reserves, Unknown):
        return None
    own = int(reserves.value[sides.index(seen.token)])
    named = seen.names(_PAIR, seen.account.address)
    inside = isinstance(seen.balance, Known) and own <= seen.balance.value and seen.booked(own)
    words = f"a pool of two tokens (Uniswap v2); {_of(seen, sides[2], named)}"
    if not inside:
        words += "; its reserves are not what it holds"
    evidence = seen.proof("token0()", "token1()", "factory()", "getReserves()", _PAIR)
    return Told(HolderKind.POOL, words, evidence, checked=named and inside)


def _concentrated(seen: Seen) -> Told | None:
    sides = _sides(seen)
    if sides is None or seen.number("fee()") is None or not seen.account.answers("slot0()", "liquidity()"):
        return None
    named = seen.names(_POOL, seen.account.address)
    words = f"a pool of two tokens (Uniswap v3); {_of(seen, sides[2], named)}"
    evidence = seen.proof("token0()", "token1()", "factory()", "fee()", "slot0()", "liquidity()", _POOL)
    return Told(HolderKind.POOL, words, evidence, checked=named)


def _of(seen: Seen, factory: str, named: bool) -> str:
    label = labelled(seen.chain_id, factory)
    called = label.label if label is not None else f"the factory {factory}, which is on no list,"
    return f"{called} {'names it' if named else 'does not name it'}"


# --------------------------------------------------------------------------------------------------- wallets


def _of_safe(seen: Seen) -> list[Question]:
    singleton = nonzero(seen.account.address_of("masterCopy()"))
    if singleton is None or seen.number("getThreshold()") is None:
        return []
    slots = [Question(slot, ("uint256",), StorageRead(seen.account.address, slot)) for slot in _SAFE_SLOTS]
    return [*slots, Question(_CODE, (), CodeRead(singleton))]


_SAFE_SLOTS = (SLOT_ZERO, _OWNER_COUNT, _THRESHOLD)
_CODE = "code of the singleton"


def _safe(seen: Seen) -> Told | None:
    singleton = nonzero(seen.account.address_of("masterCopy()"))
    if singleton is None or seen.number("getThreshold()") is None:
        return None
    owners, threshold = seen.number(_OWNER_COUNT), seen.number(_THRESHOLD)
    running = seen.account.calls[_CODE][1].evidence if _CODE in seen.account.calls else ()
    listed = labelled(seen.chain_id, singleton)
    known = _is_code(seen.account.code.evidence, SAFE_PROXIES) and (
        _is_code(running, SAFE_SINGLETONS) or (listed is not None and listed.category == "infra.safe")
    )
    checked = known and seen.number(SLOT_ZERO) == int(singleton, 16) and owners is not None and threshold is not None
    words = f"Safe {threshold} of {owners}" if checked else "a Safe, but not of known code"
    evidence = (*seen.account.code.evidence, *seen.proof("masterCopy()", *_SAFE_SLOTS), *running)
    return Told(HolderKind.SAFE, words, evidence, checked=checked)


def _is_code(evidence: Sequence[Evidence], hashes: frozenset[str]) -> bool:
    return any(isinstance(piece, CodeEvidence) and piece.codehash in hashes for piece in evidence)


# ------------------------------------------------------------------------- contracts that hold for their users


def _vault(seen: Seen) -> Told | None:
    if not seen.names("asset()", seen.token) or seen.number("totalAssets()") is None:
        return None
    agrees = seen.booked(seen.number("totalAssets()")) and bool(seen.number("totalSupply()"))
    evidence = seen.proof("asset()", "totalAssets()", "totalSupply()")
    return Told(HolderKind.VAULT, "a vault of this token (ERC-4626)", evidence, agrees=agrees)


def _wrapper(seen: Seen) -> Told | None:
    wrapped = seen.number("totalSupply()")
    if not seen.names("underlying()", seen.token) or wrapped is None:
        return None
    agrees = seen.booked(wrapped) and isinstance(seen.balance, Known) and wrapped <= seen.balance.value
    evidence = seen.proof("underlying()", "totalSupply()")
    return Told(HolderKind.WRAPPER, "a wrapped form of this token", evidence, agrees=agrees)


def _escrow(seen: Seen) -> Told | None:
    locked = seen.number("supply()")
    if not seen.names("token()", seen.token) or locked is None or seen.number("epoch()") is None:
        return None
    evidence = seen.proof("token()", "supply()", "epoch()")
    return Told(HolderKind.ESCROW, "a vote escrow", evidence, agrees=seen.booked(locked))


def _staking(seen: Seen) -> Told | None:
    if not seen.names("stakingToken()", seen.token):
        return None
    key = "lockedSupply()" if seen.number("lockedSupply()") is not None else "totalSupply()"
    evidence = seen.proof("stakingToken()", key)
    return Told(HolderKind.STAKING, "a staking contract", evidence, agrees=seen.booked(seen.number(key)))


def _vesting(seen: Seen) -> Told | None:
    """Who gains by it is not asked: a person, as a rule."""
    if seen.number("releasable(address)") is not None:
        every = seen.number("vestedAmount(address,uint64)")
        evidence = seen.proof("releasable(address)", "vestedAmount(address,uint64)")
        return Told(HolderKind.VESTING, "a vesting contract", evidence, agrees=seen.booked(every))
    if seen.names("token()", seen.token) and seen.number("releaseTime()") is not None:
        evidence = seen.proof("token()", "releaseTime()")
        return Told(HolderKind.VESTING, "a contract that releases units at a set time", evidence)
    return None


_SHAPES: tuple[Callable[[Seen], Told | None], ...] = (
    _pair,
    _concentrated,
    _safe,
    _vault,
    _wrapper,
    _escrow,
    _staking,
    _vesting,
)
