"""What the pages look up again and again: labels, units, findings and sources by their keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scanner.locale.locale import Locale
from scanner.model.contracts import Governor, Token
from scanner.model.observation import Known, Unknown
from scanner.model.outcome import Assessment, Finding, RuleSummary
from scanner.model.snapshot import Snapshot, SourceBundle, Target
from scanner.model.values import ZERO_ADDRESS
from scanner.render.quantities import amount, short
from scanner.render.register import Register
from scanner.render.shown import Shown, shown
from scanner.render.words import native_symbol

_ADDRESS = re.compile(r"0x[0-9a-f]{40}(?![0-9a-f])")
_NOT_ANCHOR = re.compile(r"[^0-9a-z-]+")


def anchor(prefix: str, key: str) -> str:
    """Return an id for a place on the page: ASCII letters, digits and hyphens only, whatever `key` holds."""
    return f"{prefix}-{_NOT_ANCHOR.sub('-', key.lower())[:64]}"


def finding_anchor(fingerprint: str) -> str:
    """Return the id of a finding's place."""
    return anchor("finding", fingerprint[:16])


@dataclass(frozen=True)
class Unit:
    """A token's symbol and decimals, as far as they are known."""

    t: Locale
    symbol: str
    decimals: int | None

    def show(self, observation: Known[int] | Unknown) -> Shown:
        """Return an amount in whole tokens, or in smallest units where the decimals are not known."""
        exact = "quantity.exact_wei" if self.symbol == "ETH" else "quantity.exact_smallest"
        return shown(self.t, observation, self.words, lambda value: self.t(exact, number=self.t.own(str(value))))

    def words(self, units: int) -> str:
        """Return `units` of the smallest unit in words."""
        if self.decimals is None:
            number = self.t.number(units)
            if not self.symbol:
                return self.t("quantity.units", number=number)
            return self.t("quantity.smallest", number=number, symbol=self.symbol)
        return amount(self.t, units, self.decimals, self.symbol)


@dataclass(frozen=True)
class Lookup:
    """Both inputs of a report with indexes over them."""

    t: Locale
    snapshot: Snapshot
    assessment: Assessment
    labels: dict[str, str] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    sources: dict[str, SourceBundle] = field(default_factory=dict)
    rules: dict[str, RuleSummary] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    register: Register = field(default_factory=Register)

    def label(self, address: str) -> str:
        """Return what the address is called here, or nothing."""
        return self.t("answer.nobody") if address == ZERO_ADDRESS else self.labels.get(address, "")

    def named(self, text: str) -> str:
        """Return `text` with whole addresses replaced by their labels, or shortened where they have none."""
        return _ADDRESS.sub(lambda match: self.label(match.group()) or short(match.group()), text)

    def unit(self, token: Known[str] | Unknown) -> Unit:
        """Return the unit of a governor's token; where there is no token, what is counted are votes."""
        if isinstance(token, Known) and token.value == ZERO_ADDRESS:
            return Unit(self.t, self.t("unit.votes"), 0)
        nothing = Unit(self.t, "", None)
        return self.units.get(token.value, nothing) if isinstance(token, Known) else nothing

    @property
    def native(self) -> Unit:
        """The chain's own currency."""
        return Unit(self.t, native_symbol(self.t, self.snapshot.target.chain_id), 18)

    @property
    def name(self) -> str:
        """The DAO's name, as `dao_name` finds it."""
        snapshot = self.snapshot
        return dao_name(snapshot.target, snapshot.governors.items, snapshot.tokens.items)

    @property
    def name_claimed_by(self) -> str:
        """Who says that this is the name."""
        if self.snapshot.target.name:
            return self.t("header.claimed_by_user")
        if self.name == self.snapshot.target.address:
            return self.t("header.claimed_by_nobody")
        return self.t("header.claimed_by_contracts")


def dao_name(target: Target, governors: Sequence[Governor], tokens: Sequence[Token]) -> str:
    """Return the name as the target gives it, else as its governor or token claims it, else its address."""
    if target.name:
        return target.name
    claims = [item.name for item in governors]
    claims += [item.name for item in tokens]
    named = [claim.value for claim in claims if isinstance(claim, Known) and claim.value.strip()]
    return named[0] if named else target.address


def look_up(snapshot: Snapshot, assessment: Assessment, t: Locale) -> Lookup:
    """Return the indexes over a snapshot and its assessment, and the words `t` that a page is made with."""
    units = {
        token.address: Unit(
            t,
            token.symbol.value if isinstance(token.symbol, Known) else "",
            token.decimals.value if isinstance(token.decimals, Known) else None,
        )
        for token in snapshot.tokens.items
    }
    return Lookup(
        t=t,
        snapshot=snapshot,
        assessment=assessment,
        labels={contract.address: contract.label for contract in snapshot.contracts.items},
        units=units,
        sources={bundle.source_id: bundle for bundle in snapshot.sources},
        rules={rule.id: rule for rule in assessment.rules},
        findings={finding.fingerprint: finding for finding in assessment.findings},
    )
