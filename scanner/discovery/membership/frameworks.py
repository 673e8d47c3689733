"""Membership frameworks that are told by their functions: how each admits, and what of its state decides the class.

One row per framework, with the functions that no other kind of contract has (k of n), the getters that are asked of it
and the class that follows. Frameworks whose vote is carried by a token are not here: their token's code is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from scanner.chain.abi import selector, topic
from scanner.discovery.account import Account
from scanner.discovery.asking import has_selector
from scanner.discovery.world import Getter, only_a_target
from scanner.model.evidence import Evidence
from scanner.model.kinds import MembershipKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

SHAMAN_SET = topic("ShamanSet(address,uint256)")
MEMBERSHIP_TOPICS: tuple[str, ...] = (SHAMAN_SET,)
SHAMAN_ADMIN, SHAMAN_MANAGER, SHAMAN_GOVERNOR = 1, 2, 4
"""Bits of a Baal shaman's permission; managers mint and burn shares and loot."""
_ALL_RIGHTS = 7
"""A permission beyond the three bits is none: Baal compares with the numbers that hold each."""
_SHAMANS = "shamans(address)"
_MAX_SHAMANS = 500
_SOULBOUND_FEE = 10_000

_GETTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("getTrustedForwarder()", ("address",)),
    ("sanctionsOracle()", ("address",)),
    ("sponsorThreshold()", ("uint256",)),
    ("multisigSettings()", ("bool", "uint16")),
    ("addresslistLength()", ("uint256",)),
    ("keyPrice()", ("uint256",)),
    ("onKeyPurchaseHook()", ("address",)),
    ("transferFeeBasisPoints()", ("uint256",)),
    ("maxNumberOfKeys()", ("uint256",)),
    ("reservePrice()", ("uint256",)),
    ("totalShares()", ("uint256",)),
    ("proposalValidationStrategy()", ("address", "bytes")),
)


@dataclass(frozen=True)
class Way:
    """A way to voting power; `unknown` where the framework is known and its class is not.

    `through` is another contract that may admit members: its code decides the class.
    """

    kind: MembershipKind | None
    words: str
    evidence: tuple[Evidence, ...]
    unknown: Unknown | None = None
    through: str = ""


@dataclass(frozen=True)
class Framework:
    """A framework by its functions, `needed` of them. `attributes` are facts of Membership that follow from it."""

    name: str
    functions: tuple[str, ...]
    needed: int
    ways: Callable[[Account], Sequence[Way]]
    attributes: tuple[tuple[str, str], ...] = field(default=())

    def runs(self, code: str) -> bool:
        """Whether the running code (hex) dispatches enough of its functions."""
        return sum(has_selector(code, selector(one)) for one in self.functions) >= self.needed


def membership_getters(account: Account, code: str) -> Iterator[Getter]:
    """Yield what a contract is asked because its running code (hex) dispatches it."""
    if only_a_target(account):
        return
    for signature, outputs in _GETTERS:
        if signature not in account.calls and has_selector(code, selector(signature)):
            yield Getter(account.address, signature, outputs)
    if has_selector(code, selector(_SHAMANS)):
        for address in list(_logged_shamans(account))[:_MAX_SHAMANS]:
            yield Getter(account.address, _SHAMANS, ("uint256",), (address,), _shaman_key(address))


def framework_of(code: str) -> Framework | None:
    """Return the framework whose functions the running code (hex) dispatches."""
    return next((one for one in FRAMEWORKS if one.runs(code)), None)


def _shaman_key(address: str) -> str:
    return f"shamans {address}"


def shamans(account: Account) -> tuple[tuple[str, int, tuple[Evidence, ...]], ...]:
    """Return the shamans of a Baal with their permission bits now: named by its logs (ShamanSet), as its state says.

    Where the state was not asked or does not answer, the last log stands.
    """
    found: list[tuple[str, int, tuple[Evidence, ...]]] = []
    for address, (logged, log) in sorted(_logged_shamans(account).items()):
        answer = account.ask(_shaman_key(address))
        bits, evidence = logged, log
        if isinstance(answer, Known):
            bits, evidence = int(answer.value), (*log, *answer.evidence)
        if 0 < bits <= _ALL_RIGHTS:
            found.append((address, bits, evidence))
    return tuple(found)


def _logged_shamans(account: Account) -> dict[str, tuple[int, tuple[Evidence, ...]]]:
    """Return what the last ShamanSet log of each address says. What does not decode names nobody."""
    found: dict[str, tuple[int, tuple[Evidence, ...]]] = {}
    for log in account.events(SHAMAN_SET):
        if len(log.topics) == 2 and len(log.data) == 66:
            found["0x" + log.topics[1][-40:]] = (int(log.data, 16), (log,))
        elif len(log.topics) == 1 and len(log.data) == 130:
            found["0x" + log.data[26:66]] = (int(log.data[66:], 16), (log,))
    return found


def _fixed(kind: MembershipKind, words: str) -> Callable[[Account], Sequence[Way]]:
    return lambda account: (Way(kind, words, account.code.evidence),)


def _open_question(words: str) -> Callable[[Account], Sequence[Way]]:
    def ways(account: Account) -> Sequence[Way]:
        unknown = Unknown(reason=Reason.UNRESOLVED, detail=words, evidence=account.code.evidence)
        return (Way(None, words, account.code.evidence, unknown),)

    return ways


def _baal(account: Account) -> Sequence[Way]:
    """Baal: proposals that members sponsor, and every shaman that may mint beside them."""
    sponsored = Way(MembershipKind.SPONSORED, "a proposal that a member sponsors", account.code.evidence)
    if isinstance(account.logs, Unknown):
        missing = Unknown(reason=account.logs.reason, detail=f"shamans: {account.logs.detail}")
        return (sponsored, Way(None, "shamans", (), missing))
    minting = [(address, evidence) for address, bits, evidence in shamans(account) if bits & SHAMAN_MANAGER]
    return (sponsored, *(Way(None, "minting by a shaman", evidence, through=address) for address, evidence in minting))


def _unlock(account: Account) -> Sequence[Way]:
    """Unlock: a key is bought; a purchase hook may refuse buyers."""
    price, hook = account.ask("keyPrice()"), account.address_of("onKeyPurchaseHook()")
    if isinstance(hook, Known) and hook.value != ZERO_ADDRESS:
        words = "a purchase hook decides who may buy a key"
        unknown = Unknown(reason=Reason.UNRESOLVED, detail=words, evidence=hook.evidence)
        return (Way(None, words, hook.evidence, unknown),)
    if isinstance(hook, Unknown) and hook.reason not in (Reason.REVERTED, Reason.NOT_READ):
        return (Way(None, "purchase hook", (), hook),)
    if isinstance(price, Unknown):
        return (Way(None, "price of a key", (), price),)
    kind = MembershipKind.OPEN_PAID if price.value else MembershipKind.OPEN_FREE
    return (Way(kind, f"a key for {price.value} of the smallest unit", price.evidence + hook.evidence),)


def _multisig(account: Account) -> Sequence[Way]:
    """Aragon Multisig: members are listed; whether others may propose does not make them members."""
    settings = account.ask("multisigSettings()")
    only = "only they propose" if isinstance(settings, Known) and settings.value[0] else "others may propose"
    words = f"a list that its permission holder keeps; {only}" if isinstance(settings, Known) else "a list"
    return (Way(MembershipKind.CLOSED_LIST, words, settings.evidence or account.code.evidence),)


_NOT_A_TOKEN = (("transferable", "no"), ("delegation", "none"))
_SHARES = (*_NOT_A_TOKEN, ("vote_weight", "share"))
_BY_HEAD = (*_NOT_A_TOKEN, ("vote_weight", "one-address"))

FRAMEWORKS: tuple[Framework, ...] = (
    Framework(
        "Baal (Moloch v3)",
        (
            "setShamans(address[],uint256[])",
            "sponsorThreshold()",
            "mintShares(address[],uint256[])",
            "ragequit(address,uint256,uint256,address[])",
        ),
        3,
        _baal,
        (("vote_weight", "share"),),
    ),
    Framework(
        "Moloch v2",
        (
            "ragequit(uint256,uint256)",
            "sponsorProposal(uint256)",
            "submitGuildKickProposal(address,string)",
            "submitProposal(address,uint256,uint256,uint256,address,uint256,address,string)",
            "ragekick(address)",
        ),
        2,
        _fixed(MembershipKind.SPONSORED, "a proposal that a member sponsors and the members vote on"),
        (*_SHARES, ("revocable_by", "member-vote")),
    ),
    Framework(
        "Moloch v1",
        ("ragequit(uint256)", "submitProposal(address,uint256,uint256,string)", "abort(uint256)"),
        2,
        _fixed(MembershipKind.SPONSORED, "a proposal that a member makes and the members vote on"),
        _SHARES,
    ),
    Framework(
        "Tribute (DaoRegistry)",
        ("potentialNewMember(address)", "jailMember(address)", "isMember(address)", "isAdapter(address)"),
        3,
        _open_question("adapters admit members by rules of their own (vote, coupon or identity)"),
        _NOT_A_TOKEN,
    ),
    Framework(
        "Aragon Multisig",
        ("multisigSettings()", "addAddresses(address[])", "removeAddresses(address[])", "isListed(address)"),
        3,
        _multisig,
        _BY_HEAD,
    ),
    Framework(
        "Aragon AddresslistVoting",
        (
            "addAddresses(address[])",
            "removeAddresses(address[])",
            "isListedAtBlock(address,uint256)",
            "supportThreshold()",
        ),
        3,
        _fixed(MembershipKind.CLOSED_LIST, "a list that its permission holder keeps"),
        _BY_HEAD,
    ),
    Framework(
        "Unlock PublicLock",
        ("keyPrice()", "getHasValidKey(address)", "maxNumberOfKeys()", "grantKeys(address[],uint256[],address[])"),
        3,
        _unlock,
        (("delegation", "none"), ("vote_weight", "one-address")),
    ),
    Framework(
        "Hats",
        (
            "mintHat(uint256,address)",
            "isWearerOfHat(address,uint256)",
            "changeHatEligibility(uint256,address)",
            "mintTopHat(address,string,string)",
        ),
        3,
        _fixed(MembershipKind.ALLOWLIST, "the wearer of a hat above gives it, or a module of that hat decides"),
        _BY_HEAD,
    ),
    Framework(
        "Colony",
        (
            "setRootRole(address,bool)",
            "setArchitectureRole(uint256,uint256,address,uint256,bool)",
            "emitDomainReputationReward(uint256,address,int256)",
        ),
        2,
        _fixed(MembershipKind.SPONSORED, "reputation is earned from those who hold a role in a domain"),
        _NOT_A_TOKEN,
    ),
    Framework(
        "Snapshot X",
        ("authenticators(address)", "proposalValidationStrategy()", "votingStrategies(uint8)"),
        2,
        _open_question("voting strategies decide who has power, by rules of their own"),
        (("delegation", "none"),),
    ),
    Framework(
        "MACI",
        (
            "signUp((uint256,uint256),bytes)",
            "signUp((uint256,uint256),bytes,bytes)",
            "mergeState()",
            "publishMessage((uint256[10]),(uint256,uint256))",
        ),
        2,
        _open_question("a sign-up policy decides who may join, by rules of its own"),
        _BY_HEAD,
    ),
    Framework(
        "Juicebox",
        (
            "pay(uint256,uint256,address,address,uint256,bool,string,bytes)",
            "addToBalanceOf(uint256,uint256,address,string,bytes)",
            "redeemTokensOf(address,uint256,uint256,address,uint256,address,string,bytes)",
        ),
        2,
        _fixed(MembershipKind.OPEN_PAID, "whoever pays the project receives its tokens"),
        (),
    ),
)
"""Order matters: the first that fits is taken, so the narrower one stands first."""


def soulbound(account: Account) -> Known[str] | None:
    """Return that a lock's keys cannot be transferred, where its fee takes all of them (Unlock)."""
    fee = account.ask("transferFeeBasisPoints()")
    if isinstance(fee, Known):
        locked = int(fee.value) >= _SOULBOUND_FEE
        return Known(value="no" if locked else "yes", evidence=fee.evidence, derivation="transferFeeBasisPoints()")
    return None
