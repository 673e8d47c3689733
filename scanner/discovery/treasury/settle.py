"""What the DAO's accounts hold, and which paths move it."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.discovery.account import Account
from scanner.discovery.anonymity.settle import privacy_data
from scanner.discovery.anonymity.use import PrivacyUse
from scanner.discovery.control.holders import Resolver, weakest
from scanner.discovery.treasury.holdings import Holdings, held_by, units_held
from scanner.discovery.world import World
from scanner.model.controls import Control
from scanner.model.dao import TokenBalance, TreasuryAccount
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


def build_treasury(
    world: World,
    resolver: Resolver,
    controls: Collection[Control],
    holdings: Holdings,
    use: PrivacyUse,
) -> Collection[TreasuryAccount]:
    """Return every account in scope that holds, or may hold, assets for the DAO."""
    items = tuple(
        _account(
            resolver,
            world.accounts[address],
            controls=controls,
            tokens=_tokens(resolver, holdings, address),
            use=use,
        )
        for address in sorted(resolver.parts.treasuries)
        if address in world.accounts
    )
    return Collection[TreasuryAccount](
        items=items, complete=world.complete, reason="" if world.complete else "the crawl was cut short"
    )


def _tokens(resolver: Resolver, holdings: Holdings, address: str) -> Collection[TokenBalance]:
    world = resolver.world
    items = tuple(
        TokenBalance(
            token=token,
            symbol=holdings.tokens[token].ask("symbol()"),
            decimals=_decimals(holdings, token),
            balance=_own(resolver, address, token, balance),
            standard=_standard(holdings, token, balance),
            privacy_label=_privacy_label(world, token, balance),
        )
        for token, balance in held_by(holdings, address)
    )
    units = tuple(
        TokenBalance(
            token=unit.token,
            symbol=holdings.tokens[unit.token].ask("symbol()"),
            decimals=_OF_AN_ID,
            balance=balance,
            standard=Known(value="erc1155", evidence=balance.evidence, derivation=_BY_LOGS),
            token_id=str(unit.number),
            privacy_label=_privacy_label(world, unit.token, balance),
        )
        for unit, balance in units_held(holdings, address)
    )
    return Collection[TokenBalance](items=items + units, complete=holdings.complete, reason=holdings.reason)


_BY_LOGS = "by the form of its Transfer logs"
_OF_AN_ID = Unknown(reason=Reason.OFF_CHAIN, detail="decimals of an ERC-1155 id stand in its metadata")


def _standard(holdings: Holdings, token: str, balance: Known[int] | Unknown) -> Known[str]:
    nft = token in holdings.pieces
    how = _BY_LOGS if token in holdings.told else _SAYS[nft]
    return Known(value="erc721" if nft else "erc20", evidence=balance.evidence, derivation=how)


_SAYS = (
    "no Transfer log to it; it does not say that it is an ERC-721",
    "no Transfer log to it; it says that it is an ERC-721 (ERC-165)",
)


def _decimals(holdings: Holdings, token: str) -> Known[int] | Unknown:
    answer = holdings.tokens[token].ask("decimals()")
    if token in holdings.pieces and isinstance(answer, Unknown):
        return Known(value=0, evidence=answer.evidence, derivation="an ERC-721 counts in pieces")
    return answer


def _account(
    resolver: Resolver,
    account: Account,
    *,
    controls: Collection[Control],
    tokens: Collection[TokenBalance],
    use: PrivacyUse,
) -> TreasuryAccount:
    moves = [
        edge
        for edge in controls.items
        if edge.contract == account.address
        and edge.capability in (Capability.MOVE_FUNDS, Capability.UPGRADE, Capability.EXECUTE)
    ]
    state = account.state
    native: Known[int] | Unknown = (
        state if isinstance(state, Unknown) else Known(value=state.value.balance_wei, evidence=(state.value,))
    )
    native = _own(resolver, account.address, ZERO_ADDRESS, native)
    return TreasuryAccount(
        chain_id=resolver.world.chain.chain_id,
        address=account.address,
        label=resolver.label(account.address),
        native_balance_wei=native,
        tokens=tokens,
        bypass_vote=_bypass(moves),
        bypass_actor_kind=_bypass_kind(moves),
        bypass_signers=_bypass_signers(moves),
        bypass_seconds=_bypass_seconds(moves),
        fastest_seconds=_shortest(moves, "fastest path that moves its assets"),
        vote_delay_seconds=_shortest([edge for edge in moves if edge.actor_kind.is_vote], "shortest path after a vote"),
        stealth_payments=use.stealth_payments(account.address),
        privacy_transfers=use.privacy_transfers(account.address),
    )


def _own(resolver: Resolver, address: str, token: str, whole: Known[int] | Unknown) -> Known[int] | Unknown:
    """Return how much of a balance is the DAO's: all of it, but where the account keeps books of several."""
    account = resolver.world.get(address)
    keepers = (resolver.parts.executors.get(address), resolver.parts.governors.get(address))
    books = [keeper.keeps(account, token) for keeper in keepers if keeper is not None and account is not None]
    told = next((one for one in books if one is not None), None)
    return whole if told is None else told


def _privacy_label(world: World, token: str, balance: Known[int] | Unknown) -> Known[str]:
    """Return the label of a wrapped privacy coin. That an address stands on no list of ours is known as well."""
    found = privacy_data().label(world.chain.chain_id, token)
    wrapped = found is not None and found[0] == "anon.privacy_coin_wrap"
    label = found[1] if found is not None and wrapped else ""
    words = "from the list of labelled addresses" if wrapped else "not in the list of labelled addresses"
    return Known(value=label, evidence=balance.evidence, derivation=words)


def _evidence(edges: Iterable[Control]) -> tuple[Evidence, ...]:
    seen: list[Evidence] = []
    for edge in edges:
        seen.extend(item for item in edge.evidence if item not in seen)
    return tuple(seen)


def _outside(moves: Iterable[Control]) -> list[Control]:
    return [edge for edge in moves if isinstance(edge.bypasses_vote, Known) and edge.bypasses_vote.value]


def _undecided(moves: Iterable[Control]) -> list[Control]:
    return [edge for edge in moves if isinstance(edge.bypasses_vote, Unknown)]


def _bypass(moves: list[Control]) -> Known[bool] | Unknown:
    outside = _outside(moves)
    if outside:
        return Known(value=True, evidence=_evidence(outside), derivation="; ".join(_words(outside)))
    if _undecided(moves) or not moves:
        return _unresolved(moves)
    return Known(value=False, evidence=_evidence(moves), derivation="every path that was found ends in a vote")


def _bypass_kind(moves: list[Control]) -> Known[str] | Unknown:
    outside = _outside(moves)
    if outside:
        kind = weakest(edge.actor_kind for edge in outside)
        chosen = [edge for edge in outside if edge.actor_kind is kind]
        return Known(value=kind.value, evidence=_evidence(chosen), derivation="; ".join(_words(chosen)))
    if _undecided(moves) or not moves:
        return _unresolved(moves)
    return Known(value=ActorKind.NOBODY.value, evidence=_evidence(moves))


def _bypass_seconds(moves: list[Control]) -> Known[int] | Unknown:
    """Return how soon those act who need the fewest keys; a slower path of theirs is no faster for others' haste."""
    fewest = _bypass_signers(moves)
    if isinstance(fewest, Unknown):
        return fewest
    chosen = [edge for edge in _outside(moves) if edge.signers_needed in _counted(moves, fewest.value)]
    return _shortest(chosen, "fastest path without a vote that needs the fewest keys")


def _counted(moves: list[Control], fewest: int) -> list[Known[int] | Unknown]:
    """Return the counts that are the fewest, and those that are not known and may be as few."""
    counts = [edge.signers_needed for edge in _outside(moves)]
    return [count for count in counts if isinstance(count, Unknown) or count.value == fewest]


def _bypass_signers(moves: list[Control]) -> Known[int] | Unknown:
    outside = _outside(moves)
    counts = [edge.signers_needed for edge in outside if isinstance(edge.signers_needed, Known)]
    if counts:
        fewest = min(count.value for count in counts)
        return Known(value=fewest, evidence=_evidence(outside), derivation="fewest keys on a path without a vote")
    if _undecided(moves) or outside or not moves:
        return _unresolved(moves)
    return Unknown(
        reason=Reason.NOT_SUPPORTED,
        detail="no path without a vote: there are no keys to count",
        evidence=_evidence(moves),
    )


def _shortest(moves: list[Control], words: str) -> Known[int] | Unknown:
    """Return the shortest delay. A path of unknown delay could only be shorter, so it makes the answer unknown
    unless another path has no delay at all."""
    delays = [edge.delay_seconds for edge in moves]
    known = [delay for delay in delays if isinstance(delay, Known)]
    if known and (len(known) == len(delays) or min(delay.value for delay in known) == 0):
        best = min(known, key=lambda delay: delay.value)
        return Known(value=best.value, evidence=best.evidence or _evidence(moves), derivation=words)
    return _unresolved(moves)


def _unresolved(moves: list[Control]) -> Unknown:
    undecided = _undecided(moves)
    detail = undecided[0].actor_label if undecided else "no path that moves its assets was found"
    return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=_evidence(undecided))


def _words(edges: Iterable[Control]) -> list[str]:
    return sorted({f"{edge.actor_label} via {' → '.join(edge.path)}" for edge in edges})
