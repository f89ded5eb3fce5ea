# SPDX-License-Identifier: EUPL-1.2
"""The children of `zegel serve`, one for each role: `python -m zegel.server.nursery`. Not for people.

It imports everything once and forks a child for each role, so a role that died is back at once, and the memory of what
all of them import is shared. It has no connection, no thread and not the database owner's address, so no child has.

The supervisor writes one line of JSON on its standard input once the database is ready: `[[role, sockets], …]`, a
socket's name and number each. On its standard output it says which child is which process, a line of JSON each time
that changes. A child that dies is started again with back-off. On SIGTERM the listeners end first, then the worker.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from time import sleep

from zegel.server import process
from zegel.server.kernel import clock, log

FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_AFTER_S = 0.5, 30.0, 60.0
CHILDREN_GET_S = 20.0
LISTENING = ("zegel.server.urls", "zegel.server.realtime.events", "zegel.server.realtime.live",
             "zegel.server.realtime.unit_link", "zegel.server.signals.receivers.sockets", "uvicorn", "uvloop",
             "httptools", "websockets")  # fmt: skip
"""What only some roles import, and late: here before any child is born."""


@dataclass
class Child:
    """A role's process, and how it has fared. `sockets`: numbers by name; a listener's only one has the name ''."""

    role: str
    sockets: Mapping[str, int]
    pid: int | None = None
    status: int | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE_S
    due: float = 0.0

    def is_running(self) -> bool:
        """Asks the system; the status stays once it has ended."""
        if self.pid is None:
            return False
        if self.status is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if ended else None
        return self.status is None

    def tell(self, number: signal.Signals) -> None:
        if self.pid is not None and self.is_running():
            os.kill(self.pid, number)

    def ends_within(self, deadline: float) -> bool:
        while self.is_running():
            if clock.monotonic() > deadline:
                return False
            sleep(0.02)
        return True


class Nursery:
    """Starts, watches, ends."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = children
        self._stop = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while not self._stop:
            if self._revive():
                _say({child.role: child.pid for child in self._children if child.pid is not None})
            sleep(0.1)
        _end([child for child in self._children if child.role != "worker"])
        _end([child for child in self._children if child.role == "worker"])

    def _on_signal(self, number: int, frame: object) -> None:
        self._stop = True

    def _revive(self) -> bool:
        """Starts what isn't running and is due; True when a child was started."""
        started = False
        for child in self._children:
            now = clock.monotonic()
            if child.pid is not None and not child.is_running():
                steady = now - child.started > STEADY_AFTER_S
                child.pause = FIRST_PAUSE_S if steady else min(child.pause * 2, LONGEST_PAUSE_S)
                log.error("child.died", child=child.role, status=child.status, pause_s=child.pause)
                child.pid, child.due = None, now + child.pause
            if child.pid is None and now >= child.due and not self._stop:
                self._bear(child)
                started = True
        return started

    def _bear(self, child: Child) -> None:
        pid = os.fork()
        if pid == 0:
            _live(child)
        child.pid, child.status, child.started = pid, None, clock.monotonic()
        log.info("child.started", child=child.role, pid=pid)


def _live(child: Child) -> None:
    """In the child, which never comes back."""
    status = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        _keep_only(child.sockets.values())
        process.live(child.role, child.sockets)
        status = 0
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _keep_only(sockets: Collection[int]) -> None:
    """Nothing is read, what is printed goes to the log, and another role's sockets are none of its business."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    for number in sorted(int(name) for name in os.listdir("/proc/self/fd")):
        if number > 2 and number not in sockets:
            try:
                os.close(number)
            except OSError:  # the listing's own
                continue


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.tell(signal.SIGTERM)
    deadline = clock.monotonic() + CHILDREN_GET_S
    for child in children:
        if not child.ends_within(deadline):
            log.error("child.killed", child=child.role)
            child.tell(signal.SIGKILL)
            child.ends_within(deadline + CHILDREN_GET_S)


def _say(pids: Mapping[str, int]) -> None:
    print(json.dumps(pids), flush=True)


def main() -> int:
    process.end_with_parent()
    log.set_up("nursery")
    process.set_up(LISTENING)
    line = sys.stdin.readline()
    if not line:
        return 0  # the database was not to be had; whoever started this says why
    if threading.active_count() > 1:
        raise RuntimeError("a thread runs before any child is born: it would be missing in all of them")
    gc.collect()
    gc.freeze()
    Nursery([Child(role, sockets) for role, sockets in json.loads(line)]).run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
