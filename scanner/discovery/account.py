"""What was read of one address, and typed ways to ask it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scanner.chain.abi import DecodeError, decode, function_signature
from scanner.discovery.control.grants import Grants
from scanner.model.code import CodeFacts
from scanner.model.evidence import AccountEvidence, Evidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.sources.interface import NoSource, SourceAnswer, VerifiedSource

T = TypeVar("T")

EMPTY_CODE = "0x"
_NOT_READ = Unknown(reason=Reason.NOT_READ)
DELEGATED_EOA_PREFIX = "0xef0100"
_ADDRESS_DIGITS = 40


@dataclass(frozen=True)
class Facet:
    """One of the contracts whose code a diamond runs (EIP-2535), with the selectors that lead to it."""

    address: str
    selectors: tuple[str, ...]


@dataclass(frozen=True)
class ProxyMatch:
    """How an address forwards its calls. `admin` is who may replace the target where the pattern says so.

    `facets` are a diamond's; `doubt` says why they, or the target, may not be the whole truth. `by_guard` is set where
    a guard in the code decides, which may let `others` pass beside the admin.
    """

    kind: str
    implementation: Known[str] | Unknown
    admin: Known[str] | Unknown
    facets: tuple[Facet, ...] = ()
    doubt: str = ""
    by_guard: bool = False
    others: tuple[Known[str], ...] = ()

    @property
    def upgraders(self) -> tuple[Known[str], ...]:
        """Everybody who is known to replace the target."""
        first = (self.admin,) if isinstance(self.admin, Known) and self.admin.value != ZERO_ADDRESS else ()
        return (*first, *self.others)


@dataclass
class Account:
    """Everything read of one address at the pinned block. Raw answers; the methods decode."""

    address: str
    why: list[str] = field(default_factory=list)
    depth: int = 0
    code: Known[str] | Unknown = _NOT_READ
    state: Known[AccountEvidence] | Unknown = _NOT_READ
    logs: Known[tuple[LogEvidence, ...]] | Unknown = _NOT_READ
    slots: dict[str, Known[str] | Unknown] = field(default_factory=dict)
    calls: dict[str, tuple[tuple[str, ...], Known[str] | Unknown]] = field(default_factory=dict)
    source: SourceAnswer | None = None
    proxy: ProxyMatch | None = None
    worked_out: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was made of its source already, by what it is."""

    met: Mapping[str, Account] = field(default_factory=dict, repr=False, compare=False)
    """All that the crawl met, by address: some of what concerns a contract is logged by another."""

    grants: Grants | None = None
    facts: CodeFacts | None = field(default=None, repr=False, compare=False)
    """What was found in the code that runs here, once it was analysed; of governors only."""

    @property
    def has_code(self) -> bool:
        """Whether code runs here. An EIP-7702 delegated account is an account, not a contract."""
        return isinstance(self.code, Known) and len(self.code.value) > 2 and not self.is_delegated_eoa

    @property
    def is_delegated_eoa(self) -> bool:
        return isinstance(self.code, Known) and self.code.value.startswith(DELEGATED_EOA_PREFIX)

    @property
    def is_eoa(self) -> bool:
        """Whether it is known to be no contract."""
        return isinstance(self.code, Known) and (self.code.value == EMPTY_CODE or self.is_delegated_eoa)

    @property
    def verified(self) -> VerifiedSource | None:
        return self.source if isinstance(self.source, VerifiedSource) else None

    @property
    def no_source(self) -> NoSource | None:
        return self.source if isinstance(self.source, NoSource) else None

    def abi_functions(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return (signature, ABI entry) of each function of the verified source; senseless entries are left out."""
        found: list[tuple[str, Mapping[str, Any]]] = []
        for entry in self.verified.abi if self.verified else ():
            if entry.get("type") != "function":
                continue
            try:
                found.append((function_signature(entry), entry))
            except DecodeError:
                continue
        return found

    def ask(self, key: str) -> Known[Any] | Unknown:
        """Return the decoded answer to a probe (a single output as such, several as a tuple)."""
        if key not in self.calls:
            return Unknown(reason=Reason.NOT_READ, detail=f"{key} was not asked")
        outputs, answer = self.calls[key]
        if isinstance(answer, Unknown):
            return answer
        if answer.value == EMPTY_CODE and outputs:
            return Unknown(reason=Reason.REVERTED, detail=f"{key} returned nothing", evidence=answer.evidence)
        try:
            values = decode(outputs, answer.value)
        except DecodeError as error:
            return Unknown(reason=Reason.UNDECODABLE, detail=f"{key}: {error}", evidence=answer.evidence)
        return Known(value=values[0] if len(values) == 1 else values, evidence=answer.evidence)

    def learn(self, key: str, outputs: tuple[str, ...], answer: Known[str] | Unknown, *, slot: str = "") -> None:
        """Take in the answer to a question of its own: of a slot where one is named, else of a call."""
        if slot:
            self.slots[slot] = answer
        else:
            self.calls[key] = (outputs, answer)

    def learn_logs(self, answer: Known[tuple[LogEvidence, ...]] | Unknown) -> None:
        """Take in further logs, in chain order; where they could not be read the logs as such are not known."""
        if isinstance(answer, Unknown) or isinstance(self.logs, Unknown):
            self.logs = answer if isinstance(answer, Unknown) else self.logs
            return
        both = {(log.block_number, log.log_index): log for log in (*self.logs.value, *answer.value)}
        evidence = self.logs.evidence + tuple(one for one in answer.evidence if one not in self.logs.evidence)
        self.logs = Known(value=tuple(both[at] for at in sorted(both)), evidence=evidence)

    @property
    def delegate(self) -> Known[str] | Unknown | None:
        """Return whose code a key runs that delegated to it (EIP-7702); None for any other account."""
        if not self.is_delegated_eoa or not isinstance(self.code, Known):
            return None
        target = self.code.value[len(DELEGATED_EOA_PREFIX) :]
        if len(target) != _ADDRESS_DIGITS:
            return Unknown(
                reason=Reason.UNDECODABLE, detail="a delegation that names no address", evidence=self.code.evidence
            )
        return Known(value=f"0x{target}", evidence=self.code.evidence, derivation="delegation of the key (EIP-7702)")

    def answers(self, *keys: str) -> bool:
        """Whether every one of these probes returned something that decodes."""
        return all(isinstance(self.ask(key), Known) for key in keys)

    def address_of(self, *keys: str) -> Known[str] | Unknown:
        """Return the first of these getters that answers, as a lower-case address."""
        first: Known[str] | Unknown | None = None
        for key in keys:
            answer = self.ask(key)
            if isinstance(answer, Known):
                return Known(value=str(answer.value).lower(), evidence=answer.evidence)
            first = first or answer
        return first or Unknown(reason=Reason.NOT_READ)

    def slot_address(self, slot: str) -> Known[str] | Unknown:
        """Return the address in the low 20 bytes of a slot."""
        answer = self.slots.get(slot, Unknown(reason=Reason.NOT_READ, detail="slot was not asked"))
        if isinstance(answer, Unknown):
            return answer
        return Known(value="0x" + answer.value[-40:], evidence=answer.evidence)

    def events(self, topic0: str) -> tuple[LogEvidence, ...]:
        """Return the logs of one event in chain order; empty when logs could not be read."""
        if isinstance(self.logs, Unknown):
            return ()
        return tuple(log for log in self.logs.value if log.topics and log.topics[0] == topic0)


def transform(observation: Known[Any] | Unknown, change: Callable[[Any], T], derivation: str) -> Known[T] | Unknown:
    """Apply `change` to a known value, keeping its evidence and saying how."""
    if isinstance(observation, Unknown):
        return observation
    return Known(value=change(observation.value), evidence=observation.evidence, derivation=derivation)


def combine(
    observations: Mapping[str, Known[Any] | Unknown], change: Callable[..., T], derivation: str
) -> Known[T] | Unknown:
    """Compute a value from several; unknown as soon as one of them is."""
    evidence: list[Evidence] = []
    values: dict[str, Any] = {}
    for name, observation in observations.items():
        if isinstance(observation, Unknown):
            return observation
        values[name] = observation.value
        evidence.extend(item for item in observation.evidence if item not in evidence)
    return Known(value=change(**values), evidence=tuple(evidence), derivation=derivation)


def nonzero(observation: Known[str] | Unknown) -> str | None:
    """Return a known address that is not zero, else None."""
    if isinstance(observation, Known) and observation.value != ZERO_ADDRESS:
        return observation.value
    return None
