# SPDX-License-Identifier: EUPL-1.2
"""Mail leaves over verified TLS only: real conversations with a mail server that has a good, a self-signed, an expired,
somebody else's and no certificate; what is signed can be checked by others."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import override_settings

from tests import certificates
from tests.smtp import MailServer
from zegel.server.kernel import dkim, mail, smtp
from zegel.server.kernel.configuration import email_from_url
from zegel.server.kernel.errors import Misconfigured
from zegel.server.kernel.mail import Letter, NoSuchMailbox, WaitsForTls, Why, send

SECRET = "at your site, by the back door"
LETTER = Letter("anna@example.nl", "An alarm", SECRET, "alarm-7", portal="/portal/")


@contextmanager
def leaving_by(server: MailServer, options: str = "", scheme: str = "smtp", user: str = "") -> Iterator[None]:
    ca = certificates.authority().file
    url = f"{scheme}://{user}127.0.0.1:{server.port}?from=alarm@zegel.example&ca={ca}{options}"
    with override_settings(**email_from_url(url)):
        yield


def said_openly(server: MailServer) -> set[str]:
    return {verb for verb, sealed in server.heard if not sealed}


def test_a_letter_leaves_over_tls_whose_certificate_is_good():
    with MailServer(certificates.good()) as server, leaving_by(server):
        send(LETTER)
    (letter,) = server.letters
    assert letter.sealed
    assert letter.text == SECRET + "\n"
    assert said_openly(server) == {"EHLO", "STARTTLS"}


def test_it_leaves_over_tls_from_the_first_byte_too():
    with MailServer(certificates.good(), mode="implicit") as server, leaving_by(server, scheme="smtps"):
        send(LETTER)
    assert [letter.sealed for letter in server.letters] == [True]
    assert said_openly(server) == set()


@pytest.mark.parametrize(
    ("context", "why"),
    [
        (certificates.self_signed, Why.UNTRUSTED), (certificates.expired, Why.EXPIRED),
        (certificates.of_another, Why.UNTRUSTED), (lambda: certificates.good("mail.other.example"), Why.OTHER_NAME),
        (lambda: None, Why.NO_TLS),
    ],
)  # fmt: skip
def test_otherwise_it_waits_and_nothing_of_it_is_said(context: Any, why: Why):
    for user in ("", "post:secret@"):
        with MailServer(context()) as server, leaving_by(server, user=user):
            with pytest.raises(WaitsForTls) as waits:
                send(LETTER)
            assert smtp.trial() is why
        assert waits.value.why is why
        assert server.letters == []
        assert said_openly(server) <= {"EHLO", "STARTTLS", "QUIT"}, "no password and no address before TLS"
        assert isinstance(waits.value, OSError), "the jobs try again"


def test_a_server_that_is_not_there_is_waited_for():
    with MailServer() as server:
        pass
    with leaving_by(server), pytest.raises(WaitsForTls) as waits:
        send(LETTER)
    assert waits.value.why is Why.NOT_REACHED


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_nothing_older_than_tls_1_2_will_do():
    context = certificates.good()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with MailServer(context) as server, leaving_by(server), pytest.raises(WaitsForTls):
        send(LETTER)
    assert server.letters == []


def test_where_the_installation_wants_it_only_the_portals_address_goes_without_verified_tls():
    for context in (None, certificates.self_signed()):
        with MailServer(context) as server, leaving_by(server, "&otherwise=link", user="post:secret@"):
            send(LETTER)
            with pytest.raises(WaitsForTls):
                send(Letter("anna@example.nl", "A code", "it opens an answer", "case-1"))
        (letter,) = server.letters
        assert SECRET not in letter.raw.decode()
        assert "alarm" not in (letter.text + letter.subject).lower()
        assert letter.text.endswith("/portal/\n")
        assert "AUTH" not in {verb for verb, _sealed in server.heard}, "our password is for verified TLS"


def test_tls_up_to_the_mailbox_is_asked_for_or_the_letter_waits():
    with MailServer(certificates.good(), offers=("REQUIRETLS",)) as server, leaving_by(server, "&onward=require"):
        send(LETTER)
    assert [letter.options for letter in server.letters] == ["REQUIRETLS"]
    with MailServer(certificates.good()) as server, leaving_by(server, "&onward=require"):
        with pytest.raises(WaitsForTls) as waits:
            send(LETTER)
        assert waits.value.why is Why.NO_ONWARD


def test_many_letters_go_over_one_connection():
    with MailServer(certificates.good()) as server, leaving_by(server), mail.one_connection():
        for number in range(3):
            send(Letter("anna@example.nl", f"Letter {number}", "text", "x"))
    assert len(server.letters) == 3
    assert [verb for verb, _ in server.heard].count("STARTTLS") == 1


def test_a_mailbox_that_is_none_is_told_from_one_that_is_full():
    refuse = {"gone@example.nl": "550 5.1.1 No such user", "full@example.nl": "452 4.2.2 Full"}
    with MailServer(certificates.good(), refuse=refuse) as server, leaving_by(server):
        with pytest.raises(NoSuchMailbox) as gone:
            send(Letter("gone@example.nl", "x", "y", "z"))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(Letter("full@example.nl", "x", "y", "z"))
    assert gone.value.status == "5.1.1"


# --- settings ---


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.example:587?tls=0", "smtps://mail.example?ssl=0", "plain-local://mail.example:25",
        "plain-local://10.0.0.1:25", "plain-local://localhost.evil.example:25", "smtp://mail.example?otherwise=plain",
        "smtp://mail.example?onward=maybe", "smtp://mail.example?dkim=..%2Fx",
    ],
)  # fmt: skip
def test_no_setting_sends_letters_in_plain_text(url: str):
    with pytest.raises(Misconfigured):
        email_from_url(url)


def test_older_settings_mean_what_they_meant_and_tls_is_the_default():
    assert email_from_url("smtp://u:p@mail.example:587?tls=1")["EMAIL_SECURITY"] == "starttls"
    assert email_from_url("smtp://mail.example")["EMAIL_SECURITY"] == "starttls"
    assert email_from_url("smtp://mail.example:465?ssl=1")["EMAIL_SECURITY"] == "tls"
    assert email_from_url("smtps://mail.example")["EMAIL_PORT"] == 465


def test_a_sink_on_this_machine_has_a_name_of_its_own():
    with MailServer() as server, override_settings(**email_from_url(f"plain-local://127.0.0.1:{server.port}")):
        send(LETTER)
    assert [letter.text for letter in server.letters] == [SECRET + "\n"]


# --- what is signed ---


def test_a_signed_letter_is_checked_by_another_implementation(tmp_path: Any):
    dkimpy = pytest.importorskip("dkim", reason="dkimpy, the other implementation, is a development dependency")
    letter = Letter(
        "anna@example.nl", "Nieuws: é", "Regel één.\n\n.punt  \nmet  spaties \n\n\n", "n-1", html="<p>Eén</p>",
        name="Noordman Apparaten BV", reply_to="shop@noordman.example", back="b+abc@zegel.example",
        headers={"List-Unsubscribe": "<https://zegel.example/u/" + "x" * 64 + ">",
                 "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )  # fmt: skip
    with (
        override_settings(SECRETS_PATH=tmp_path), MailServer(certificates.good()) as server,
        leaving_by(server, "&dkim=zegel"),
    ):  # fmt: skip
        send(letter)
        name, value = dkim.record(dkim.installed())
    (came,) = server.letters
    assert came.back == "b+abc@zegel.example"
    assert "X-Zegel" not in came.raw.decode()
    assert name == "zegel._domainkey.zegel.example"
    records = {f"{name}.": value.encode()}

    def dns(asked: Any, **_: Any) -> bytes:
        return records[asked.decode() if isinstance(asked, bytes) else asked]

    assert dkimpy.verify(came.raw, dnsfunc=dns)
    assert not dkimpy.verify(came.raw.replace(b"One-Click", b"Two-Click"), dnsfunc=dns)
    signed = came.message["DKIM-Signature"].replace("\r\n", "")
    assert "list-unsubscribe:list-unsubscribe-post" in signed.lower(), "RFC 8058 §4: both are signed"
    late = b"List-Unsubscribe: <https://evil.example/>\r\n" + came.raw
    assert not dkimpy.verify(late, dnsfunc=dns), "nobody adds a second one"
