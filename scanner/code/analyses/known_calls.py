"""Names of functions whose meaning is fixed by a standard or by the libraries that everybody uses."""

from __future__ import annotations

PAST_VOTES = frozenset(
    {
        "getPastVotes", "getPriorVotes", "balanceOfAt", "getPastBalance", "getPowerAtBlock", "getVotingPowerAt",
        "votingPowerAt", "getPropositionPowerAt", "getVotesAtBlock", "getPriorBalance", "balanceOfAtNFT",
        "getPastVotingPower", "stakeAt", "getSharesAt", "getPastShares",
    }
)  # fmt: skip
"""An account's weight at a past point: ERC-5805, Comp, MiniMe, Aave."""

CHECKPOINTS = frozenset(
    {"upperLookup", "upperLookupRecent", "lowerLookup", "getAtBlock", "getAtProbablyRecentBlock", "getValueAt"}
)
"""A value at a past point, of an account or of a whole: OpenZeppelin Checkpoints, MiniMe."""

REFUSES_THE_PRESENT = frozenset({"getPastVotes", "getPriorVotes"})
"""Revert when they are asked for the current block."""

LIVE_VOTES = frozenset(
    {
        "balanceOf", "getVotes", "getCurrentVotes", "getVotingPower", "votingPower", "votingPowerOf", "getPower",
        "balanceOfStalk", "balanceOfRoots", "stakeOf", "stakedBalance", "getDeposit", "depositOf", "sharesOf",
        "votesOf", "getStake", "weightOf", "powerOf",
    }
)  # fmt: skip
"""Weight as it is in the moment of the call."""

STRATEGY_INPUTS = 4
"""Snapshot X asks a voting strategy for `getVotingPower` at a block: of a voter, with parameters of two kinds."""

CALLER_CHECKS = frozenset(
    {
        "hasRole", "canCall", "isOwner", "isAuthorized", "isAdmin", "hasPermission", "isGranted", "canPerform",
        "isOperator", "isTrusted", "isGovernor", "isGuardian", "isMinter", "isController", "hasAccess",
        "isModuleEnabled", "isApprovedForAll", "isWearerOfHat", "isManager", "consumeScheduledOp", "checkRole",
    }
)  # fmt: skip

MEMBER_CHECKS = frozenset(
    {"balanceOf", "getVotes", "getPastVotes", "getPriorVotes", "getCurrentVotes", "isMember", "isListed", "ownerOf"}
)

PROOF_CHECKS = frozenset(
    {
        "verify", "verifyCalldata", "verifyProof", "validateProof", "processProof", "processProofCalldata",
        "multiProofVerify", "isValidSignature", "isValidSignatureNow", "verifyAnonAadhaarProof",
        "isValidERC1271SignatureNow",
    }
)  # fmt: skip

VOID_GATES = frozenset(
    {"verifyProof", "validateProof", "checkRole", "consumeScheduledOp", "enforce", "requireNotSanctioned"}
)
"""Checks that answer by reverting."""

PULLS = frozenset(
    {"transferFrom", "safeTransferFrom", "trySafeTransferFrom", "safeTransferFromRelaxed", "permitTransferFrom"}
)
"""Take units from somebody who approved it: first argument (after the token, in libraries) is the payer."""

PAYS = frozenset({"transfer", "safeTransfer", "trySafeTransfer", "send"})
"""Hand units to somebody: that it went well says nothing about who calls."""

RECOVERS = frozenset({"recover", "tryRecover", "recoverCalldata", "tryRecoverCalldata", "recoverSigner"})

MERKLE_LIBRARIES = frozenset({"MerkleProof", "MerkleProofLib", "MerkleProofUpgradeable"})

CALLER_SIGNATURE_LIBRARIES = frozenset({"SignatureChecker", "SignatureCheckerUpgradeable", "SignatureCheckerLib"})

TOKEN_LIBRARIES = frozenset({"SafeERC20", "SafeERC20Upgradeable", "SafeTransferLib", "TransferHelper", "Currency"})
"""Libraries around token calls: the token comes first, the selector is fixed."""
