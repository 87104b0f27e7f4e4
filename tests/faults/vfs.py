"""A file system for SQLite that is watched: Python sees each write, sync and deletion of this process.

SQLite lets a program put its own file system (a VFS, https://sqlite.org/vfs.html) in place of the usual
one. This one is the usual one, in which three methods of each open file first come by here.
"""

import _sqlite3
import ctypes
import sys
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p, cast, pointer
from typing import Any, ClassVar, Protocol

OK = 0
FULL = 13

_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)


class Watcher(Protocol):
    """Is told what became of files, by path; may say that there is no room for a write."""

    def has_room(self) -> bool:
        """Whether a write succeeds."""
        ...

    def wrote(self, path: str, offset: int, data: bytes) -> None:
        """Bytes were written; without a sync a loss of power may take them."""
        ...

    def truncated(self, path: str, size: int) -> None:
        """A file was cut to a size in bytes."""
        ...

    def synced(self, path: str) -> None:
        """What was written to a file is safe from here on."""
        ...

    def deleted(self, path: str) -> None:
        """A file was deleted."""
        ...


class _Methods(Structure):
    """sqlite3_io_methods, up to the last that is ours; what follows is copied as it is."""

    _fields_: ClassVar = [
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", _WRITE),
        ("truncate", _TRUNCATE),
        ("sync", _SYNC),
        ("others", c_void_p * 13),
    ]


class _Vfs(Structure):
    """sqlite3_vfs, likewise."""

    _fields_: ClassVar = [
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _OPEN),
        ("delete", _DELETE),
        ("others", c_void_p * 14),
    ]


def library() -> Any:
    """The very SQLite that Python's sqlite3 uses.

    Raises:
        LookupError: it is linked in such a way that it cannot be reached.
    """
    for place in (getattr(_sqlite3, "__file__", None), None):
        found = ctypes.CDLL(place)
        if hasattr(found, "sqlite3_vfs_find"):
            return found
    raise LookupError(f"the SQLite of {sys.executable} cannot be reached")


def watch(watcher: Watcher) -> None:
    """Have all files of SQLite that this process opens from now on watched, for as long as it lives."""
    sqlite = library()
    sqlite.sqlite3_vfs_find.restype = POINTER(_Vfs)
    usual = sqlite.sqlite3_vfs_find(None).contents
    ours = _copy(usual)
    files = _Files(watcher)
    ours.name = b"watched"
    ours.open = files.keep(_OPEN(files.opening(usual.open)))
    ours.delete = files.keep(_DELETE(files.deleting(usual.delete)))
    files.keep(ours)
    assert sqlite.sqlite3_vfs_register(byref(ours), 1) == OK
    _WATCHED.append(files)


_WATCHED: list["_Files"] = []  # what SQLite holds pointers to must stay


class _Files:
    """The open files, by address."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.paths: dict[int, str] = {}
        self.methods: dict[int, Any] = {}
        self.kept: list[Any] = []

    def keep(self, what: Any) -> Any:
        self.kept.append(what)
        return what

    def opening(self, usual: Callable[..., int]) -> Callable[..., int]:
        def opened(vfs: int, name: int | None, file: int, flags: int, told: int) -> int:
            code = usual(vfs, name, file, flags, told)
            held = cast(file, POINTER(c_void_p))
            if code == OK and name and held[0]:
                self.paths[file] = cast(name, c_char_p).value.decode()  # type: ignore[union-attr]  # it is not NULL
                held[0] = self._watched(held[0])
            return code

        return opened

    def deleting(self, usual: Callable[..., int]) -> Callable[..., int]:
        def deleted(vfs: int, name: bytes, sync_folder: int) -> int:
            code = usual(vfs, name, sync_folder)
            if code == OK:
                self.watcher.deleted(name.decode())
            return code

        return deleted

    def _watched(self, address: int) -> int:
        """The address of methods that are watched, for those at an address."""
        if address not in self.methods:
            usual = cast(address, POINTER(_Methods)).contents
            ours = self.methods[address] = _copy(usual)
            ours.write = _WRITE(self._writing(usual.write))
            ours.truncate = _TRUNCATE(self._truncating(usual.truncate))
            ours.sync = _SYNC(self._syncing(usual.sync))
        return cast(pointer(self.methods[address]), c_void_p).value or 0

    def _writing(self, usual: Callable[..., int]) -> Callable[..., int]:
        def wrote(file: int, data: int, size: int, offset: int) -> int:
            if not self.watcher.has_room():
                return FULL
            code = usual(file, data, size, offset)
            if code == OK:
                self.watcher.wrote(self.paths[file], offset, ctypes.string_at(data, size))
            return code

        return wrote

    def _truncating(self, usual: Callable[..., int]) -> Callable[..., int]:
        def truncated(file: int, size: int) -> int:
            code = usual(file, size)
            if code == OK:
                self.watcher.truncated(self.paths[file], size)
            return code

        return truncated

    def _syncing(self, usual: Callable[..., int]) -> Callable[..., int]:
        def synced(file: int, flags: int) -> int:
            code = usual(file, flags)
            if code == OK:
                self.watcher.synced(self.paths[file])
            return code

        return synced


def _copy(structure: Any) -> Any:
    return type(structure).from_buffer_copy(structure)
