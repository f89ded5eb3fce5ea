# SPDX-License-Identifier: EUPL-1.2
"""Starts the demo's programs, each a process of its own with its own log file, and ends them all again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zegel.unit import clock

_GRACE_S = 15.0
_TAIL_LINES = 15


class DidNotStart(Exception):
    """A program ended early or never became ready. The message ends with the tail of its log."""


@dataclass
class Program:
    """One running program and its log."""

    name: str
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])

    def check(self) -> None:
        """Raise DidNotStart when it has ended."""
        if self.process.poll() is not None:
            raise DidNotStart(f"{self.name} ended with status {self.process.returncode}. {self.log}:\n{self.tail()}")

    def stop(self) -> None:
        """Ask, wait, then insist; its children go with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Pull the plug: the whole process group, at once."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()


class Stage:
    """Everything that runs, ended in reverse order."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.logs.mkdir(parents=True, exist_ok=True)
        self._programs: list[Program] = []

    def start(self, name: str, words: Sequence[str], env: Mapping[str, str] | None = None) -> Program:
        """`zegel WORDS…` in a process group of its own."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "zegel.cli", *words],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            )  # fmt: skip
        program = Program(name, log, process)
        self._programs.append(program)
        return program

    def check(self) -> None:
        for program in self._programs:
            program.check()

    def forget(self, program: Program) -> None:
        """It ended on purpose."""
        self._programs.remove(program)

    def stop(self) -> None:
        while self._programs:
            self._programs.pop().stop()


def run(words: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    """`zegel WORDS…` to its end; its output. Raises DidNotStart."""
    done = subprocess.run(
        [sys.executable, "-m", "zegel.cli", *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise DidNotStart(f"zegel {' '.join(words[:3])} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def run_module(module: str, words: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    """`python -m MODULE WORDS…` to its end; its output. Raises DidNotStart."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise DidNotStart(f"{module} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def wait_until(ready: Callable[[], bool], what: str, seconds: float, stage: Stage | None = None) -> float:
    """Seconds that it took. Raises DidNotStart when it takes longer, or when a program of the stage ends meanwhile."""
    begun = clock.mono_s()
    while not ready():
        if stage is not None:
            stage.check()
        if clock.mono_s() - begun > seconds:
            raise DidNotStart(f"{what} did not happen within {seconds:.0f} s")
        clock.sleep(0.05)
    return clock.mono_s() - begun


def answers(url: str) -> bool:
    """Whether the address answers 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port(wanted: int, host: str = "127.0.0.1") -> int:
    """`wanted` if nobody listens there, over TCP or UDP, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                datagrams.bind((host, probe.getsockname()[1]))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DidNotStart("there is no free port on this machine")
