# SPDX-License-Identifier: EUPL-1.2
"""Cameras that only know e-mail, written to by a real SMTP client over STARTTLS; and what an intruder finds of it."""

from __future__ import annotations

import base64
import binascii
import json
import smtplib
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.actors import World
from tests.attack.test_door_routes import signed_in
from tests.clock import stopped_clock
from tests.integration.signals.mailing import PICTURE, Mailing, a_mail
from zegel.demo.world import WORLD
from zegel.seal.note import VerifierKey
from zegel.seal.sealedfile import open_file, verify_mailpicture
from zegel.server.alarms import actions as alarms
from zegel.server.alarms import interpreter
from zegel.server.alarms.models import Alarm
from zegel.server.footage import door, mailpictures
from zegel.server.footage.errors import NothingToShow, TooManyViewers
from zegel.server.footage.rules import Purpose
from zegel.server.gate.errors import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.signals import mailcameras, queries
from zegel.server.signals.errors import MailCameraRefused
from zegel.server.signals.models import MailCamera

INTRUSION = (
    "This is an automatically generated e-mail from your IPC.\n\nEVENT TYPE: Intrusion Detection\n"
    "EVENT TIME: 2026-11-22,02:52:18\nIPC NAME: Gate\nCHANNEL NUMBER: 1\n"
)


@pytest.fixture
def camera(world: World) -> tuple[MailCamera, str]:
    return mailcameras.add(world.actor("technician"), WORLD.site("yard").id, "Old gate camera")


@pytest.fixture
def mailing(world: World) -> Iterator[Mailing]:
    with Mailing(near=False) as mailing:
        yield mailing


def interpret() -> None:
    while interpreter.run_once():
        pass


def the_alarm(world: World) -> Alarm:
    with tenancy.acting_as(WORLD.party("dehaan").id):
        return Alarm.objects.get(source="mail")


def signals(world: World) -> list[Any]:
    return queries.newest(world.actor("owner"))


def opened_by(world: World, person: str, picture_id: Any, purpose: Purpose, alarm: Any = None) -> bytes:
    found = door.open_mail_picture(world.actor(person), picture_id, purpose, alarm)
    key = VerifierKey.parse(ledger.verifier_key())
    sealed = verify_mailpicture(found.envelope, key.public_key)
    tenant = world.owner_tenant("yard") if person == "owner" else world.arc_tenant("yard")
    return open_file(sealed, tenant, found.ciphertext)


def test_a_mail_becomes_an_alarm_with_a_picture_that_owner_and_operator_open(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    mailing.send(camera[1], a_mail(INTRUSION))
    (row,) = signals(world)
    assert (row.source, row.transport, row.protocol, row.zone) == ("mail", "mail", "mail", "Old gate camera / 1")
    assert row.name
    interpret()
    alarm = the_alarm(world)
    (picture,) = mailpictures.of_alarm(world.actor("operator"), alarm.id)
    with pytest.raises(Denied):
        opened_by(world, "operator", picture.id, Purpose.ALARM_VERIFICATION, alarm.id)  # nobody has it in hand
    alarms.claim(world.actor("operator"), alarm.id)
    assert opened_by(world, "operator", picture.id, Purpose.ALARM_VERIFICATION, alarm.id) == PICTURE
    assert opened_by(world, "owner", picture.id, Purpose.OWN_USE) == PICTURE
    with tenancy.acting_as(WORLD.party("dehaan").id):
        entries = ledger.entries([Kind.VIEW], WORLD.party("dehaan").id, since_ms=0)
    assert [entry.said.facts["purpose"] for entry in entries if entry.said] == ["own_use", "alarm_verification"]


def test_no_more_people_look_at_a_mailed_picture_at_once_than_at_footage(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    mailing.send(camera[1], a_mail(INTRUSION))
    interpret()
    alarm = the_alarm(world)
    (picture,) = mailpictures.of_alarm(world.actor("operator"), alarm.id)
    alarms.claim(world.actor("operator"), alarm.id)

    def look(person: str, purpose: Purpose = Purpose.ALARM_VERIFICATION) -> None:
        about = alarm.id if purpose is Purpose.ALARM_VERIFICATION else None
        door.open_mail_picture(world.actor(person), picture.id, purpose, about, max_viewers=1)

    with stopped_clock(clock.now()) as ticking:
        look("operator")
        look("operator")  # his own place
        with pytest.raises(TooManyViewers):
            look("supervisor")
        look("owner", Purpose.OWN_USE)  # his own picture takes nobody's place
        ticking.advance(door.MAILED_LOOK)
        look("supervisor")
    with tenancy.acting_as(WORLD.party("dehaan").id):
        entries = ledger.entries([Kind.VIEW], WORLD.party("dehaan").id, since_ms=0)
    assert len(entries) == 4, "a look that was refused is no look"


def test_after_the_alarm_is_closed_the_centre_sees_the_picture_no_more(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    mailing.send(camera[1], a_mail(INTRUSION))
    interpret()
    alarm = the_alarm(world)
    (picture,) = mailpictures.of_alarm(world.actor("operator"), alarm.id)
    alarms.claim(world.actor("operator"), alarm.id)
    alarms.close(world.actor("operator"), alarm.id, "test")
    with pytest.raises(Denied):
        opened_by(world, "operator", picture.id, Purpose.ALARM_VERIFICATION, alarm.id)
    with pytest.raises(Denied):
        opened_by(world, "operator", picture.id, Purpose.OWN_USE)
    for person in ("technician", "admin", "planner"):
        with pytest.raises((Denied, NothingToShow)):
            opened_by(world, person, picture.id, Purpose.OWN_USE)
    with pytest.raises((Denied, NothingToShow)):
        opened_by(world, "household", picture.id, Purpose.OWN_USE)


def test_the_readable_picture_lies_nowhere(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing, seeded: Any
) -> None:
    """Database files, write-ahead log, object store, everything under the installation's folder, as it is and as
    base64."""
    import base64

    broken = a_mail(INTRUSION).replace(b"Content-Type: multipart/mixed", b"Content-Type: text/plain")
    mailing.send(camera[1], a_mail(INTRUSION))
    mailing.send(camera[1], broken)
    interpret()
    with psycopg.connect(seeded._url("zegel_admin", "zegel"), autocommit=True) as admin:
        admin.execute("CHECKPOINT")
    marks = [PICTURE[40:100], base64.b64encode(PICTURE)[60:110]]
    looked = 0
    for path in Path(settings.DATA).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            looked += len(data)
            for mark in marks:
                assert mark not in data, path
    assert looked > 1_000_000
    assert b"sha256" in bytes(signals(world)[1].raw)


def test_without_tls_nothing_is_taken_but_under_a_recorded_exception(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    from datetime import timedelta

    from zegel.server.kernel import clock

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        mailing.send(camera[1], a_mail(INTRUSION), tls=False)
    assert next(iter(refused.value.recipients.values()))[0] == 530
    assert signals(world) == []
    until = clock.now() + timedelta(days=30)
    mailcameras.put_under_exception(world.actor("supervisor"), camera[0].id, reason="VPN to the site", until=until)
    mailing.send(camera[1], a_mail(INTRUSION), tls=False)
    assert len(signals(world)) == 1


def test_nobodys_address_is_refused_and_who_guesses_is_sent_away(world: World, mailing: Mailing) -> None:
    with mailing.client() as client:
        client.ehlo()
        client.mail("x@example.org")
        for guess in range(5):
            assert client.rcpt(f"cam-{'a' * 25}{guess}@alarm.example")[0] == 550
        with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
            for _ in range(3):
                client.noop()
    assert signals(world) == []


def test_a_test_mail_marks_the_way_as_working_and_alarms_nobody(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    assert mailcameras.get(world.actor("technician"), camera[0].id).verified_at is None
    mailing.send(camera[1], a_mail("This is a test email from your device.", subject="Test Email", picture=None))
    interpret()
    assert mailcameras.get(world.actor("technician"), camera[0].id).verified_at is not None
    with tenancy.acting_as(WORLD.party("dehaan").id):
        assert not Alarm.objects.filter(source="mail").exists()


def test_a_mail_that_nobody_can_read_still_alarms(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    mailing.send(camera[1], b"\xff\xfe\x00garbage without a header\r\n" * 20)
    interpret()
    assert the_alarm(world).signal_class in {"unknown", "video"}


def test_the_same_mail_again_is_the_same_alarm(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    mail = a_mail(INTRUSION)
    for _ in range(3):
        mailing.send(camera[1], mail)
    (row,) = signals(world)
    assert row.times == 3
    assert len(mailpictures.of_camera(world.actor("owner"), camera[0].id)) == 1


def test_what_cannot_be_stored_is_not_acknowledged(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zegel.server.kernel import storage

    monkeypatch.setattr(type(storage.store()), "put", _full)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        mailing.send(camera[1], a_mail(INTRUSION))
    assert refused.value.smtp_code == 451
    assert signals(world) == []
    monkeypatch.undo()
    mailing.send(camera[1], a_mail(INTRUSION))
    assert len(signals(world)) == 1


def _full(*_: Any) -> None:
    raise OSError("no room")


def test_a_home_has_no_such_camera(world: World) -> None:
    with pytest.raises(MailCameraRefused):
        mailcameras.add(world.actor("nordtech"), WORLD.site("villa").id, "Hall")


def test_an_address_is_told_once_and_a_new_one_ends_the_old(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    row, address = camera
    assert address.removeprefix("cam-").encode() not in bytes(row.token_hash)
    other = mailcameras.new_address(world.actor("technician"), row.id)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mailing.send(address, a_mail(INTRUSION))
    mailing.send(other, a_mail(INTRUSION))
    assert len(signals(world)) == 1


@pytest.mark.parametrize("person", ["owner", "operator", "planner", "household"])
def test_only_who_installs_adds_one(world: World, person: str) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011  Denied, or a site that is none of his
        mailcameras.add(world.actor(person), WORLD.site("yard").id, "Mine")
    assert type(refused.value).__name__ in {"Denied", "UnknownSite"}
    assert mailcameras.all_of(world.actor("technician")) == []


def post(client: Any, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_over_http_a_camera_is_added_its_address_told_once_and_its_picture_opened(
    world: World, mailing: Mailing
) -> None:
    technician = signed_in(world, "technician")
    added = post(technician, "/mail-cameras", site_id=str(WORLD.site("yard").id), name="Old gate camera").json()
    address = added["address"].partition("@")[0]
    assert added["camera"]["protection"] == "seen_by_server"
    assert address not in technician.get("/api/v1/mail-cameras").content.decode()
    mailing.send(address, a_mail(INTRUSION))
    interpret()
    alarm = the_alarm(world)
    operator = signed_in(world, "operator")
    (picture,) = operator.get(f"/api/v1/alarms/{alarm.id}/mail-pictures").json()["pictures"]
    wish = {"purpose": "alarm_verification", "alarm_id": str(alarm.id)}
    assert post(operator, f"/mail-pictures/{picture['id']}/open", **wish).status_code == 403
    assert post(operator, f"/alarms/{alarm.id}/claim").status_code == 200
    opened = post(operator, f"/mail-pictures/{picture['id']}/open", **wish)
    assert opened.status_code == 200
    size = int.from_bytes(opened.content[:4], "big")
    sealed = verify_mailpicture(opened.content[4 : 4 + size], VerifierKey.parse(ledger.verifier_key()).public_key)
    assert open_file(sealed, world.arc_tenant("yard"), opened.content[4 + size :]) == PICTURE
    assert PICTURE[40:100] not in opened.content
    assert int(opened["Zegel-Index"]) >= 0
    other = signed_in(world, "household")
    assert post(other, f"/mail-pictures/{picture['id']}/open", purpose="own_use").status_code in {403, 404}
    assert other.get(f"/api/v1/alarms/{alarm.id}/mail-pictures").status_code == 404


HIDDEN = {
    "no type": lambda p: a_mail(INTRUSION, picture=None).rstrip() + b"\n\n" + p,
    "as text": lambda p: _as_text(p, base64.encodebytes),
    "as text, unfolded": lambda p: _as_text(p, base64.b64encode),
    "indented": lambda p: _as_text(p, _indented),
    "short lines": lambda p: _as_text(p, lambda data: _wrapped(base64.b64encode(data).decode(), 30)),
    "uuencoded": lambda p: _as_text(p, _uu),
    "hexadecimal": lambda p: _as_text(p, lambda data: _wrapped(data.hex(), 31)),
    "in a header": lambda p: b"X-Thumb: " + base64.b64encode(p)[:3000] + b"\n" + a_mail(INTRUSION, picture=None),
}


def _wrapped(text: str, width: int) -> bytes:
    return "\n".join(textwrap.wrap(text, width)).encode()


def _uu(data: bytes) -> bytes:
    lines = (binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 a.jpg\n" + b"".join(lines) + b"end\n"


def _indented(data: bytes) -> bytes:
    return b"".join(b"    " + line for line in base64.encodebytes(data).splitlines(True))


def _as_text(picture: bytes, encode: Any) -> bytes:
    head = b"Subject: Alarm\nContent-Type: text/plain\n\n" + INTRUSION.encode()
    return head + b"\n" + encode(picture)


@pytest.mark.parametrize("how", HIDDEN)
def test_a_picture_that_a_broken_mail_hides_is_not_kept_readable(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing, how: str
) -> None:
    """Whatever the reader makes of it: nothing from which more than a scrap could be put together."""
    mailing.send(camera[1], HIDDEN[how](PICTURE))
    (row,) = signals(world)
    kept = bytes(row.raw)
    assert len(kept) <= 4096
    squeezed = b"".join(kept.split())
    for form in (PICTURE, base64.b64encode(PICTURE), PICTURE.hex().encode()):
        longest = max((size for size in range(0, 2000, 8) if form[400 : 400 + size] in squeezed), default=0)
        assert longest < 64, how


def test_a_database_that_is_away_is_no_fault_of_the_mail(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailcameras, "find", _full)
    with mailing.client() as client:
        client.ehlo()
        client.mail("x@example.org")
        code, words = client.rcpt(f"{camera[1]}@alarm.example")
    assert code == 451
    assert b"room" not in words


def test_a_mail_that_says_test_and_shows_an_event_is_no_test(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    mailing.send(camera[1], a_mail("Motion detected on camera 1", subject="Test alert"))
    interpret()
    assert the_alarm(world).state == "queued"


def test_a_site_that_became_a_home_gets_no_picture_any_more(
    world: World, camera: tuple[MailCamera, str], mailing: Mailing
) -> None:
    from zegel.server.sites.models import Site

    with tenancy.acting_as(WORLD.party("dehaan").id):
        Site.objects.filter(id=camera[0].site_id).update(profile="home-de")
    mailing.send(camera[1], a_mail(INTRUSION))
    (row,) = signals(world)
    assert row.fault == "picture_left_out" or mailpictures.of_camera(world.actor("owner"), camera[0].id) == []
