"""A real IPython kernel in this very process, behind the interface that nbclient expects.

`DirectManager` stands where nbclient and papermill have a kernel manager:
``PapermillNotebookClient(notebook_manager, km=DirectManager())``. There are no sockets and no
threads: a request is a call, and the messages of a cell are read when it ends, so all that becomes
of them (display ids, cleared outputs, widgets, errors) is nbclient's own code.

A process has one such kernel, for one notebook.
"""

import asyncio
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import SimpleNamespace

from ipykernel.eventloops import enable_gui
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError
from traitlets import Any
from traitlets.config import Config

from toolkit.runs.printed import Printed


class DirectManager:
    """The kernel manager: the kernel has started with the process, and ends with it."""

    has_kernel = True

    def client(self) -> "DirectClient":
        """Return the one client of the kernel."""
        return DirectClient()


class DirectClient:
    """The kernel client: executing a cell is awaiting its reply."""

    allow_stdin = False

    def __init__(self):
        self.kernel = start_kernel()
        self.session = self.kernel.session
        self.session.deliver = self._deliver
        self.iopub_channel = SimpleNamespace(get_msg=self._published)
        self.shell_channel = SimpleNamespace(get_msg=self._reply, send=self._send)
        self._messages: asyncio.Queue = asyncio.Queue()
        self._requests: deque = deque()
        self._replies: deque = deque()

    def start_channels(self) -> None:
        """Take over what the process prints."""
        self.kernel.capture()

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Give the kernel the loop in which its cells can await."""
        self.kernel.io_loop = _Loop(asyncio.get_running_loop())

    async def is_alive(self) -> bool:
        """Tell whether the kernel can execute another cell; exit() says no."""
        return not self.kernel.shell.exit_now

    def kernel_info(self) -> str:
        """Ask what language the kernel speaks, and return the id of the request."""
        return self._request("kernel_info_request", {})

    def execute(self, code: str, *, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Ask for a cell to be executed, and return the id of the request.

        One that was executed before this process was forked is answered by what it said then.
        """
        if self.kernel.shell.exit_now:
            raise DeadKernelError("Kernel died")
        if self.kernel.said:
            return self._say_again(self.kernel.said.popleft(), code)
        return self._request_execution(code, store_history, stop_on_error)

    def _request_execution(
        self, code: str, store_history: bool = True, stop_on_error: bool = True
    ) -> str:
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        return self._request("execute_request", content)

    async def keep(self, code: str, *, injected: bool = False) -> bool:
        """Execute a cell for the processes forked from this one; tell whether that can be.

        Not with an error, which each is to meet itself, nor a widget, which speaks to whoever
        listens while its cell runs.
        """
        messages: list[dict] = []
        self.session.deliver = messages.append
        request = self._request_execution(code)
        await self.kernel.serve(self._requests.popleft())
        self.kernel.said.append(_Said(request, messages, injected))
        kinds = {message["msg_type"].partition("_")[0] for message in messages}
        return not kinds & {"error", "comm"} and not self.kernel.shell.exit_now

    def _say_again(self, said: "_Said", code: str) -> str:
        request = self.session.msg("execute_request", {})["header"]["msg_id"]
        for message in said.messages:
            parent = message["parent_header"]
            if parent.get("msg_id") == said.request:
                message["parent_header"] = parent | {"msg_id": request}
            self._deliver(message)
        if said.injected:
            self.kernel.give_unread(code)
        return request

    def _request(self, kind: str, content: dict) -> str:
        message = self.session.msg(kind, content)
        self._send(message)
        return message["header"]["msg_id"]

    def _send(self, message: dict) -> None:
        copied = {"content": self.session.copy(message["content"]), "buffers": []}
        self._requests.append(message | copied)

    async def _reply(self, timeout: float | None = None) -> dict:
        while not self._replies:
            await self.kernel.serve(self._requests.popleft())
        return self._replies.popleft()

    async def _published(self, timeout: float | None = None) -> dict:
        return await self._messages.get()

    def _deliver(self, message: dict) -> None:
        if message["msg_type"].endswith("_reply"):
            self._replies.append(message)
        else:
            self._messages.put_nowait(message)


def start_kernel() -> IPythonKernel:
    """Return the kernel of this process, there from now on: what is imported then finds it."""
    return _DirectKernel.instance(
        session=_DirectSession(key=b""),
        log=logging.getLogger(__name__),
        config=Config({"HistoryManager": {"enabled": False}}),
    )


def forget_kernel() -> None:
    """Leave the place to another kernel."""
    _DirectKernel.clear_instance()
    _DirectShell.clear_instance()


@dataclass
class _Said:
    """What a kernel said while it executed a cell, for forks of its process to say again."""

    request: str
    messages: list[dict]
    injected: bool  # papermill's cell, which sets the parameters


class _DirectSession(Session):
    """The one place through which all that a kernel says passes."""

    deliver: Callable[[dict], None] = Any(lambda message: None)
    before = Any(lambda: None)  # called before a message that is not printed text

    def copy(self, content: dict) -> dict:
        """Return what the other side of a socket would get: later changes do not reach it."""
        return self.unpack(self.pack(content))

    def send(
        self,
        stream,
        msg_or_type,
        content=None,
        parent=None,
        ident=None,
        buffers=None,
        track=False,
        header=None,
        metadata=None,
    ):
        message = msg_or_type
        if isinstance(msg_or_type, str):
            message = self.msg(msg_or_type, content, parent, header, metadata)
        message["buffers"] = [bytes(buffer) for buffer in buffers or message.get("buffers", [])]
        if message["msg_type"] != "stream":
            message["content"] = self.copy(message["content"])
            self.before()
        self.deliver(message)
        return message


class _DirectShell(ZMQInteractiveShell):
    """The shell of an ordinary kernel, which would look for its application otherwise."""

    def enable_gui(self, gui=None):
        enable_gui(gui, self.kernel)
        self.active_eventloop = gui


# Libraries know a notebook by the name of its shell's class.
_DirectShell.__name__ = "ZMQInteractiveShell"


class _DirectKernel(IPythonKernel):
    shell_class = Any(_DirectShell)
    # ipykernel asks this which thread may be interrupted.
    shell_channel_thread = Any(SimpleNamespace(parent_thread=threading.main_thread()))
    debugger_class = Any(lambda *_: None)
    _execute_sleep = 0  # ipykernel's wait for its sockets
    _supports_kernel_subshells = False

    def __init__(self, **options):
        super().__init__(**options)
        self.said: deque[_Said] = deque()  # before this process was forked, cell by cell
        self.unread: dict[str, object] = {}  # parameters that nobody has read by then

    def capture(self) -> None:
        """Take over what the process prints."""
        self.pid = os.getpid()
        if self.said:
            for stream in self.streams:
                stream.begin()
            self.shell.user_ns.update(self.unread)
            return
        self.printed = 0
        self.streams = Printed(self, "stdout", 1), Printed(self, "stderr", 2)
        sys.stdout, sys.stderr = self.streams
        self.session.before = self.flush
        self.shell.displayhook.get_execution_count = lambda: self.execution_count
        if inline := sys.modules.get("matplotlib_inline.backend_inline"):
            inline._enable_matplotlib_integration()  # it was imported before there was a shell

    async def serve(self, request: dict) -> None:
        """Do what `dispatch_shell` does, without its sockets."""
        self.set_parent(b"", request)
        self._publish_status("busy", "shell")
        self.pre_handler_hook()
        try:
            answer = self.shell_handlers[request["msg_type"]](None, b"", request)
            if answer is not None:
                await answer
        except KeyboardInterrupt:
            self.log.error("interrupted between two cells")
        finally:
            self.post_handler_hook()
        if os.getpid() != self.pid:
            os._exit(0)  # a cell forked and its child came to the end of it: one notebook goes on
        self._publish_status("idle", "shell")

    def withhold(self, names: Iterable[str]) -> None:
        """Take variables away, so that no cell reads them, until `capture` in a fork."""
        for name in names:
            value = self.shell.user_ns.pop(name, None)
            self.unread.setdefault(name, value)  # by the parameters cell, not by the injected one

    def give_unread(self, injected: str) -> None:
        """Give what was withheld the values that papermill's cell sets in this process."""
        exec(injected, given := {})
        own = {name: given[name] for name in self.unread if name in given}
        self.shell.user_ns.update(own)

    def flush(self) -> None:
        """Hand over what was printed, before anything that was shown after it."""
        for stream in (sys.__dict__["stdout"], sys.__dict__["stderr"]):
            if isinstance(stream, Printed):
                stream.hand_over()

    def _abort_queues(self, subshell_id=None):
        """Do nothing: no request waits behind another."""


class _Loop:
    """What a kernel asks of its loop: to be called back. It is never stopped by exit()."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self.add_callback = loop.call_soon_threadsafe

    def call_later(self, *_) -> None:
        """Do nothing: it is how a kernel stops its own loop."""
