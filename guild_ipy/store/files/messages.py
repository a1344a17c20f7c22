"""Messages between processes of ours over a stream socket: their length as 8 bytes, big-endian, and their bytes."""

from __future__ import annotations

import struct

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    import socket

_LENGTH = struct.Struct(">Q")


def send_message(channel: socket.socket, content: bytes) -> None:
    """Send a message whole."""
    channel.sendall(_LENGTH.pack(len(content)) + content)


def receive_message(channel: socket.socket) -> bytes:
    """Receive a message whole; EOFError when the other process is gone."""
    (length,) = _LENGTH.unpack(_receive_exactly(channel, _LENGTH.size))
    return _receive_exactly(channel, length)


def _receive_exactly(channel: socket.socket, length: int) -> bytes:
    parts = []
    while length:
        part = channel.recv(min(length, 2**20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
