"""The tables, and how an older database becomes this one."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
    text,
    update,
)

from scanner.model.errors import UsageError

metadata = MetaData()
_ID = BigInteger().with_variant(Integer, "sqlite")

schema = Table("schema_version", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "runs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("key", String(64), nullable=False, index=True),  # SHA-256 of what was asked for
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("tool_version", Text, nullable=False),
    Column("targets", Integer, nullable=False),
    Column("blocks", Text, nullable=False),  # JSON: chain id -> block number and hash
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),  # zlib
)

scans = Table(
    "scans",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("target", Text, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", Text, nullable=False),
    Column("inputs", String(64), nullable=False),  # digest of options, lists and manifest
    Column("tool_version", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("finished_at", BigInteger, nullable=False),
    Column("status", Text, nullable=False),  # done or error
    Column("error_kind", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("snapshot", String(64), ForeignKey("blobs.sha256")),
    Column("cpu_seconds", Float, nullable=False),
    UniqueConstraint("chain_id", "target", "block_hash", "inputs", "tool_version", name="scan_once"),
    Index("scans_by_target", "chain_id", "target", "block_number"),
)

contracts = Table(
    "contracts",
    metadata,
    Column("scan_id", _ID, ForeignKey("scans.id", ondelete="CASCADE"), primary_key=True),
    Column("address", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("roles", Text, nullable=False),  # separated by commas
    Column("codehash", Text, index=True),  # null: not known
    Column("source_id", Text, index=True),
    Column("verification", Text, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("scan_id", _ID, ForeignKey("scans.id", ondelete="CASCADE"), nullable=False),
    Column("rules", String(64), nullable=False),  # digest of rule packs and what the reader brought
    Column("judged_at", BigInteger, nullable=False),
    Column("worst", Text, nullable=False),  # worst severity, empty for none
    Column("exit_code", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("undecided", Integer, nullable=False),
    UniqueConstraint("scan_id", "rules", name="judged_once"),
)

dimensions = Table(
    "dimensions",
    metadata,
    Column("judgement_id", _ID, ForeignKey("judgements.id", ondelete="CASCADE"), primary_key=True),
    Column("dimension", Text, primary_key=True),
    Column("worst", Text, nullable=False),
    Column("worst_title", Text, nullable=False),
    Column("worst_undecided", Text, nullable=False),
    Column("stages", Text, nullable=False),  # JSON list, of descriptive dimensions
    Column("findings", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("unknowns", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("passes", Integer, nullable=False),
    Column("not_applicable", Integer, nullable=False),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("judgement_id", _ID, ForeignKey("judgements.id", ondelete="CASCADE"), primary_key=True),
    Column("rule_id", Text, primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_label", Text, nullable=False),
    Column("subject_address", Text, nullable=False),  # empty: about no single contract
    Column("status", Text, nullable=False),  # finding, unknown or error; others are counted in dimensions
    Column("severity", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("undecided_severity", Text, nullable=False),
    Column("on_chain_gap", Boolean, nullable=False),
    Column("message", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("outcomes_by_rule", "rule_id", "status"),
)

facts = Table(
    "code_facts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),  # zlib
    Column("made_at", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),  # how often they were made: once, unless a worker died with its claim
)

claims = Table(
    "claims",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Float, nullable=False),  # seconds since 1970, by the database's clock
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),  # digest of what makes a scan one
    Column("kills", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("key", String(64), primary_key=True),  # digest of an endpoint with its key
    Column("free_at", Float, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("old_scan", _ID, ForeignKey("scans.id", ondelete="CASCADE"), nullable=False),
    Column("new_scan", _ID, ForeignKey("scans.id", ondelete="CASCADE"), nullable=False),
    Column("found_at", BigInteger, nullable=False),
    Column("told_at", BigInteger),  # null: still to be told
    Column("data", Text, nullable=False),  # JSON of a Difference
    Column("event", Text, nullable=False),  # JSON of what is told; empty: nothing on chain moved an outcome
    UniqueConstraint("old_scan", "new_scan", name="compared_once"),
)

_LATEST = """
create view latest as
select * from (
    select scans.id as scan_id, judgements.id as judgement_id, scans.chain_id, scans.target, scans.name,
           scans.block_number, scans.as_of, judgements.worst, judgements.exit_code,
           row_number() over (
               partition by scans.chain_id, scans.target
               order by scans.block_number desc, scans.id desc, judgements.id desc
           ) as place
    from scans join judgements on judgements.scan_id = scans.id
) as ranked
where place = 1
"""
"""For those who ask in SQL: of each target its latest scan that was judged, with its latest judgement."""

MIGRATIONS: tuple[Callable[[Connection], None], ...] = ()
"""From version n + 1 to n + 2 by the function at n. The first version is made whole."""
VERSION = 1 + len(MIGRATIONS)


def prepare(connection: Connection) -> None:
    """Make the tables, or bring an older database up to this version. Raises UsageError for one that is newer."""
    if not inspect(connection).has_table("schema_version"):
        metadata.create_all(connection)
        connection.execute(text(_LATEST))
        connection.execute(insert(schema).values(version=VERSION))
        return
    version = connection.execute(select(schema.c.version)).scalar_one()
    if version > VERSION:
        raise UsageError(
            f"the store was made by a newer version: its tables have version {version}, this program knows {VERSION}",
            hint="use the newer daoscan, or another --db",
        )
    for migrate in MIGRATIONS[version - 1 :]:
        migrate(connection)
    if version != VERSION:
        connection.execute(update(schema).values(version=VERSION))
