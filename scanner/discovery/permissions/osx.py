"""Aragon OSx (PermissionManager.sol): a DAO keeps who may do what on itself, on its plugins and on its token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.chain.abi import DecodeError, decode, topic
from scanner.discovery.account import Account
from scanner.discovery.control.grants import Grant
from scanner.discovery.permissions.claims import Claim, Ledger, chosen, confirmed, dispatches, logs_of, question
from scanner.discovery.world import Getter
from scanner.model.values import ZERO_ADDRESS

GRANTED = topic("Granted(bytes32,address,address,address,address)")
REVOKED = topic("Revoked(bytes32,address,address,address)")
TOPICS = (GRANTED, REVOKED)

ALLOW_FLAG = "0x" + "00" * 19 + "02"
ANY_ADDRESS = "0x" + "ff" * 20
HAS_PERMISSION = "hasPermission(address,address,bytes32,bytes)"
_FUNCTIONS = (HAS_PERMISSION, "isGranted(address,address,bytes32,bytes)", "grant(address,address,bytes32)")

_NAMES = (
    "ROOT",
    "EXECUTE",
    "UPGRADE_DAO",
    "UPGRADE_PLUGIN",
    "SET_METADATA",
    "SET_TRUSTED_FORWARDER",
    "SET_SIGNATURE_VALIDATOR",
    "REGISTER_STANDARD_CALLBACK",
    "UPDATE_VOTING_SETTINGS",
    "UPDATE_MULTISIG_SETTINGS",
    "UPDATE_ADDRESSES",
    "MINT",
    "CREATE_PROPOSAL",
    "EXECUTE_PROPOSAL",
    "SET_TARGET_CONFIG",
)
ID = {name: topic(f"{name}_PERMISSION") for name in _NAMES}
NAMES = {identifier: f"{name}_PERMISSION" for name, identifier in ID.items()}
ROOT, EXECUTE, MINT = ID["ROOT"], ID["EXECUTE"], ID["MINT"]
UPGRADES = (ID["UPGRADE_DAO"], ID["UPGRADE_PLUGIN"])


def is_dao(code: str) -> bool:
    """Whether the running code (hex) dispatches the functions of a PermissionManager that is a DAO."""
    return dispatches(code, *_FUNCTIONS)


def claims(dao: Account) -> tuple[Claim, ...]:
    """Return the last that the DAO's logs say of each permission; what does not decode is left out."""
    last: dict[tuple[str, str, str], Claim] = {}
    for log in logs_of(dao):
        if len(log.topics) != 4 or log.topics[0] not in TOPICS:
            continue
        stands = log.topics[0] == GRANTED
        try:
            where, *rest = decode(("address", "address") if stands else ("address",), log.data)
        except DecodeError:
            continue
        condition = str(rest[0]).lower() if rest else ALLOW_FLAG
        who = "0x" + log.topics[3][-40:]
        key = (str(where).lower(), ZERO_ADDRESS if who == ANY_ADDRESS else who, log.topics[1])
        words = "" if condition == ALLOW_FLAG else f"the condition {condition}"
        last[key] = Claim(*key, stands=stands, condition=words, log=log)
    return tuple(last.values())


def questions(dao: Account) -> Iterator[Getter]:
    """Yield what the DAO is asked about the permissions that it logged."""
    for claim in chosen(claims(dao)):
        who = ANY_ADDRESS if claim.who == ZERO_ADDRESS else claim.who
        arguments = (claim.where, who, claim.permission, "0x")
        yield Getter(dao.address, HAS_PERMISSION, ("bool",), arguments, question(claim))


def upgraders(account: Account) -> tuple[Grant, ...]:
    """Return who may replace the code of a contract whose permissions a DAO keeps: keys first, the DAO last."""
    if account.grants is None:
        return ()
    dao = account.grants.authority
    held = account.grants.of(*UPGRADES)
    if not held:
        # Nobody holds it: whoever is root of the DAO can give it to themselves.
        keeper = account.met.get(dao, account)
        roots = keeper.grants.of(ROOT) if keeper.grants is not None else ()
        held = tuple(replace(grant, where=account.address, now=False) for grant in roots if grant.where == dao)

    def rank(grant: Grant) -> tuple[bool, bool, bool, str]:
        holder = account.met.get(grant.who)
        return (bool(grant.condition), grant.who == dao, holder is None or not holder.is_eoa, grant.who)

    return tuple(sorted(held, key=rank))


def ledger(dao: Account) -> Ledger:
    """Return every permission that the DAO keeps now."""
    return confirmed(dao, claims(dao), NAMES)
