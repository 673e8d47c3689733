"""What the last steps of discovery look at together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.discovery.control.holders import Resolver
from scanner.discovery.world import World
from scanner.model.contracts import Contract, Governor, Safe, Token
from scanner.model.controls import Control
from scanner.model.observation import Collection
from scanner.model.passages import NO_PASSAGES, Passage


@dataclass(frozen=True)
class Dossier:
    """The DAO's parts once each of them is described."""

    world: World
    resolver: Resolver
    governors: Collection[Governor]
    tokens: tuple[Token, ...]
    safes: tuple[Safe, ...]
    contracts: Mapping[str, Contract]
    controls: Collection[Control]
    passages: Collection[Passage] = NO_PASSAGES
