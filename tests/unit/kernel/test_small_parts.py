# SPDX-License-Identifier: EUPL-1.2
"""Clock, identifiers, secrets, addresses, mail, certificates."""

from __future__ import annotations

import multiprocessing
import ssl
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography import x509
from django.core import mail as django_mail

from tests.clock import stopped_clock
from zegel.server.kernel import clock, ids, secrets, tls
from zegel.server.kernel.configuration import (
    checked_proxies,
    database_from_url,
    email_from_url,
    origin_parts,
    unnamed_proxy,
)
from zegel.server.kernel.errors import Misconfigured
from zegel.server.kernel.ids import BadIdentifier
from zegel.server.kernel.mail import Letter, MailRefused, send

# --- clock ------------------------------------------------------------------------------------------------------------


def test_the_clock_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC
    assert abs(clock.now_ms() - clock.now().timestamp() * 1000) < 1000


def test_a_stopped_clock_moves_when_told_and_is_gone_afterwards():
    moment = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    with stopped_clock(moment) as now:
        started = clock.monotonic()
        assert clock.now() == moment
        now.advance(timedelta(seconds=2))
        now.step_wall(-3600)
        assert clock.now() == moment + timedelta(seconds=2 - 3600)
        assert clock.monotonic() - started == 2
    assert clock.now() > moment


# --- identifiers ------------------------------------------------------------------------------------------------------


def test_an_identifier_is_the_same_16_bytes_on_the_wire():
    identifier = ids.new()
    assert identifier.version == 4
    assert ids.from_wire(ids.to_wire(identifier)) == identifier
    assert ids.from_text(str(identifier)) == identifier


@pytest.mark.parametrize("raw", [b"", b"x" * 15, b"x" * 17])
def test_what_is_not_16_bytes_is_no_identifier(raw):
    with pytest.raises(BadIdentifier):
        ids.from_wire(raw)


ONE = "0d6ce9ab-3b4f-4b9c-8a6e-2c8f5a1be07d"


@pytest.mark.parametrize("text", ["", "x", ONE.replace("-", ""), ONE.upper(), "{" + ONE + "}", 7, None])
def test_an_identifier_has_one_spelling(text):
    with pytest.raises(BadIdentifier):
        ids.from_text(text)


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_a_secret_is_drawn_once_and_kept(tmp_path):
    folder = tmp_path / "secrets"
    value = secrets.secret(folder, "pepper")
    assert len(value) == 32
    assert secrets.secret(folder, "pepper") == value
    assert secrets.secret(folder, "other") != value
    assert (folder / "pepper").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def _draw(folder, answers):
    answers.put(secrets.secret(folder, "raced"))


def test_processes_that_race_for_a_secret_get_the_same(tmp_path):
    answers = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=_draw, args=(tmp_path / "s", answers)) for _ in range(4)]
    for process in processes:
        process.start()
    assert len({answers.get(timeout=20) for _ in processes}) == 1
    for process in processes:
        process.join()
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["raced"]


def test_a_secret_of_another_length_is_not_used(tmp_path):
    secrets.secret(tmp_path, "short", 16)
    with pytest.raises(Misconfigured):
        secrets.secret(tmp_path, "short", 32)


# --- addresses --------------------------------------------------------------------------------------------------------


def test_a_database_address_is_read_whole():
    database = database_from_url("postgresql://app:p%40ss@db.example:5433/zegel?sslmode=verify-full", pool=True)
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", "5433", "zegel")
    assert (database["USER"], database["PASSWORD"]) == ("app", "p@ss")
    assert database["OPTIONS"]["sslmode"] == "verify-full"
    assert database["OPTIONS"]["pool"]


def test_a_sockets_folder_is_a_host():
    database = database_from_url("postgresql://app:x@/zegel?host=/run/db&port=5432", pool=False)
    assert (database["HOST"], database["PORT"]) == ("/run/db", "5432")
    assert "pool" not in database["OPTIONS"]


@pytest.mark.parametrize("url", ["", "sqlite:///x", "postgresql://host", "postgresql://host/", "zegel"])
def test_what_is_no_database_address_is_refused(url):
    with pytest.raises(Misconfigured):
        database_from_url(url, pool=False)


@pytest.mark.parametrize("url", ["", "smtp:", "http://mail.example", "smtp://"])
def test_what_is_no_mail_server_is_refused(url):
    with pytest.raises(Misconfigured):
        email_from_url(url)


@pytest.mark.parametrize(
    "origin", ["https://alarm.example", "http://localhost:8000", "http://127.0.0.1:1", "http://a.localhost"]
)
def test_browsers_come_over_tls_or_from_the_machine_itself(origin):
    assert origin_parts(origin)[0] == origin.split(":")[0]


@pytest.mark.parametrize("origin", ["http://alarm.example", "alarm.example", "https://", "https://a/b", "ftp://a", ""])
def test_elsewhere_a_browser_would_have_no_cryptography(origin):
    with pytest.raises(Misconfigured):
        origin_parts(origin)


# --- mail -------------------------------------------------------------------------------------------------------------


def test_a_letter_is_sent():
    send(Letter("anna@example.nl", "An alarm", "At your site.", "alarm-7"))
    assert [(letter.to, letter.subject) for letter in django_mail.outbox] == [(["anna@example.nl"], "An alarm")]
    django_mail.outbox.clear()


@pytest.mark.parametrize(
    ("to", "subject", "text"),
    [
        ("anna", "x", "y"),
        ("a@b.nl\nBcc: c@d.nl", "x", "y"),
        ("a@b.nl", "x\nBcc: c@d.nl", "y"),
        ("a@b.nl", "x", "y" * 100_001),
    ],
)
def test_a_letter_with_a_header_too_many_is_not(to, subject, text):
    with pytest.raises(MailRefused):
        send(Letter(to, subject, text, "test"))


# --- certificates -----------------------------------------------------------------------------------------------------


def names(path) -> set[str]:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return {str(n.value) for n in certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value}


def test_units_trust_an_authority_of_their_own_that_stays_when_the_certificate_is_renewed(tmp_path):
    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as now:
        first = tls.ensure(tmp_path, ["alarm.example"])
        serial = x509.load_pem_x509_certificate(first.chain.read_bytes()).serial_number
        assert {"localhost", "127.0.0.1", "alarm.example"} <= names(first.chain)
        assert x509.load_pem_x509_certificate(tls.ensure(tmp_path).chain.read_bytes()).serial_number == serial
        now.advance(timedelta(days=350))
        renewed = tls.ensure(tmp_path)
        assert x509.load_pem_x509_certificate(renewed.chain.read_bytes()).serial_number != serial
        assert renewed.fingerprint == first.fingerprint
    ssl.create_default_context(cafile=renewed.authority).load_cert_chain(renewed.chain, renewed.key)


def test_a_new_name_makes_a_new_certificate(tmp_path):
    tls.ensure(tmp_path)
    assert "198.51.100.7" in names(tls.ensure(tmp_path, ["198.51.100.7"]).chain)


def test_an_identifier_from_a_row_is_a_uuid():
    assert isinstance(ids.from_text("6ba7b810-9dad-41d1-80b4-00c04fd430c8"), UUID)


# --- the proxy before us ----------------------------------------------------------------------------------------------


def test_an_https_origin_without_a_named_proxy_is_warned_of_or_refused():
    assert "counts as one address" in (unnamed_proxy("https://alarm.example", "127.0.0.1", ()) or "")
    with pytest.raises(Misconfigured, match="ZEGEL_PROXIES names no proxy"):
        unnamed_proxy("https://alarm.example", "0.0.0.0", ())
    assert unnamed_proxy("https://alarm.example", "0.0.0.0", ("10.0.0.1",)) is None
    assert unnamed_proxy("http://localhost:8000", "0.0.0.0", ()) is None


@pytest.mark.parametrize("text", ["*", "proxy.example", "10.0.0.1,*", "300.1.1.1"])
def test_a_proxy_is_named_by_its_address(text):
    with pytest.raises(Misconfigured):
        checked_proxies(text)


def test_proxies_are_addresses_and_networks():
    assert checked_proxies(" 127.0.0.1, 10.0.0.0/24,,::1 ") == ("127.0.0.1", "10.0.0.0/24", "::1")
    assert checked_proxies("") == ()


def test_the_warning_is_said_when_the_server_starts(capsys, monkeypatch, tmp_path):
    from zegel.server.serve import plan

    monkeypatch.delenv("ZEGEL_PROXIES", raising=False)
    plan(["--data", str(tmp_path), "--origin", "https://alarm.example"])
    assert "WARNING" in capsys.readouterr().err
    with pytest.raises(Misconfigured):
        plan(["--data", str(tmp_path), "--origin", "https://alarm.example", "--http", "0.0.0.0:8000"])
    monkeypatch.setenv("ZEGEL_PROXIES", "127.0.0.1")
    plan(["--data", str(tmp_path), "--origin", "https://alarm.example"])
    assert capsys.readouterr().err == ""
