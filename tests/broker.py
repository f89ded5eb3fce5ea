# SPDX-License-Identifier: EUPL-1.2
"""A real MQTT broker on loopback: NATS' server, which speaks MQTT 3.1.1 (the Python ones want older libraries).

    with Broker() as broker:
        connect("127.0.0.1", broker.port, broker.user, broker.password)
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READY_S = 15.0


class Broker:
    """`stop` and `start` end and begin it anew on the same port; what was retained is kept in between."""

    def __init__(
        self, user: str = "unit", password: str = "of the broker", tls: tuple[Path, Path] | None = None
    ) -> None:
        self.user, self.password, self._tls = user, password, tls
        self.port = _free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="zegel-broker-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Broker:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        config = self._folder / "broker.conf"
        tls = f'tls {{ cert_file: "{self._tls[0]}", key_file: "{self._tls[1]}" }}' if self._tls else ""
        config.write_text(
            f'server_name: test\nlisten: "127.0.0.1:{_free_port()}"\n'
            f'jetstream {{ store_dir: "{self._folder}/store", max_mem: 16M, max_file: 64M }}\n'
            f'mqtt {{ listen: "127.0.0.1:{self.port}", ack_wait: "1s", {tls} }}\n'
            f'authorization {{ user: "{self.user}", password: "{self.password}" }}\n'
        )
        binary = shutil.which("nats-server") or str(Path(sys.executable).parent / "nats-server")
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen([binary, "-c", str(config)], stdout=log, stderr=log, start_new_session=True)
        log.close()
        self._wait()

    def _wait(self) -> None:
        assert self._process is not None
        end = time.monotonic() + READY_S
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.5):
                return
            time.sleep(0.05)
        raise AssertionError("the broker did not start: " + (self._folder / "log").read_text()[-2000:])

    def stop(self) -> None:
        """As a crash does."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._process = None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
