"""Kinds of contracts that act for others, in the order in which they are tried."""

from __future__ import annotations

from scanner.discovery.account import Account
from scanner.discovery.executors.aave_executor import AaveExecutor
from scanner.discovery.executors.aave_payloads import LevelExecutor, PayloadsController
from scanner.discovery.executors.aragon_apps import APPS, AragonApp
from scanner.discovery.executors.aragon_osx import OsxDao
from scanner.discovery.executors.compound_timelock import CompoundTimelock
from scanner.discovery.executors.ds_pause import DsPause
from scanner.discovery.executors.interface import ExecutorFamily
from scanner.discovery.executors.juicebox import JUICEBOX
from scanner.discovery.executors.snapshot_x import SnapshotAvatar, SnapshotTimelock
from scanner.discovery.executors.timelock_controller import TimelockController
from scanner.discovery.executors.zodiac import ZODIAC

EXECUTORS: tuple[ExecutorFamily, ...] = (
    TimelockController(),
    CompoundTimelock(),
    DsPause(),
    OsxDao(),
    AaveExecutor(),
    PayloadsController(),
    LevelExecutor(),
    SnapshotTimelock(),
    SnapshotAvatar(),
    *ZODIAC,
    *JUICEBOX,
    *(AragonApp(app) for app in APPS if app.act),
)


def executor_family_of(account: Account, code: str) -> ExecutorFamily | None:
    """Return the kind that recognises this contract, None when it acts for nobody that is known."""
    if not account.has_code:
        return None
    return next((family for family in EXECUTORS if family.recognise(account, code)), None)
