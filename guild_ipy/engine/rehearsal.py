"""Doing once for nothing what a fork is going to do, while nobody waits for it.

A fork copies each page of memory at its first write to it, and to use an object is to write its reference count. On
the way to its first line a run copies some 450 pages at 3 us each, its supervisor as many; a spare of the fork server
(:mod:`guild_ipy.engine.spare`) copies most of them before it is asked for. It changes nothing but memory.
"""

from __future__ import annotations

import io
import os
import socket

import cloudpickle

from guild_ipy.domain.payload import FunctionCall
from guild_ipy.engine.fork import set_environment
from guild_ipy.engine.launch import LaunchRequest, format_request, parse_request, receive_request, send_request
from guild_ipy.engine.meta import JobMeta, encode_meta, parse_meta
from guild_ipy.engine.output_scalars import OutputScanner
from guild_ipy.engine.unpack import load_program
from guild_ipy.store.attrs import encode_attr
from guild_ipy.store.lock import LockContent, boot_id, format_lock, this_process
from guild_ipy.store.tfevents import Point, encode_point, encode_record

_META = encode_meta(
    JobMeta(operation="nothing()", flags={"x": 0.5}, random_seed=0, import_path=(), python="3", sourcecode=".")
)
_PAYLOAD = cloudpickle.dumps(FunctionCall(function=lambda x: x), protocol=5)


def rehearse_supervisor() -> None:
    """Receive a request, write what says that a run has started, and find a scalar in its output."""
    _receive_request()
    this = this_process()
    encode_attr(format_lock(LockContent(run=this, supervisor=this, boot=boot_id(), host=socket.gethostname())))
    for found in OutputScanner().feed(b"loss: 0.5 (step 1)\n"):
        encode_record(encode_point(Point(step=found.step, wall_time=0.0, tag=found.tag, value=found.value)))


def rehearse_run() -> None:
    """Receive a request, open a job and call its function."""
    set_environment(_receive_request().env)
    program = load_program(io.BytesIO(_PAYLOAD), {})
    assert isinstance(program, FunctionCall)
    arguments, keywords = program.arguments(parse_meta(_META).flags)
    program.function(*arguments, **keywords)


def _receive_request() -> LaunchRequest:
    request = LaunchRequest(
        path="/",
        env=dict(os.environ),
        python="",
        forks=True,
        output_scalars=(),
        flag_names=(),
        stop_grace=0.0,
        scan_interval=0.0,
    )
    ours, theirs = socket.socketpair()
    with ours, theirs:
        socket.send_fds(ours, [b"r"], [ours.fileno()])
        os.close(socket.recv_fds(theirs, 1, 1)[1][0])
        send_request(ours, format_request(request))
        return parse_request(receive_request(theirs))
