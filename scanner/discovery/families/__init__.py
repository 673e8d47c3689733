"""Governor families, in the order in which they are tried; the last takes what no other knows."""

from __future__ import annotations

from scanner.discovery.account import Account
from scanner.discovery.families.aave_v2 import AaveV2
from scanner.discovery.families.aave_v3 import AaveV3
from scanner.discovery.families.agora import Agora
from scanner.discovery.families.aragon_classic import AragonVoting
from scanner.discovery.families.aragon_osx import OsxAddresslistVoting, OsxMultisig, OsxTokenVoting
from scanner.discovery.families.azorius import Azorius
from scanner.discovery.families.baal import Baal
from scanner.discovery.families.compound import GovernorAlpha, GovernorBravo
from scanner.discovery.families.compound_governor import CompoundGovernor
from scanner.discovery.families.ds_chief import DsChief
from scanner.discovery.families.esd import EmptySet
from scanner.discovery.families.interface import GovernorFamily
from scanner.discovery.families.moloch import MolochV1, MolochV2
from scanner.discovery.families.nouns import Nouns
from scanner.discovery.families.oz_governor import OpenZeppelinGovernor
from scanner.discovery.families.party import Party
from scanner.discovery.families.snapshot_x import SnapshotX
from scanner.discovery.families.tornado import Tornado
from scanner.discovery.families.unknown import UnknownGovernor

FAMILIES: tuple[GovernorFamily, ...] = (
    Azorius(),
    AaveV2(),
    AaveV3(),
    SnapshotX(),
    Tornado(),
    EmptySet(),
    CompoundGovernor(),
    Nouns(),
    Agora(),
    Baal(),
    MolochV2(),
    MolochV1(),
    DsChief(),
    Party(),
    OpenZeppelinGovernor(5),
    OpenZeppelinGovernor(4),
    GovernorAlpha(),
    GovernorBravo(),
    OsxTokenVoting(),
    OsxAddresslistVoting(),
    OsxMultisig(),
    AragonVoting(),
    UnknownGovernor(),
)


def family_of(account: Account, code: str) -> GovernorFamily | None:
    """Return the family that recognises this contract, None when it is no governor."""
    if not account.has_code:
        return None
    return next((family for family in FAMILIES if family.recognise(account, code)), None)
