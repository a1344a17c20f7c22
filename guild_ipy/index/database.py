"""The SQLite database of an index: a file in the user's cache, or, where there can be none, the memory of this process.

It is a cache: a file in which SQLite or we find anything wrong is deleted and built anew.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from guild_ipy.index.schema import APPLICATION_ID, INDEXES, SCHEMA_VERSION, make_tables

_MEMORY = ":memory:"
#: The size of the cache of pages that have been read.
_CACHE_KIB = 16 * 2**10

#: Errors that say nothing about the database, but about the disk, the memory or the moment.
_CIRCUMSTANCES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)


class DamagedIndex(Exception):
    """The file is not one that this version writes for this home."""


class Database:
    """A database of the runs of one home, opened when it is first used.

    Parameters
    ----------
    home
        The key of the home that it is about.
    path
        The file, made with its folder when it is first opened; None for a database in memory.
    patience
        How many seconds to wait for other writers.
    """

    def __init__(self, home: str, path: str | None = None, patience: float = 0.0) -> None:
        self.path = path
        self._home = home
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        """The inode of the file that is open."""

    def open(self) -> sqlite3.Connection:
        """Return the connection; an empty database is made if there is none.

        Raises
        ------
        DamagedIndex
            If it is of another version or home, or of another program.
        sqlite3.Error, OSError
            If it cannot be opened.
        """
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def is_open(self) -> bool:
        """Return whether it is open, and its file has not been replaced."""
        if self._connection is None or self.path is None:
            return self._connection is not None
        try:
            return os.stat(self.path).st_ino == self._inode
        except OSError:
            return False

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Write within one transaction; only one process can at a time."""
        connection = self.open()
        connection.execute("begin immediate")
        try:
            yield connection
            connection.execute("commit")
        finally:
            if connection.in_transaction:
                connection.execute("rollback")

    def close(self) -> None:
        """Close the connection; it is opened again when it is needed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def delete(self) -> None:
        """Close the connection, and remove the file."""
        self.close()
        if self.path is not None:
            for ending in ("-journal", "-wal", "-shm", ""):
                with suppress(FileNotFoundError):
                    os.unlink(self.path + ending)

    # -- details

    def _connect(self) -> sqlite3.Connection:
        if self.path is not None:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        connection = sqlite3.connect(
            self.path or _MEMORY,
            isolation_level=None,
            check_same_thread=False,
            timeout=self._patience,
            cached_statements=256,
        )
        try:
            self._prepare(connection)
            self._inode = 0 if self.path is None else os.stat(self.path).st_ino
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        for pragma in (
            f"cache_size = -{_CACHE_KIB}",
            "synchronous = normal",
            "temp_store = memory",
            "trusted_schema = off",
            "cell_size_check = on",
        ):
            connection.execute(f"pragma {pragma}")
        if _is_empty(connection):
            self._create(connection)
        self._check_identity(connection)

    def _check_identity(self, connection: sqlite3.Connection) -> None:
        (application,) = connection.execute("pragma application_id").fetchone()
        (version,) = connection.execute("pragma user_version").fetchone()
        if (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
            raise DamagedIndex(f"it is of version {application}/{version}")
        (home,) = connection.execute("select home from meta").fetchone() or (None,)
        if home != self._home:
            raise DamagedIndex("it is of another home")

    def _create(self, connection: sqlite3.Connection) -> None:
        """Make the tables, unless another process has done so meanwhile."""
        connection.execute("begin immediate")
        try:
            if _is_empty(connection):
                for statement in (make_tables() + INDEXES).split(";"):
                    connection.execute(statement)
                generation = time.time_ns() // 1000  # not the number of an index that was here before
                connection.execute("insert into meta values (1, ?, ?, null, 1, '-', 0, 0, 0)", (self._home, generation))
                connection.execute(f"pragma application_id = {APPLICATION_ID}")
                connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
            connection.execute("commit")
        finally:
            if connection.in_transaction:
                connection.execute("rollback")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("select 1 from sqlite_master limit 1").fetchone() is None


def is_damage(error: Exception) -> bool:
    """Return whether an error says that the database is damaged, and not only that it cannot be used now."""
    if isinstance(error, sqlite3.Error) and hasattr(error, "sqlite_errorcode"):
        return error.sqlite_errorcode & 0xFF not in _CIRCUMSTANCES
    return not isinstance(error, OSError)
