"""The tables of the index.

::

    meta       one row: the state of the home that the index shows
    run        one row a run: the values that runs are selected and sorted by
    operation  operation references, each once, as JSON
    record     the run whole, its kept attributes, and the numbers of its scalars, as JSON
               (:mod:`guild_ipy.index.rows.entry`)
    state      when a run has to be read again
    folder     folders among the runs that are not runs, or not yet
    watched    lists of files, each once
    name       flags, attributes and scalars by kind and text
    flag, attr values of flags and attributes; clustered by name, since queries and columns go by name
    scalar     summaries of scalars; likewise
    source     event files, parsed up to an offset (:mod:`guild_ipy.index.rows.event_sources`)
    segment    the generation in which a run of 8,192 neighbours was last changed
    colseg     columns in segments (``segments``), each as of a generation; n is 0 for those of run

`gen` is the number of the change that a row is from; `v` and `t` are described in ``sql_values``.
Times are microseconds since 1970.
"""

from __future__ import annotations

from guild_ipy.domain.attributes import KEPT

#: "GIpy": by this ``file`` and we recognise the database.
APPLICATION_ID = 0x47497079
#: A database of another version is built anew.
SCHEMA_VERSION = 9

#: Columns of the table of scalars, and the fields of a summary that they hold.
SUMMARY_FIELDS = {
    name: {"avg": "average"}.get(name, name)
    for name in "last last_step first first_step min min_step max max_step avg total count".split()
}

#: A segment is ``k >> SEGMENT_BITS``.
SEGMENT_BITS = 13

_TABLES = """
create table meta(
    one integer primary key check (one = 1), home text not null, gen integer not null,
    runs blob, runs_racy integer not null, log text, log_inode integer, log_offset integer, complete integer not null);
create table run(
    k integer primary key, id not null, gen integer not null, time integer not null, op integer not null,
    operation, {kept});
create table operation(op integer primary key, words text unique not null);
create table record(k integer primary key, data text not null, attrs text not null, scalars text not null);
create table state(
    k integer primary key, inode integer not null, watched integer not null, stamp blob not null,
    care integer not null);
create table folder(name primary key) without rowid;
create table watched(w integer primary key, names unique not null);
create table name(
    n integer primary key, kind text not null, text not null, prefix text not null, unique(kind, text));
create table flag(n integer not null, k integer not null, v, t, primary key(n, k)) without rowid;
create table attr(n integer not null, k integer not null, v, t, primary key(n, k)) without rowid;
create table scalar(
    n integer not null, k integer not null, last, last_step, first, first_step, min, min_step, max, max_step, avg,
    total, count, primary key(n, k)) without rowid;
create table source(
    k integer not null, path not null, stamp text not null, scalars text, tail blob,
    primary key(k, path)) without rowid;
create table segment(seg integer primary key, gen integer not null);
create table colseg(
    n integer not null, field text not null, seg integer not null, gen integer not null, data blob not null,
    primary key(n, field, seg)) without rowid;
"""

#: They make queries quick, and keep a run from being in the tables twice.
INDEXES = """
create unique index run_by_id on run(id);
create index run_by_time on run(time desc, id);
create index run_by_mark on run(time desc, id) where marked = 1;
create index run_by_gen on run(gen);
create index state_by_care on state(care) where care < 2;
"""


def make_tables() -> str:
    """Return the statements that make the tables; the table of runs has the attributes that are kept."""
    kept = (f"{each.name} {each.column.declared}".rstrip() for each in KEPT if each.column is not None)
    return _TABLES.replace("{kept}", ", ".join(kept))
