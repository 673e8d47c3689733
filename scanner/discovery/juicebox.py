"""Juicebox projects: which one a token belongs to, who owns it, what its running funding cycle allows, and when.

Signatures are those of npm @jbx-protocol/juice-contracts-v3 5.0.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scanner.chain.abi import topic
from scanner.discovery.account import Account, nonzero
from scanner.discovery.executors.interface import Caller, Callers
from scanner.discovery.permissions.claims import dispatches
from scanner.discovery.world import Getter
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

ETH = "0x000000000000000000000000000000000000eeee"
"""How its contracts name the coin of the chain (JBTokens.ETH)."""

LIMIT = "distributionLimitOf(uint256,uint256,address,address)"
ALLOWANCE = "overflowAllowanceOf(uint256,uint256,address,address)"
STORE = ("tokenOf(uint256)", "mintFor(address,uint256,uint256,bool)", "claimFor(address,uint256,uint256)")
CONTROLLER = (
    "currentFundingCycleOf(uint256)",
    "mintTokensOf(uint256,uint256,address,string,bool,bool)",
    "distributeReservedTokensOf(uint256,string)",
)
TERMINAL = (
    "pay(uint256,uint256,address,address,uint256,bool,string,bytes)",
    "redeemTokensOf(address,uint256,uint256,address,uint256,address,string,bytes)",
    "currentEthOverflowOf(uint256)",
)
_DIRECTORY = ("controllerOf(uint256)", "terminalsOf(uint256)", "setControllerOf(uint256,address)")
_BALLOT = ("duration()", "stateOf(uint256,uint256,uint256)")
_BOOKS = ("currentOverflowOf(address,uint256)", "usedDistributionLimitOf(address,uint256,uint256)")
_PROJECTS = ("count()", "createFor(address,(string,uint256))")
_OPERATORS = ("hasPermission(address,address,uint256,uint256)", "permissionsOf(address,address,uint256)")
PARTS = (STORE, CONTROLLER, TERMINAL, _DIRECTORY, _BALLOT, _BOOKS, _PROJECTS, _OPERATORS, (LIMIT, ALLOWANCE))

_POINTERS = (
    "directory()",
    "projects()",
    "operatorStore()",
    "tokenStore()",
    "fundAccessConstraintsStore()",
    "store()",
)
_PROJECT_OF = "projectOf(address)"
CYCLE = (
    "(uint256,uint256,uint256,uint256,uint256,uint256,uint256,address,uint256)",
    "((bool,bool,bool),uint256,uint256,uint256,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,address,uint256)",
)
SET_OPERATOR = topic("SetOperator(address,address,uint256,uint256[],uint256)")
APPROVAL_FOR_ALL = topic("ApprovalForAll(address,address,bool)")


@dataclass(frozen=True)
class Cycle:
    """The funding cycle that runs: who decides on the next, and what the owner may do before that."""

    number: int
    configuration: int
    ballot: str
    sets_terminals: bool
    sets_controller: bool
    mints: bool
    moves_terminal: bool
    moves_controller: bool
    redeems: bool
    redeems_by_source: bool
    data_source: str
    evidence: tuple[Evidence, ...]

    @property
    def names_controller(self) -> tuple[str, ...]:
        return ("may name another controller",) if self.sets_controller or self.moves_controller else ()


@dataclass(frozen=True)
class Project:
    """A project, by its number in the token store that confirms it."""

    number: int
    store: Account = field(repr=False)
    evidence: tuple[Evidence, ...] = ()

    def part(self, name: str) -> Account | None:
        """Return the contract that the token store names so."""
        return self.store.met.get(nonzero(self.store.address_of(name)) or "")

    def controller(self) -> Account | None:
        directory = self.part("directory()")
        found = nonzero(directory.address_of(f"controllerOf({self.number})")) if directory else None
        return self.store.met.get(found or "")

    def terminals(self) -> tuple[str, ...]:
        directory = self.part("directory()")
        answer = directory.ask(f"terminalsOf({self.number})") if directory else None
        return tuple(str(one).lower() for one in answer.value) if isinstance(answer, Known) else ()

    def cycle(self) -> Cycle | Unknown:
        """Return the funding cycle that runs; unknown where it could not be read."""
        controller = self.controller()
        if controller is None:
            return Unknown(reason=Reason.NOT_READ, detail=f"the controller of project {self.number} was not read")
        answer = controller.ask(f"currentFundingCycleOf({self.number})")
        if isinstance(answer, Unknown):
            return answer
        cycle, rules = answer.value
        return Cycle(
            number=int(cycle[0]),
            configuration=int(cycle[1]),
            ballot=str(cycle[7]).lower(),
            sets_terminals=bool(rules[0][0]),
            sets_controller=bool(rules[0][1]),
            mints=bool(rules[8]),
            moves_terminal=bool(rules[9]),
            moves_controller=bool(rules[10]),
            redeems=bool(rules[2]) and not rules[6],
            redeems_by_source=bool(rules[15]),
            data_source=str(rules[16]).lower(),
            evidence=answer.evidence,
        )

    def waits(self) -> Known[int] | Unknown:
        """Return the seconds before a new configuration can begin, at least: what the running cycle's ballot asks."""
        cycle = self.cycle()
        if isinstance(cycle, Unknown):
            return cycle
        if cycle.ballot == ZERO_ADDRESS:
            words = "no ballot: what is ordered holds from the next cycle on"
            return Known(value=0, evidence=cycle.evidence, derivation=words)
        ballot = self.store.met.get(cycle.ballot)
        answer = ballot.ask("duration()") if ballot else None
        if isinstance(answer, Known):
            words = "duration() of the ballot of the running cycle"
            return Known(value=int(answer.value), evidence=(*cycle.evidence, *answer.evidence), derivation=words)
        detail = f"the ballot {cycle.ballot} tells no duration: when a new configuration begins is up to its code"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=cycle.evidence)

    def people(self) -> Callers:
        """Return the owner, whoever may take the project's NFT from the owner, and whom the owner made an operator."""
        projects = self.part("projects()")
        key = f"ownerOf({self.number})"
        named = projects.address_of(key) if projects else None
        if projects is None or not isinstance(named, Known):
            return Callers(complete=False, reason=f"who owns Juicebox project {self.number} could not be read")
        owner = named.value
        items = [Caller(owner, f"owner of project {self.number}", named.evidence)]
        approved = projects.address_of(f"getApproved({self.number})")
        if found := nonzero(approved):
            items.append(Caller(found, f"approved for the NFT of project {self.number}", approved.evidence))
        for log in _last(projects, APPROVAL_FOR_ALL, 1, 2):
            if _address(log.topics[1]) == owner and int(log.data or "0x0", 16):
                items.append(Caller(_address(log.topics[2]), "approved for every NFT of the owner", (log,)))
        operators = self.part("operatorStore()")
        gaps = [one is None or isinstance(one.logs, Unknown) for one in (projects, operators)]
        for log in _last(operators, SET_OPERATOR, 1, 2, 3) if operators else ():
            if _address(log.topics[2]) == owner and int(log.topics[3], 16) in (0, self.number) and _packed(log):
                within = "what the owner permits it is not decoded"
                items.append(Caller(_address(log.topics[1]), "operator of the owner", (log,), within=within))
        reason = "whom its owner made an operator could not be read" if any(gaps) else ""
        unique = {(one.address, one.words): one for one in items}
        return Callers(tuple(unique.values()), not reason, reason, named.evidence)

    def limits(self, terminal: Account) -> Iterator[tuple[str, Known[int] | Unknown]]:
        """Yield how much the owner may take out of a terminal in the running cycle, by its signature."""
        cycle, keeper = self.cycle(), _keeper(self.controller())
        for signature in (LIMIT, ALLOWANCE):
            if keeper is None or isinstance(cycle, Unknown):
                yield signature, Unknown(reason=Reason.NOT_READ, detail="the limits of the running cycle were not read")
                continue
            answer = keeper.ask(_limit_key(signature, self, cycle, terminal.address))
            if isinstance(answer, Known):
                answer = Known(value=int(answer.value[0]), evidence=answer.evidence, derivation=signature)
            yield signature, answer


def dispatches_all(code: str, marks: Iterable[str]) -> bool:
    """Whether the code (hex) has all these functions."""
    return dispatches(code, *marks)


def project_of(account: Account) -> Project | Unknown:
    """Return the project that the DAO's token belongs to, as the store that owns the token confirms it.

    The token nearest to the address that was asked about decides. Where none, or more than one, is as near, nobody
    can say which project is meant: one set of contracts serves all.
    """
    told = sorted(_told(account), key=lambda one: one[0])
    nearest = {project.number: project for depth, project in told if depth == told[0][0]}
    if len(nearest) == 1:
        return next(iter(nearest.values()))
    if not nearest:
        detail = (
            "no token here tells which Juicebox project is meant: one contract serves many; scan the project's token"
        )
        return Unknown(reason=Reason.UNRESOLVED, detail=detail)
    detail = f"tokens of several Juicebox projects ({', '.join(str(one) for one in sorted(nearest))}) are here"
    return Unknown(reason=Reason.UNRESOLVED, detail=detail)


def _told(account: Account) -> Iterator[tuple[int, Project]]:
    for token, store in _kept(account):
        for named in (token.ask("projectId()"), store.ask(_asked_of(token))):
            if not isinstance(named, Known) or not named.value:
                continue
            confirmed = store.address_of(f"tokenOf({named.value})")
            if isinstance(confirmed, Known) and confirmed.value == token.address:
                evidence = (*named.evidence, *confirmed.evidence)
                yield token.depth, Project(int(named.value), store, evidence)


def _kept(account: Account) -> Iterator[tuple[Account, Account]]:
    """Yield each token with the token store that owns it."""
    for token in account.met.values():
        store = account.met.get(nonzero(token.address_of("owner()")) or "")
        if store is not None and store is not token and dispatches(_code(store), *STORE):
            yield token, store


def questions(account: Account) -> Iterator[Getter]:
    """Yield what any of the parts that were met is to be asked, as far as it is known already."""
    for part in account.met.values():
        code = _code(part)
        if any(dispatches(code, *marks) for marks in PARTS):
            yield from (Getter(part.address, one, ("address",)) for one in _POINTERS if dispatches(code, one))
    for token, store in _kept(account):
        if dispatches(_code(token), "projectId()"):
            yield Getter(token.address, "projectId()", ("uint256",))
        if dispatches(_code(store), _PROJECT_OF):
            yield Getter(store.address, _PROJECT_OF, ("uint256",), (token.address,), _asked_of(token))
        for named in (token.ask("projectId()"), store.ask(_asked_of(token))):
            if isinstance(named, Known) and named.value:
                number = int(named.value)
                yield Getter(store.address, "tokenOf(uint256)", ("address",), (number,), f"tokenOf({number})")
    for project in {(one.number, one.store.address): one for _, one in _told(account)}.values():
        yield from _of_project(project)


def _of_project(project: Project) -> Iterator[Getter]:
    number = project.number
    directory, projects, operators = (project.part(f"{one}()") for one in ("directory", "projects", "operatorStore"))
    if directory is not None:
        yield Getter(directory.address, "controllerOf(uint256)", ("address",), (number,), f"controllerOf({number})")
        yield Getter(directory.address, "terminalsOf(uint256)", ("address[]",), (number,), f"terminalsOf({number})")
    if projects is not None:
        yield Getter(projects.address, "ownerOf(uint256)", ("address",), (number,), f"ownerOf({number})")
        yield Getter(projects.address, "getApproved(uint256)", ("address",), (number,), f"getApproved({number})")
        yield Getter(projects.address, "", (), (), "approvals of the owners of projects", topics=(APPROVAL_FOR_ALL,))
    if operators is not None:
        yield Getter(operators.address, "", (), (), "operators of the owners of projects", topics=(SET_OPERATOR,))
    controller, cycle = project.controller(), project.cycle()
    if controller is None:
        return
    key = f"currentFundingCycleOf({number})"
    yield Getter(controller.address, "currentFundingCycleOf(uint256)", CYCLE, (number,), key)
    if isinstance(cycle, Unknown):
        return
    if (ballot := project.store.met.get(cycle.ballot)) is not None and ballot.has_code:
        yield Getter(ballot.address, "duration()", ("uint256",))
    keeper = _keeper(controller)
    for terminal in (project.store.met.get(one) for one in project.terminals()):
        if terminal is None:
            continue
        kept = project.store.met.get(nonzero(terminal.address_of("store()")) or "")
        if kept is not None:
            asked = (terminal.address, number)
            yield Getter(kept.address, "balanceOf(address,uint256)", ("uint256",), asked, _balance_key(*asked))
        token = nonzero(terminal.address_of("token()"))
        if keeper is not None and token is not None:
            for one in (LIMIT, ALLOWANCE):
                arguments = (number, cycle.configuration, terminal.address, token)
                name = _limit_key(one, project, cycle, terminal.address)
                yield Getter(keeper.address, one, ("uint256", "uint256"), arguments, name)


def way_out(account: Account) -> Known[str] | Unknown | None:
    """Return whether holders redeem tokens for overflow now; None for what is no Juicebox terminal."""
    if not dispatches(_code(account), *TERMINAL):
        return None
    project = project_of(account)
    cycle = project if isinstance(project, Unknown) else project.cycle()
    if isinstance(cycle, Unknown):
        return cycle
    words = "redemption in the running cycle: its rate is above zero, and it is not paused"
    return Known(value="redeem" if cycle.redeems else "none", evidence=cycle.evidence, derivation=words)


def balance_of(terminal: Account, project: Project) -> Known[int] | Unknown:
    """Return what the terminal's books say that it keeps for the project, in the smallest unit of its token."""
    books = terminal.met.get(nonzero(terminal.address_of("store()")) or "")
    if books is None:
        return Unknown(reason=Reason.NOT_READ, detail="the books of the terminal were not read")
    return books.ask(_balance_key(terminal.address, project.number))


def _keeper(controller: Account | None) -> Account | None:
    """Return the contract that keeps the limits: a store that the controller names, or the first one's itself."""
    if controller is None or dispatches(_code(controller), LIMIT):
        return controller
    return controller.met.get(nonzero(controller.address_of("fundAccessConstraintsStore()")) or "")


def _balance_key(terminal: str, number: int) -> str:
    return f"balanceOf({terminal},{number})"


def _asked_of(token: Account) -> str:
    return f"projectOf({token.address})"


def _limit_key(signature: str, project: Project, cycle: Cycle, terminal: str) -> str:
    return f"{signature.partition('(')[0]}({project.number},{cycle.configuration},{terminal})"


def _code(account: Account) -> str:
    return account.code.value if isinstance(account.code, Known) else ""


def _last(account: Account, first: str, *keys: int) -> tuple[LogEvidence, ...]:
    """Return the last log of an event for each value of its indexed fields."""
    found = {
        tuple(log.topics[key] for key in keys): log for log in account.events(first) if len(log.topics) > max(keys)
    }
    return tuple(found.values())


def _address(word: str) -> str:
    return f"0x{word[-40:]}"


def _packed(log: LogEvidence) -> bool:
    """Whether an operator has any permission: the second word of the data is all of them, packed."""
    second = log.data[2 + 64 : 2 + 128]
    return not second or bool(int(second, 16))
