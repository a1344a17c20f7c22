"""The SQLite file of an index: opened for reading, opened for writing, and built anew when it is damaged.

SQLite 3.7 to 3.51 can damage a write-ahead log when two connections write it back at the same moment. So only the
holder of the seal writes or writes back, and readers, which are opened read-only, never do, not even at their end.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from guild_ipy.index.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES
from guild_ipy.index.seal import TURN_SECONDS, IndexBusy, Seal, hold_seal, is_waited_for, read_seal, seal_of

#: Behind so many bytes the log is written back.
_LONG_LOG = 4 * 2**20
_BUSY_SECONDS = 5.0
_PLAIN = frozenset(b"/-._~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
#: Of pages, by mode. A reader finds them in the cache of the operating system, which other programs can have back.
_CACHE_KIB = {"ro": 128, "rw": 16 * 2**10}

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
        sqlite3.SQLITE_READONLY,
    }
)


class IndexUnusable(Exception):
    """The index can be neither used nor built at this moment; the directories can always be read."""


class DamagedIndex(Exception):
    """The index is not as we wrote it."""


class Database:
    """The database in a folder.

    Parameters
    ----------
    folder
        Where it is; made on the first write.
    home
        The key of the home that it is about.
    patience
        How many seconds to wait for other writers.
    """

    def __init__(self, folder: str, home: str, patience: float) -> None:
        self.path = folder + "/index.db"
        self._folder = folder
        self._lock = folder + "/lock"
        self._home = home
        self._patience = patience
        self._inode: int | None = None
        """Which file was last opened, or could not be."""

    def open_reader(self) -> sqlite3.Connection:
        """Open it for reading.

        Raises
        ------
        FileNotFoundError
            If there is none.
        DamagedIndex
            If it is not as it was left, or of another version or home.
        sqlite3.Error, OSError
            If it cannot be opened.
        """
        if not self.is_sealed():
            with suppress(IndexBusy), hold_seal(self._lock, self.path, 0) as seal:  # busy: somebody writes right now
                self._check_seal(seal)
        return self._connect("ro")

    def is_sound(self) -> bool:
        """Whether it is as its last writer left it, or being written now."""
        if self.is_sealed():
            return True
        try:
            with hold_seal(self._lock, self.path, 0) as seal:
                return seal.is_intact() and not seal.was_left_open()
        except IndexBusy:
            return True

    @contextmanager
    def open_writer(self) -> Iterator[sqlite3.Connection]:
        """Open it for writing, alone; it is made if there is none.

        The caller begins and commits transactions. Raises as :meth:`open_reader` does, and IndexBusy.
        """
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        with self._hold() as seal:
            if os.path.exists(self.path):
                self._check_seal(seal)
            seal.break_open()
            if not os.path.exists(self.path):
                self._create()
            connection = self._connect("rw")
            try:
                yield connection
                self._write_back(connection)
            finally:
                connection.close()
                seal.close()

    def let_others_write(self) -> None:
        """Wait a moment if somebody waits to write."""
        if is_waited_for(self._lock):
            time.sleep(TURN_SECONDS)

    def put_aside(self) -> None:
        """Take a damaged database out of the way, unless somebody has already done so.

        It stays beside its successor, for whoever wants to know.
        """
        with self._hold() as seal:
            if self._inode not in {None, _inode_of(self.path)}:
                return
            seal.break_open()
            with suppress(FileNotFoundError):
                os.replace(self.path, self.path + ".damaged")
            _remove(self.path)
            seal.close()

    def is_sealed(self) -> bool:
        """Whether it is there and exactly as its last writer left it; false while somebody writes."""
        return read_seal(self._lock) == self.glance()

    def glance(self) -> bytes:
        """Give what changes with every change of the files; FileNotFoundError if there is no database."""
        os.stat(self.path)
        return seal_of(self.path)

    # -- details

    def _hold(self) -> AbstractContextManager[Seal]:
        return hold_seal(self._lock, self.path, self._patience)

    def _check_seal(self, seal: Seal) -> None:
        self._inode = _inode_of(self.path)
        if not seal.is_intact():
            raise DamagedIndex("its bytes do not fit the seal")
        if seal.was_left_open():
            self._recover()
            seal.close()

    def _recover(self) -> None:
        """Let SQLite undo what a killed writer had begun."""
        connection = self._connect("rw")
        try:
            found = connection.execute("pragma quick_check(1)").fetchone()[0]
        finally:
            connection.close()
        if found != "ok":
            raise DamagedIndex(found)

    def _connect(self, mode: str) -> sqlite3.Connection:
        self._inode = _inode_of(self.path)
        uri = f"file:{_quote(self.path)}?mode={mode}"
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS, cached_statements=256
        )
        try:
            _prepare(connection, mode)
            self._check_identity(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_identity(self, connection: sqlite3.Connection) -> None:
        (application,) = connection.execute("pragma application_id").fetchone()
        (version,) = connection.execute("pragma user_version").fetchone()
        if (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
            raise DamagedIndex(f"it is of version {application}/{version}")
        (home,) = connection.execute("select home from meta").fetchone() or (None,)
        if home != self._home:
            raise DamagedIndex("it is of another home")

    def _create(self) -> None:
        """Make an empty database; it appears whole, since readers do not wait for the lock."""
        aside = self.path + ".new"
        try:
            self._create_with("wal", aside)
        except sqlite3.Error:  # shared memory does not work here: the older journal needs none
            self._create_with("delete", aside)
        _remove(self.path)
        os.rename(aside, self.path)

    def _create_with(self, journal: str, path: str) -> None:
        _remove(path)
        connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_SECONDS)
        try:
            connection.execute(f"pragma journal_mode = {journal}")
            _prepare(connection, "rw")
            connection.execute("begin immediate")
            for statement in TABLES.split(";"):
                connection.execute(statement)
            connection.execute(
                "insert into meta values (1, ?, ?, null, 1, '-', 0, 0, 0)",
                (self._home, time.time_ns() // 1000),  # no number of an index that was here before
            )
            connection.execute(f"pragma application_id = {APPLICATION_ID}")
            connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
            connection.execute("commit")
        finally:
            connection.close()

    def _write_back(self, connection: sqlite3.Connection) -> None:
        """Move a long log into the database, as far as readers let it go."""
        try:
            is_long = os.path.getsize(self.path + "-wal") > _LONG_LOG
        except FileNotFoundError:
            return
        if is_long:
            connection.execute("pragma busy_timeout = 0")
            connection.execute("pragma wal_checkpoint(truncate)")


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the database is damaged, and not only that it cannot be used now."""
    return error.sqlite_errorcode & 0xFF not in _CIRCUMSTANCES if hasattr(error, "sqlite_errorcode") else True


def _inode_of(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _remove(path: str) -> None:
    """Remove a database and what belongs to it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            os.unlink(path + ending)


def _prepare(connection: sqlite3.Connection, mode: str) -> None:
    for pragma in (
        "wal_autocheckpoint = 0",
        "synchronous = normal",
        f"cache_size = -{_CACHE_KIB[mode]}",
        "temp_store = memory",
        "trusted_schema = off",
        "cell_size_check = on",
    ):
        connection.execute(f"pragma {pragma}")


def _quote(path: str) -> str:
    """Write a path for a URI; urllib takes as long to load as many a query."""
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in os.fsencode(path))
