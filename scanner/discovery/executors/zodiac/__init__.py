"""Zodiac's modules on a Safe: the Delay and Roles modifiers, and the modules of a bridge and of an oracle.

None of them has assets; each makes its target act, a Safe or the next modifier. Selectors and events are those of the
ABIs in npm @gnosis.pm/zodiac 4.0.3.
"""

from __future__ import annotations

from scanner.discovery.executors.interface import ExecutorFamily
from scanner.discovery.executors.zodiac.base import ZodiacModule
from scanner.discovery.executors.zodiac.bridge import BridgeModule
from scanner.discovery.executors.zodiac.delay import DelayModifier
from scanner.discovery.executors.zodiac.reality import OracleModule
from scanner.discovery.executors.zodiac.roles import ASSIGN_ROLES_V1, ASSIGN_ROLES_V2, RolesModifier

__all__ = ["ASSIGN_ROLES_V1", "ASSIGN_ROLES_V2", "ZODIAC", "DelayModifier", "OracleModule", "ZodiacModule"]

ZODIAC: tuple[ExecutorFamily, ...] = (
    DelayModifier(),
    RolesModifier(2),
    RolesModifier(1),
    BridgeModule(),
    OracleModule(),
)
