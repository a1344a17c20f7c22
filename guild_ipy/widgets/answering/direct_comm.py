"""Takes what a front end sends to a widget, also while a cell keeps the kernel busy.

JupyterLab sends the messages of widgets to a subshell of the kernel, a thread of its own, where the kernel has such
(ipykernel 7 and newer). But ipykernel 7.4 hands those of its own comms to the thread that has written to them last, and
that is the main thread of a widget made in a cell: they wait until the cell has ended. It does so by a method of its
comms; an object that is registered in the place of one and has no such method gets its messages in the subshell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import comm
import ipywidgets


class DirectComm:
    """Receives the messages for a widget in the place of its comm; the widget still sends by that.

    Unlike the comms of ipykernel it does not tell IPython that code is executed: beside a cell that is at work,
    matplotlib would show the figure that the cell is still drawing, and forget it.

    Parameters
    ----------
    widget
        It has a comm.
    receive
        Called with each request.
    """

    def __init__(self, widget: ipywidgets.Widget, receive: Callable[[Mapping[str, Any]], None]) -> None:
        self._widget = widget
        self._receive = receive
        self._own = widget.comm
        self.comm_id: str = widget.comm.comm_id

    def register(self) -> None:
        """Take its place; :meth:`ipywidgets.Widget.close` takes it away."""
        comm.get_comm_manager().register_comm(self)  # type: ignore[arg-type] # it has the parts of a comm that are used

    def handle_msg(self, message: Mapping[str, Any]) -> None:
        """Take a message, as the widget does."""
        data = message["content"]["data"]
        method = data.get("method")
        if method == "custom":
            self._receive(data["content"])
        elif method == "update":
            self._widget.set_state(data["state"])
        elif method == "request_state":
            self._widget.send_state()

    def handle_close(self, message: Mapping[str, Any]) -> None:
        """Put the comm of the widget back, which expects itself there when the widget is closed."""
        comm.get_comm_manager().register_comm(self._own)
        self._own.handle_close(message)
