"""Aragon's first generation: apps that act for those to whom the organisation's access list gave a role on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.discovery.account import Account
from scanner.discovery.executors.interface import AtOnce, Caller, Callers
from scanner.discovery.permissions import acl
from scanner.discovery.permissions.claims import dispatches
from scanner.discovery.world import Getter, Link
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_CONTROLLED = ("controller()", "generateTokens(address,uint256)", "changeController(address)")
"""A MiniMe token, which does what its controller says: in an organisation the token manager."""

_KERNEL = ("acl()", "getApp(bytes32,bytes32)", "setApp(bytes32,bytes32,address)")


@dataclass(frozen=True)
class App:
    """An app by functions that only it has, with the roles that make it act. `manage`: roles that only set it up."""

    name: str
    functions: tuple[str, ...]
    act: tuple[str, ...]
    manage: tuple[str, ...] = ()
    keeps_assets: bool = False


APPS = (
    App("aragon-kernel", _KERNEL, ("APP_MANAGER",)),
    App("aragon-acl", (acl.HAS_PERMISSION, acl.GET_MANAGER), ("CREATE_PERMISSIONS",)),
    App(
        "aragon-finance",
        ("newImmediatePayment(address,address,uint256,string)", "executePayment(uint256)"),
        ("CREATE_PAYMENTS", "EXECUTE_PAYMENTS", "MANAGE_PAYMENTS"),
        ("CHANGE_PERIOD", "CHANGE_BUDGETS"),
    ),
    App(
        "aragon-agent",
        ("execute(address,uint256,bytes)", "designatedSigner()", "canForward(address,bytes)"),
        (
            "EXECUTE",
            "SAFE_EXECUTE",
            "RUN_SCRIPT",
            "TRANSFER",
            "ADD_PRESIGNED_HASH",
            "DESIGNATE_SIGNER",
        ),
        ("ADD_PROTECTED_TOKEN", "REMOVE_PROTECTED_TOKEN"),
        keeps_assets=True,
    ),
    App(
        "aragon-vault",
        ("transfer(address,address,uint256)", "deposit(address,uint256)", "balance(address)"),
        ("TRANSFER",),
        keeps_assets=True,
    ),
    App(
        "aragon-token-manager",
        ("issue(uint256)", "assign(address,uint256)", "maxAccountTokens()"),
        ("MINT", "ISSUE", "ASSIGN", "BURN", "REVOKE_VESTINGS"),
    ),
    App(
        "aragon-voting",
        ("newVote(bytes,string)", "minAcceptQuorumPct()", "getVote(uint256)"),
        (),
        ("MODIFY_QUORUM", "MODIFY_SUPPORT", "CREATE_VOTES"),
    ),
)
"""Order matters: an Agent is a Vault as well, and Finance calls one. Voting stands here for its roles alone."""


def app_of(account: Account, code: str) -> App | None:
    """Return which app the running code (hex) is; None for what names no kernel and is none itself."""
    if not account.answers("kernel()") and not account.answers("acl()"):
        return None
    return next((app for app in APPS if dispatches(code, *app.functions)), None)


def roles_of(account: Account, code: str) -> tuple[str, ...]:
    """Return the ids of all roles that the app has; empty for what is none."""
    app = app_of(account, code)
    return tuple(acl.ID[name] for name in (*app.act, *app.manage)) if app else ()


class AragonApp(AtOnce):
    """One of the apps; whoever holds, manages or may create one of its roles makes it act, at once."""

    delays = False

    def __init__(self, app: App) -> None:
        self.app = app
        self.name = app.name
        self.keeps_assets = app.keeps_assets
        self.topics = acl.TOPICS if app.name == "aragon-acl" else ()

    def recognise(self, account: Account, code: str) -> bool:
        return app_of(account, code) is self.app

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if self.app.name == "aragon-kernel" and dispatches(code, *self.app.functions):
            yield Getter(account.address, "acl()", ("address",))
        if self.app.name == "aragon-acl" and acl.is_acl(code):
            yield from acl.questions(account)
        if self.app.name == "aragon-token-manager" and dispatches(code, *_CONTROLLED):
            yield Getter(account.address, "controller()", ("address",))

    def links(self, account: Account) -> Iterator[Link]:
        if self.app.name != "aragon-acl":
            return
        for grant in acl.ledger(account).grants:
            for address, what in ((grant.who, grant.words), (grant.where, f"{grant.words} over it, as kept")):
                if address not in (account.address, ZERO_ADDRESS):
                    yield Link(address, f"{what} by {account.address}")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="an app acts at once")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="nothing is queued")

    def callers(self, account: Account) -> Callers:
        return holding(account, *self.app.act)

    def admin(self, account: Account) -> Known[str] | Unknown:
        return Known(value=ZERO_ADDRESS, evidence=account.code.evidence, derivation="roles govern; no admin")

    def pending_admin(self, account: Account) -> Known[str] | Unknown:
        return self.admin(account)

    def admins(self, account: Account) -> Callers:
        return holding(account, *self.app.manage, *self.app.act)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=False, evidence=account.code.evidence, derivation="every act asks for a role")


def holding(account: Account, *names: str) -> Callers:
    """Return who holds, manages or may create these roles over the account; itself left out."""
    grants = account.grants
    if grants is None:
        return Callers(complete=False, reason="the access list of its organisation was not read")
    found = {
        (grant.who, grant.words, grant.condition): Caller(grant.who, grant.words, grant.evidence, grant.condition)
        for grant in grants.of(*(acl.ID[name] for name in names))
        if grant.who != account.address
    }
    return Callers(tuple(found.values()), complete=grants.complete, reason=grants.reason, evidence=grants.evidence)
