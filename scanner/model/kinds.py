"""The closed vocabularies of the model."""

from __future__ import annotations

from enum import StrEnum


class ActorKind(StrEnum):
    """Where a line of control ends."""

    EOA = "eoa"
    MULTISIG = "multisig"
    TOKEN_VOTE = "token-vote"
    NFT_VOTE = "nft-vote"
    SHARE_VOTE = "share-vote"
    ANYONE = "anyone"
    NOBODY = "nobody"
    UNRESOLVED = "unresolved"

    @property
    def is_vote(self) -> bool:
        return self in {ActorKind.TOKEN_VOTE, ActorKind.NFT_VOTE, ActorKind.SHARE_VOTE}


GOVERNOR_FAMILIES = (
    "oz-governor-5",
    "oz-governor-4",
    "compound-governor",
    "governor-alpha",
    "governor-bravo",
    "nouns",
    "agora",
    "aragon-osx-token-voting",
    "aragon-osx-addresslist-voting",
    "aragon-osx-multisig",
    "aragon-voting",
    "moloch-v1",
    "moloch-v2",
    "baal",
    "ds-chief",
    "aave-v2",
    "aave-v3",
    "snapshot-x",
    "azorius",
    "party",
    "tornado",
    "esd",
    "unknown",
)
"""What `Governor.family` may say."""

TIMELOCK_KINDS = (
    "compound-timelock",
    "oz-timelock-controller",
    "ds-pause",
    "aave-executor",
    "aave-payloads-controller",
    "snapshot-x-timelock",
    "zodiac-delay",
    "unknown",
)
"""What `Timelock.kind` may say."""


class Role(StrEnum):
    """What a contract is to the DAO."""

    ENTRY = "entry"
    GOVERNOR = "governor"
    TIMELOCK = "timelock"
    EXECUTOR = "executor"
    TOKEN = "token"
    TREASURY = "treasury"
    SAFE = "safe"
    MODULE = "module"
    GUARDIAN = "guardian"
    IMPLEMENTATION = "implementation"
    ADMIN = "admin"
    PROPOSAL_TARGET = "proposal-target"
    LINKED = "linked"


class Capability(StrEnum):
    """What a control edge allows."""

    MOVE_FUNDS = "move-funds"
    EXECUTE = "execute"
    PROPOSE = "propose"
    CANCEL = "cancel"
    VETO = "veto"
    UPGRADE = "upgrade"
    ADMIN = "admin"
    MINT = "mint"
    PAUSE = "pause"
    CONFISCATE = "confiscate"
    SET_PARAMETERS = "set-parameters"
    LIMITED = "act-within-limits"


class Stage(StrEnum):
    """How far a feature goes (domain evidence ladder). Order matters."""

    ABSENT = "absent"
    PRESENT = "present"
    REACHABLE = "reachable"
    CONFIGURED = "configured"
    EXERCISED = "exercised"


class MembershipKind(StrEnum):
    """How voting power is obtained; a class, not a verdict."""

    OPEN_FREE = "OPEN-FREE"
    OPEN_PAID = "OPEN-PAID"
    OPEN_MARKET = "OPEN-MARKET"
    OPEN_PROOF = "OPEN-PROOF"
    SPONSORED = "SPONSORED"
    ALLOWLIST = "ALLOWLIST"
    IDENTITY = "IDENTITY"
    CLOSED_LIST = "CLOSED-LIST"
    HYBRID = "HYBRID"
    UNDETERMINED = "UNDETERMINED"


class Guard(StrEnum):
    """What stands between a stranger and a function; the weakest path counts."""

    ABSENT = "no-function"
    NONE = "none"
    PAYMENT = "payment"
    PROOF = "proof"
    IDENTITY = "identity"
    MEMBER = "member"
    CALLER = "caller"


class VoteTime(StrEnum):
    """When a vote's (or a proposal's) weight is read."""

    PAST_BLOCK = "past-block"
    CALL_TIME_LOCKED = "call-time-locked"
    CALL_TIME = "call-time"


class Verification(StrEnum):
    """How well the source is tied to the deployed code."""

    EXACT = "exact"
    MATCH = "match"
    ASSERTED = "asserted"
    OTHER_BYTECODE = "other-bytecode"
    NOT_VERIFIED = "not-verified"


class Effect(StrEnum):
    """What one proposal action does."""

    NATIVE_TRANSFER = "native-transfer"
    VALUE_OUT = "value-out"
    APPROVAL = "approval"
    ROLE = "role"
    PARAMETER = "parameter"
    UPGRADE = "upgrade"
    SUPPLY = "supply"
    INDIRECTION = "indirection"
    PAUSE = "pause"
    MEMBERSHIP = "membership"
    PRIVACY = "privacy"
    CONTENT = "content"
    OTHER = "other"
    UNDECODED = "undecoded"
