# SPDX-License-Identifier: EUPL-1.2
"""What tests build their world with.

- `tests/unit`: no database. Django is set up for the tests of server rooms, and only for those.
- `db` (tests/integration, attack, e2e): a real PostgreSQL, migrated, empty, with real commits, as new for each test
  (tests/databases.py); an empty object store and shred store. It yields the `Urls` of application, owner and
  administrator. `world` and `case` (tests/worlds.py) have people and cameras in it.
- `s3`: a real S3 server. `walkable_folder`: for whatever holds an embedded database of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WITHOUT_DJANGO = (
    *("unit/seal", "unit/link", "unit/protocols", "unit/unit", "unit/declare", "unit/web/", "unit/tools"),
    "unit/witness",
    "conformance",
)


@cache
def installation() -> Path:
    """The folder of this test run; removed when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="zegel-test-"))
    folder.chmod(0o755)  # the database's user walks through it
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@pytest.fixture(scope="module")
def walkable_folder() -> Iterator[Path]:
    """A folder that the embedded database's user can walk to, which pytest's own temporary folders are not."""
    folder = Path(tempfile.mkdtemp(prefix="zegel-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@cache
def embedded():  # type: ignore[no-untyped-def]
    """The run's database server, not started yet."""
    from zegel.server.kernel.postgres import EmbeddedPostgres

    return EmbeddedPostgres(installation() / "postgres", installation() / "secrets", durable=False)


@cache
def set_up_django() -> None:
    """Points the settings at this run's installation. Needs no running database."""
    urls = embedded().urls()
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "zegel.server.settings",
            "ZEGEL_DATA": str(installation()),
            "DATABASE_URL": urls.app,
            "MIGRATE_DATABASE_URL": urls.owner,
            "ZEGEL_ORIGIN": "http://localhost:8000",
        }
    )
    for name in ("STORAGE_URL", "SHRED_PATH", "SECRETS_PATH", "EMAIL_URL", "ZEGEL_ROLE"):
        os.environ.pop(name, None)
    import django
    from django.conf import settings

    django.setup()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    _list_static_files_once()


def _list_static_files_once() -> None:
    """A server lists its files when it starts. Each `Client()` of a test is such a start: 0.2 s of work."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    listed: dict[str, object] = {}
    add = WhiteNoiseMiddleware.add_files_from_finders

    def add_once(self: WhiteNoiseMiddleware) -> None:
        if not listed:
            add(self)
            listed.update(self.files)
        self.files.update(listed)

    WhiteNoiseMiddleware.add_files_from_finders = add_once


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    """Rooms of the server import models: Django must be ready before such a test module is read."""
    where = module_path.relative_to(ROOT / "tests").as_posix() if module_path.is_relative_to(ROOT / "tests") else ""
    if "/" in where and not where.startswith(WITHOUT_DJANGO):
        set_up_django()


ORDER = ("unit", "conformance", "attack", "integration", "e2e")
# Of the integration tests: whole servers, units and cameras. They begin first, so that all workers end together.
LONGEST = (
    "integration/test_restore.py", "integration/test_roles_s3.py", "integration/test_setup.py",
    "integration/kernel/test_serve.py", "integration/unit/", "integration/unit_watch/",
    "integration/signals/test_kill.py", "integration/ledger/test_kill.py", "integration/backups/",
    "integration/lifecycle/",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick ones first; the browser last, because Playwright's event loop runs in this process while it is open."""
    items.sort(key=lambda item: _turn(item.path.as_posix()))


def _turn(path: str) -> tuple[int, bool]:
    kind = next((n for n, kind in enumerate(ORDER) if f"tests/{kind}/" in path), len(ORDER))
    return kind, not any(f"tests/{long}" in path for long in LONGEST)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Writes down which tests failed, for whoever asked (tools/run_layer.py)."""
    record = os.environ.get("ZEGEL_FAILED_TESTS")
    if record is None or hasattr(terminalreporter.config, "workerinput"):
        return
    failed = {report.nodeid for kind in ("failed", "error") for report in terminalreporter.getreports(kind)}
    Path(record).write_text("".join(f"{test}\n" for test in sorted(failed)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    """The run's PostgreSQL with the migrated template; see `db`."""
    set_up_django()
    server = embedded()
    server.start()
    try:
        _make_template(server)
        yield server
    finally:
        _close_connections()
        server.stop()


def _make_template(server) -> None:  # type: ignore[no-untyped-def]
    from django.core.management import call_command

    from tests import databases

    call_command("migrate", database="owner", verbosity=0)
    _close_connections()
    databases.make_template(server, "zegel_template")


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


@pytest.fixture
def db(postgres) -> Iterator[object]:  # type: ignore[no-untyped-def]
    """A migrated, empty database with real commits, and empty stores, for one test. Yields `Urls(app, owner,
    admin)`."""
    from tests import databases
    from zegel.server.kernel import shred, storage

    _close_connections()
    storage._opened.cache_clear()
    shred._opened.cache_clear()
    for folder in ("storage", "shred"):
        shutil.rmtree(installation() / folder, ignore_errors=True)
    databases.fresh_database(postgres, "zegel_template")
    as_nobody_was_here()
    yield postgres.urls()
    _close_connections()


def as_nobody_was_here() -> None:
    """Neither the letters of the test before are there, nor its reader's language."""
    from django.core import mail
    from django.utils import translation

    mail.outbox = []
    translation.deactivate()


@pytest.fixture(scope="session")
def s3() -> Iterator[object]:
    """A real S3 server; `s3.url("bucket")` is a STORAGE_URL."""
    from tests.s3 import S3Server

    server = S3Server()
    try:
        yield server.start()
    finally:
        server.stop()
