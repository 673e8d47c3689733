"""Juicebox: shared contracts act for many projects; which one is meant is told by a project's token.

There is no vote. Whoever owns a project's NFT configures its funding cycles, after the delay of a ballot where the
running cycle names one; what the running cycle allows is done at once. Selectors and events are those of npm
@jbx-protocol/juice-contracts-v3 5.0.1.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.discovery.account import Account, nonzero
from scanner.discovery.executors.interface import AtOnce, Caller, Callers
from scanner.discovery.juicebox import (
    ALLOWANCE,
    CONTROLLER,
    ETH,
    LIMIT,
    PARTS,
    STORE,
    TERMINAL,
    Cycle,
    Project,
    balance_of,
    dispatches_all,
    project_of,
    questions,
)
from scanner.discovery.world import Getter, Link
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


class JuiceboxPart(AtOnce):
    """What the parts have in common: they obey whoever owns the project, if it can be told which project."""

    delays = False
    keeps_assets = False
    shared_right = True
    sets_rules = True
    marks: tuple[str, ...]

    def recognise(self, account: Account, code: str) -> bool:
        return dispatches_all(code, self.marks) and account.answers("directory()", "projects()")

    def links(self, account: Account) -> Iterator[Link]:
        project = project_of(account)
        if isinstance(project, Unknown):
            return
        for caller in project.people().items:
            yield Link(caller.address, f"{caller.words} of Juicebox project {project.number}")
        cycle = project.cycle()
        if isinstance(cycle, Cycle):
            for address, what in ((cycle.ballot, "ballot"), (cycle.data_source, "data source")):
                if address != ZERO_ADDRESS:
                    yield Link(address, f"{what} of Juicebox project {project.number}")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return Known(
            value=0, evidence=account.code.evidence, derivation="what the running cycle allows is done at once"
        )

    def grace(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="nothing is queued here")

    def callers(self, account: Account) -> Callers:
        project = project_of(account)
        if isinstance(project, Unknown):
            return Callers(complete=False, reason=project.detail)
        return self.obeys(project, account)

    @abstractmethod
    def obeys(self, project: Project, account: Account) -> Callers:
        """Return who makes it act for the project."""

    def admin(self, account: Account) -> Known[str] | Unknown:
        return Known(value=ZERO_ADDRESS, evidence=account.code.evidence, derivation="each project has its own owner")

    def pending_admin(self, account: Account) -> Known[str] | Unknown:
        return self.admin(account)

    def admins(self, account: Account) -> Callers:
        return self.callers(account)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=False, evidence=account.code.evidence, derivation="the project's owner is asked for")


class JuiceboxTokenStore(JuiceboxPart):
    """Owns every project's token and mints it at the word of the project's controller."""

    name = "juicebox-token-store"
    sets_rules = False
    marks = STORE

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        """Ask for all parts together: what the last one needs is told by the first."""
        if any(dispatches_all(code, marks) for marks in PARTS):
            yield from questions(account)

    def obeys(self, project: Project, account: Account) -> Callers:
        controller = project.controller()
        if project.store is not account or controller is None:
            return Callers(complete=False, reason=f"the controller of project {project.number} was not read")
        caller = Caller(controller.address, f"controller of project {project.number}", project.evidence)
        return Callers((caller,))


class JuiceboxController(JuiceboxPart):
    """Configures funding cycles and mints: for the owner, the data source and the terminals, which sell."""

    name = "juicebox-controller"
    marks = CONTROLLER

    def obeys(self, project: Project, account: Account) -> Callers:
        if project.controller() is not account:
            return Callers(complete=False, reason=f"it is not the controller of Juicebox project {project.number}")
        cycle = project.cycle()
        if isinstance(cycle, Unknown):
            return _ordered(project, Callers(complete=False, reason=cycle.detail))
        minting = (("may mint", cycle.mints), ("may add a terminal, which mints", cycle.sets_terminals))
        now = cycle.names_controller or tuple(words for words, allowed in minting if allowed)
        only = frozenset() if cycle.names_controller else frozenset({Capability.MINT})
        return _ordered(project, Callers(_makers(project, cycle, account)), now, only=only)


class JuiceboxTerminal(JuiceboxPart):
    """Keeps the money of many projects, each in its books; pays out by limits, and whoever redeems tokens."""

    name = "juicebox-terminal"
    marks = TERMINAL
    keeps_assets = True

    def obeys(self, project: Project, account: Account) -> Callers:
        if account.address not in project.terminals():
            return Callers(complete=False, reason=f"it is no terminal of Juicebox project {project.number}")
        cycle = project.cycle()
        if isinstance(cycle, Unknown):
            return _ordered(project, Callers(complete=False, reason=cycle.detail))
        now = list(cycle.names_controller)
        now += ["may move all to another terminal"] if cycle.moves_terminal else []
        reason = ""
        for signature, amount in project.limits(account):
            if isinstance(amount, Unknown):
                reason = f"{signature} of project {project.number} could not be read"
            elif amount.value:
                now.append(_TAKES[signature])
        others = _source(project, cycle) if cycle.redeems_by_source else ()
        only: frozenset[Capability] = frozenset()
        if cycle.redeems:  # whoever makes units for nothing redeems them for next to all that lies here
            others = _makers(project, cycle, account)
            if cycle.mints or cycle.sets_terminals:
                only = frozenset() if now else frozenset({Capability.MOVE_FUNDS})
                now.append("may mint units and redeem them")
        return _ordered(project, Callers(others, not reason, reason), tuple(now), only=only)

    def keeps(self, account: Account, token: str) -> Known[int] | Unknown | None:
        project = project_of(account)
        if isinstance(project, Unknown):
            return project
        kept = nonzero(account.address_of("token()"))
        if token == (ZERO_ADDRESS if kept == ETH else kept):
            return balance_of(account, project)
        detail = "a terminal keeps one asset for its projects: whose this is, is told by no books"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail)


_TAKES = {
    LIMIT: "says who gets payouts, up to the limit of a cycle",
    ALLOWANCE: "takes overflow, up to its allowance",
}

JUICEBOX: tuple[JuiceboxPart, ...] = (JuiceboxTokenStore(), JuiceboxController(), JuiceboxTerminal())


def _is_terminal(account: Account) -> bool:
    return isinstance(account.code, Known) and dispatches_all(account.code.value, TERMINAL)


def _makers(project: Project, cycle: Cycle, account: Account) -> tuple[Caller, ...]:
    """Return who mints beside the owner: the data source, and terminals that are not known to sell."""
    strange = tuple(
        Caller(one, f"terminal of project {project.number}", cycle.evidence)
        for one in project.terminals()
        if (met := account.met.get(one)) is None or not _is_terminal(met)
    )
    return (*_source(project, cycle), *strange)


def _source(project: Project, cycle: Cycle) -> tuple[Caller, ...]:
    words = f"data source of project {project.number}"
    return (Caller(cycle.data_source, words, cycle.evidence),) if cycle.data_source != ZERO_ADDRESS else ()


def _ordered(
    project: Project, others: Callers, now: tuple[str, ...] = (), *, only: frozenset[Capability] = frozenset()
) -> Callers:
    """Return the owner and those who stand in for the owner: at once for what is allowed now, else after the ballot."""
    people, waits = project.people(), project.waits()
    items = list(others.items)
    for one in people.items:
        if now:
            at_once = Known(value=0, evidence=one.evidence, derivation="the running cycle allows it")
            items.append(replace(one, words=f"{one.words} ({'; '.join(now)})", delay=at_once, only=only))
        items.append(replace(one, words=f"{one.words} (configures its funding cycles)", delay=waits))
    reason = people.reason or others.reason
    return Callers(tuple(items), not reason, reason, people.evidence)
