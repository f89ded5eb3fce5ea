# SPDX-License-Identifier: EUPL-1.2
"""`zegel witness …`: anybody's own memory of a log, so that nobody can show two people two logs (C2SP tlog-witness).

    zegel witness init FOLDER --name NAME
        makes a witness: draws its key, and prints the verifier key that the log's operator and everybody else needs.
    zegel witness run FOLDER --log VKEY… [--listen HOST:PORT]
        answers POST /add-checkpoint. The log's operator writes its address and verifier key into ZEGEL_WITNESSES.
    zegel witness show FOLDER
        prints its verifier key, what it cosigned last of each log, and every fork that it was shown.

VKEY is the log's verifier key, or a file that holds it: take it from where the log can't reach it. Exit status of show:
0, or 1 when it was ever shown a fork (keep the folder: it is evidence).
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from zegel.seal.checkpoint import Checkpoint
from zegel.seal.errors import SealError
from zegel.seal.note import Note, VerifierKey
from zegel.seal.witnessing import MAX_REQUEST
from zegel.witnessing import TEXT, Answer, FolderDamaged, Memory, Status, Witness

DONE, FORKED, NOT_DONE = 0, 1, 2
READ_WITHIN_S = 10


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    words = _parser().parse_args(argv)
    try:
        return int(words.run(words))
    except (FolderDamaged, SealError, OSError) as problem:
        print(f"zegel witness: {problem}", file=sys.stderr)
        return NOT_DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel witness", description="Remember a log, and cosign what only grew.")
    commands = parser.add_subparsers(required=True, metavar="init | run | show")
    init = commands.add_parser("init", help="make a witness")
    init.add_argument("--name", required=True, help="how it signs, for example witness.example/w1")
    init.set_defaults(run=_init)
    run = commands.add_parser("run", help="answer logs")
    run.add_argument("--log", action="append", required=True, metavar="VKEY", help="a log's key, or a file with it")
    run.add_argument("--listen", default="127.0.0.1:8700", metavar="HOST:PORT")
    run.set_defaults(run=_run)
    show = commands.add_parser("show", help="what it remembers")
    show.set_defaults(run=_show)
    for command in (init, run, show):
        command.add_argument("folder", type=Path, metavar="FOLDER")
    return parser


def _init(words: argparse.Namespace) -> int:
    words.folder.mkdir(parents=True, exist_ok=True)
    print(Memory(words.folder).init(words.name).verifier)
    return DONE


def _show(words: argparse.Namespace) -> int:
    memory = Memory(words.folder)
    print(memory.signer().verifier)
    for path in sorted((words.folder / "logs").iterdir()):
        seen = Checkpoint.parse(Note.parse(path.read_bytes()).text)
        print(f"{seen.origin}  {seen.size} entries  {seen.root.hex()}")
    forks = memory.forks()
    for path in forks:
        print(f"FORK  {path}")
    return FORKED if forks else DONE


def key_of(text: str) -> VerifierKey:
    """A verifier key, or a file with one. Raises SealError, OSError."""
    path = Path(text)
    return VerifierKey.parse(path.read_text("utf-8").strip() if len(text) < 400 and path.is_file() else text.strip())


def _run(words: argparse.Namespace) -> int:
    witness = Witness.of(words.folder, [key_of(text) for text in words.log])
    host, _, port = words.listen.rpartition(":")
    server = serving(witness, host.strip("[]") or "127.0.0.1", int(port))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    print(f"witness {witness.signer.verifier}", flush=True)
    print(f"answers http://{server.server_address[0]!s}:{server.server_address[1]}/add-checkpoint", flush=True)
    stop.wait()
    server.shutdown()
    return DONE


def serving(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """The HTTP server, not started yet. Put TLS before it (it keeps no secret on the wire: only sizes and hashes)."""

    class Handler(_Handler):
        of = witness

    return ThreadingHTTPServer((host, port), Handler)


class _Handler(BaseHTTPRequestHandler):
    of: ClassVar[Witness]
    timeout = READ_WITHIN_S
    server_version, sys_version = "zegel-witness", ""

    def do_POST(self) -> None:
        if self.path.rstrip("/").rpartition("/")[2] != "add-checkpoint":
            return self._say(Answer(Status.UNKNOWN_LOG, b"there is only /add-checkpoint here\n"))
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_REQUEST:
            return self._say(Answer(Status.BAD, b"say how long the request is; it is too long\n"))
        try:
            answer = self.of.add_checkpoint(self.rfile.read(int(length)))
        except FolderDamaged as problem:
            print(f"zegel witness: {problem}", file=sys.stderr, flush=True)
            return self.send_error(500)
        if answer.status is not Status.OK:
            print(f"refused {int(answer.status)}: {answer.body.decode().strip()}", file=sys.stderr, flush=True)
        return self._say(answer)

    def do_GET(self) -> None:
        """/key: whose cosignatures these are."""
        if self.path.rstrip("/").rpartition("/")[2] != "key":
            return self._say(Answer(Status.UNKNOWN_LOG, b"there is only /add-checkpoint and /key here\n"))
        return self._say(Answer(Status.OK, f"{self.of.signer.verifier}\n".encode()))

    def _say(self, answer: Answer) -> None:
        self.send_response(int(answer.status))
        self.send_header("Content-Type", answer.type if answer.status is not Status.OK else TEXT)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Who asks is nobody's matter."""
