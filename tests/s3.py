# SPDX-License-Identifier: EUPL-1.2
"""A real S3 server (SeaweedFS, from its wheel) on free ports of this machine, while a test session needs it."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

READY_WITHIN_S = 60
HOST = "127.0.0.1"


class S3Server:
    """`url(bucket)` is a STORAGE_URL; a bucket comes to be at its first object."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="zegel-s3-"))
        self._key, self._secret = secrets.token_hex(8), secrets.token_hex(16)
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> S3Server:
        ports = _free_ports(8)
        self._port = ports[0]
        identities = [
            {
                "name": "zegel",
                "credentials": [{"accessKey": self._key, "secretKey": self._secret}],
                "actions": ["Admin", "Read", "Write", "List", "Tagging"],
            }
        ]
        config = self._folder / "s3.json"
        config.write_text(json.dumps({"identities": identities}))
        names = (
            "s3",
            "s3.port.grpc",
            "master",
            "master.port.grpc",
            "volume",
            "volume.port.grpc",
            "filer",
            "filer.port.grpc",
        )
        flags = [f"-{name if '.' in name else name + '.port'}={port}" for name, port in zip(names, ports, strict=False)]
        here = [f"-dir={self._folder}", f"-ip={HOST}", f"-ip.bind={HOST}", "-master.telemetry=false"]
        size = ["-master.volumeSizeLimitMB=64", "-volume.max=50"]
        gateway = [
            "-s3",
            "-filer",
            f"-s3.config={config}",
            "-s3.autoCreateBucket=true",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.iam=false",
        ]
        weed = Path(sys.executable).with_name("weed")
        command = [weed, "-logdir", self._folder, "server", *here, *size, *gateway, *flags]
        with open(self._folder / "log", "wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._wait_until_ready()
        return self

    def url(self, bucket: str, prefix: str = "") -> str:
        options = {
            "endpoint": f"http://{HOST}:{self._port}",
            "key": self._key,
            "secret": self._secret,
            "allow_http": "1",
        }
        return f"s3://{bucket}{'/' + prefix if prefix else ''}?{urlencode(options)}"

    def stop(self) -> None:
        if self._process:
            self._process.kill()  # its orderly end takes longer than its data is worth
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        """Ready when an object can be put: the gateway answers long before the volumes do."""
        from zegel.server.kernel.storage import StorageError, open_store

        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
            if self._answers():
                try:
                    open_store(self.url("ready")).put("ready", b"1")
                    return
                except StorageError:
                    pass
            time.sleep(0.2)
        raise AssertionError("the S3 server did not start: " + (self._folder / "log").read_text()[-2000:])

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://{HOST}:{self._port}/healthz", timeout=1).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
