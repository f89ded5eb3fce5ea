# SPDX-License-Identifier: EUPL-1.2
"""Publishes the test's log as the worker does, and serves it over HTTP as the server does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler, make_server

import psycopg
from django.core.wsgi import get_wsgi_application

from zegel.seal.note import NoteSigner
from zegel.server.api.public_ledger import newest
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind, actions, origin
from zegel.server.ledger.sequencer import Sequencer
from zegel.server.ledger.source import DatabaseSource, origin_number
from zegel.server.ledger.tilestore import of_origin


def publish(db) -> int:
    """Everything committed until now; returns the size."""
    with psycopg.connect(db.app, autocommit=True) as connection:
        number = origin_number(connection)
        signer = NoteSigner(origin.name(number), origin.key())
        sequencer = Sequencer(DatabaseSource(connection, number), of_origin(number), signer)
        sequencer.start()
        while sequencer.step():
            pass
        newest.forget()  # a test does not wait for the half second
        return sequencer.size


def add(count: int, owner=None, **facts) -> list:
    entry = Entry(Kind.VIEW, owner, facts or {"seconds": 1})
    return actions.append_many([entry] * count, system(owner))


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        return


@contextmanager
def served() -> Iterator[str]:
    """The address of the log."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/ledger"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
