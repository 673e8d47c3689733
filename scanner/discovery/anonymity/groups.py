"""Semaphore groups: a shared contract keeps many of them, and a DAO names its own by number (ISemaphoreGroups)."""

from __future__ import annotations

from scanner.discovery.account import Account
from scanner.discovery.battery import GROUP_ADMIN_UPDATED, MEMBER_ADDED, MEMBER_REMOVED, MEMBERS_ADDED
from scanner.discovery.world import World, only_a_target
from scanner.model.observation import Known, Unknown


def group_ids(world: World) -> tuple[str, ...]:
    """Return the group numbers that contracts of the DAO answer for `groupId()`, each as a topic word."""
    found: set[str] = set()
    for account in world.accounts.values():
        answer = account.ask("groupId()")
        if isinstance(answer, Known) and not only_a_target(account):
            found.add(word_of(int(answer.value)))
    return tuple(sorted(found))


def word_of(number: int) -> str:
    """Return a group's number as a topic word."""
    return "0x" + number.to_bytes(32, "big").hex()


def keeps_groups(world: World, address: str) -> bool:
    """Whether the contract's logs tell of groups and their members."""
    account = world.accounts[address]
    return bool(account.events(GROUP_ADMIN_UPDATED))


def group_admin(account: Account, number: str) -> Known[str] | None:
    """Return who admits members to a group now; None when the logs do not tell of that group."""
    changes = [log for log in account.events(GROUP_ADMIN_UPDATED) if len(log.topics) == 4 and log.topics[1] == number]
    if not changes:
        return None
    return Known(value="0x" + changes[-1].topics[3][-40:], evidence=(changes[-1],), derivation="GroupAdminUpdated")


def group_members(account: Account, number: str) -> Known[int] | Unknown:
    """Return how many members a group has, by its logs."""
    if isinstance(account.logs, Unknown):
        return account.logs
    count = 0
    for log in account.logs.value:
        if len(log.topics) < 2 or log.topics[1] != number:
            continue
        if log.topics[0] == MEMBER_ADDED:
            count += 1
        elif log.topics[0] == MEMBER_REMOVED:
            count -= 1
        elif log.topics[0] == MEMBERS_ADDED and len(log.data) >= 2 + 64 * 4:
            count += int(log.data[2 + 64 * 3 : 2 + 64 * 4], 16)
    return Known(value=count, evidence=account.logs.evidence, derivation="members added and removed, from logs")
