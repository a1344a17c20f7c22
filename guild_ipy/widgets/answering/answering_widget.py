"""The base of the widgets: it answers the requests of their front end, also while a cell is executed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import anywidget

from guild_ipy.widgets.answering.answer import Answer
from guild_ipy.widgets.answering.direct_comm import DirectComm
from guild_ipy.widgets.front_end import find_trouble, read_bundle

_MOST_HEARD = 10_000


class AnsweringWidget(anywidget.AnyWidget):  # type: ignore[misc] # ipywidgets has no annotations
    """A widget that is shown by the bundle and gives one answer to each request.

    A request comes in the main thread or in a subshell. A front end sends one that is not answered soon a second time:
    the first may have been on its way before there was a subshell, and wait for the main thread.
    """

    def __init__(self, **traits: Any) -> None:  # noqa: ANN401 - traits are of any type
        self._answering = threading.Lock()
        self._heard: dict[str, None] = {}
        """The ids of requests that were answered, the oldest first."""
        super().__init__(_esm="" if find_trouble() else read_bundle(), **traits)
        self.on_msg(lambda _, request, __: self.receive(request))  # where comms are not Jupyter's, as in marimo

    def open(self) -> None:
        """Open its comm."""
        is_new = self.comm is None
        super().open()
        if is_new:
            DirectComm(self, self.receive).register()

    def close(self) -> None:
        """Take it off all pages, with the layout that ipywidgets has made for it."""
        is_open = self.comm is not None
        super().close()
        if is_open:
            self.layout.close()

    def answer(self, request: Mapping[str, Any]) -> Answer:
        """Return the answer to a request."""
        raise NotImplementedError

    def receive(self, request: Mapping[str, Any]) -> None:
        """Answer a request that is not answered yet, and one at a time."""
        with self._answering:
            request_id = str(request.get("request"))
            if request_id not in self._heard:
                self._heard[request_id] = None
                if len(self._heard) > _MOST_HEARD:
                    del self._heard[next(iter(self._heard))]
                self._answer(request)

    def _answer(self, request: Mapping[str, Any]) -> None:
        """Answer a request; one that fails by a fault of ours is answered before the fault is shown."""
        try:
            answer = self.answer(request)
        except Exception as error:
            self._reply(request, {"error": {"text": f"{type(error).__name__}: {error}"}})
            raise
        self._reply(request, answer.content, answer.buffers)

    def _reply(self, request: Mapping[str, Any], content: Mapping[str, Any], buffers: Iterable[bytes] = ()) -> None:
        self.send({"reply": request.get("request"), **content}, buffers=list(buffers))
