"""The tables of one generation.

They hold what a rebuild makes again from the topics, so their layout has no migrations: another layout is
another generation. Ids are compared byte by byte (collation "C"), in every locale alike.
"""

FIRST = 1
"""The generation that a new database begins with."""

FACT_PARTITIONS = 8

READERS = "live"
"""The schema through which readers see whichever generation is live: views that move with the pointer."""

READERS_PATH = f"{READERS},app,public"
"""What a connection sees that reads alone."""

_FACT_COLUMNS = """
    source text collate "C" not null,
    id text collate "C" not null,
    time timestamptz not null,
    recorded timestamptz not null,
    type text collate "C" not null,
    subject text collate "C" not null,
    store_id text,
    data text not null
"""

_TABLES = (
    f"""create table {{schema}}.facts (
        customer_id text collate "C" not null, {_FACT_COLUMNS}, primary key (customer_id, source, id)
    ) partition by hash (customer_id)""",
    f"""create table {{schema}}.store_facts (
        key text collate "C" not null, {_FACT_COLUMNS}, primary key (key, source, id)
    )""",
    f"""create table {{schema}}.entities (
        key text collate "C" primary key, {_FACT_COLUMNS}
    )""",
    """create table {schema}.aliases (
        customer_id text collate "C" not null,
        source text collate "C" not null,
        id text collate "C" not null,
        at timestamptz not null,
        into_id text collate "C",
        primary key (customer_id, source, id)
    )""",
    "create index on {schema}.aliases (into_id)",
    """create table {schema}.pending_erasures (
        customer_id text collate "C" not null,
        erasure_id text not null,
        erased_at timestamptz not null,
        primary key (customer_id, erasure_id)
    )""",
    """create table {schema}.marks (
        mark bigint generated always as identity primary key,
        customer_id text collate "C" not null,
        fact_time timestamptz,
        marked_at timestamptz not null default clock_timestamp()
    )""",
    "create index on {schema}.marks (customer_id)",
    """create table {schema}.cards (
        customer_id text collate "C" primary key,
        as_of timestamptz not null,
        next_review_at timestamptz not null,
        reference_as_of timestamptz not null,
        reference_revision int not null,
        facts int not null,
        index_value double precision,
        phase text,
        bond_level int,
        at_risk boolean not null,
        segments text[] not null default array[]::text[],
        segments_revision bigint not null default 0,
        card text not null
    )""",
    "create index on {schema}.cards (index_value, customer_id)",
    "create index on {schema}.cards (as_of) where facts > 5000",
    "create index on {schema}.cards (next_review_at)",
    "create index on {schema}.cards (reference_as_of, reference_revision)",
    "create index on {schema}.cards (segments_revision)",
    """create table {schema}.offsets (
        topic text not null,
        partition int not null,
        next_offset bigint not null,
        end_offset bigint not null,
        reached timestamptz,
        observed_at timestamptz,
        primary key (topic, partition)
    )""",
)


_SHOWN = ("facts", "store_facts", "entities", "aliases", "marks", "cards", "offsets")


def shown(number: int) -> list[str]:
    """The DDL that lets readers see generation `number`, for the transaction that moves the pointer."""
    schema = schema_name(number)
    drops = [f"drop view if exists {READERS}.{name}" for name in _SHOWN]
    return drops + [f"create view {READERS}.{name} as select * from {schema}.{name}" for name in _SHOWN]


def statements(number: int) -> list[str]:
    """The DDL that makes generation `number`: its schema and its empty tables."""
    schema = schema_name(number)
    partitions = [
        f"create table {schema}.facts_{part} partition of {schema}.facts "
        f"for values with (modulus {FACT_PARTITIONS}, remainder {part})"
        for part in range(FACT_PARTITIONS)
    ]
    return [f"create schema {schema}", *(table.format(schema=schema) for table in _TABLES), *partitions]


def schema_name(number: int) -> str:
    """The schema of a generation."""
    return f"gen_{number}"


def search_path(number: int) -> str:
    """What a connection that writes a generation sees: its tables, the lasting ones, and Alembic's."""
    return f"{schema_name(number)},app,public"
