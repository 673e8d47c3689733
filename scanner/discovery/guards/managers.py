"""Contracts that answer for others who may call what: their members, as their logs tell of them.

OpenZeppelin AccessManager 5 (`RoleGranted(uint64,…)`). Logs only say whom to ask about: `canCall` decides.
"""

from __future__ import annotations

from scanner.chain.abi import topic
from scanner.discovery.account import Account

MANAGER_ROLE_GRANTED = topic("RoleGranted(uint64,address,uint32,uint48,bool)")
MANAGER_TOPICS: tuple[str, ...] = (MANAGER_ROLE_GRANTED,)

MAX_MEMBERS = 40


def manager_members(account: Account) -> tuple[str, ...]:
    """Return the accounts to which a manager's logs tell of a role, whatever became of it since."""
    found: dict[str, None] = {}
    for log in account.events(MANAGER_ROLE_GRANTED):
        if len(log.topics) == 3:
            found["0x" + log.topics[2][-40:]] = None
    return tuple(sorted(found))[:MAX_MEMBERS]
