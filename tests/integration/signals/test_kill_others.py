# SPDX-License-Identifier: EUPL-1.2
"""kill -9 under load for who is no panel: cameras' mails, a broker's reviews, another system's calls. What was answered
is on disk, once; what was sent again makes no second one."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import re
import shutil
import smtplib
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import aiomqtt
import psycopg
import pytest
from django.test import override_settings

from tests.broker import Broker
from tests.integration.kernel.test_serve import Served, until
from tests.integration.signals.mailing import a_mail
from tests.integration.signals.test_kill import add_yard, admin_of, is_back, kill, none_waits
from tests.integration.signals.test_mqtt import review
from zegel.server.signals import integrations, keys, mailcameras

VICTIMS = ("receivers", "database", "web,realtime")
TOKEN, KEY = "k" * 32, "zgl_" + "k" * 32
MARK = re.compile(rb"kill-[a-z]+-[0-9]+-[0-9]+")


class Sender(threading.Thread):
    """Says one thing until it is answered, then the next."""

    def __init__(self, name: str, say: Callable[[str], bool]) -> None:
        super().__init__(daemon=True)
        self._of, self._say = name, say
        self.answered: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            mark = f"kill-{self._of}-{number}"
            while not self._say(mark):
                if self.over.wait(0.2):
                    return
            self.answered.append(mark)
            self.over.wait(0.05)  # below what a camera, and a key, may say in a minute


def by_mail(port: int, mark: str) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            mail = a_mail(f"EVENT TYPE: {mark}", picture=None)
            client.sendmail("camera@site.example", [f"cam-{TOKEN}@alarm.example"], mail)
    except (OSError, smtplib.SMTPException):
        return False
    return True


def by_call(port: int, site: UUID, mark: str) -> bool:
    body = json.dumps({"site_id": str(site), "class": "burglary", "code": mark, "zone": mark[-8:]})
    said = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": mark, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/api/v1/integrations/signals", body, said | {"Host": "localhost:8000"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def by_broker(broker: Broker, mark: str) -> bool:
    async def main() -> None:
        async with aiomqtt.Client("127.0.0.1", broker.port, username=broker.user, password=broker.password) as client:
            await client.publish("frigate/reviews", json.dumps(review(mark, "alert", "new")), qos=1)

    try:
        asyncio.run(main())
    except (OSError, aiomqtt.MqttError):
        return False
    return True


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture
def served() -> Iterator[Served]:
    folder = Path(tempfile.mkdtemp(prefix="zegel-kill-"))
    folder.chmod(0o755)
    served = Served(folder / "data", environment={"ZEGEL_BROKERS": "127.0.0.1"}).wait_until_ready()
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.end()
        shutil.rmtree(folder, ignore_errors=True)


def set_up(served: Served, broker: Broker) -> UUID:
    """Rows as the rooms write them: a firm's yard with a mail camera, a broker and an integration. Returns the site."""
    party, site, box = uuid4(), uuid4(), uuid4()
    with override_settings(SECRETS_PATH=served.data / "secrets"):
        password = keys.wrap_word(box, broker.password)
    with psycopg.connect(admin_of(served), autocommit=True) as admin:
        add_yard(admin, party, site)
        admin.execute(
            "INSERT INTO signals_mailcamera (id, provider_id, owner_id, site_id, name, token_hash, state, "
            "plain_reason, added_at) VALUES (gen_random_uuid(), %s, %s, %s, 'Gate', %s, 'active', '', now())",
            [party, party, site, mailcameras._hashed(TOKEN)],
        )
        admin.execute(
            "INSERT INTO signals_integration (id, provider_id, owner_id, name, key_hash, hint, scopes, site_ids, "
            "made_at, expires_at) VALUES (gen_random_uuid(), %s, %s, 'Box', %s, 'zgl_kkkk', '[\"signals.write\"]', %s, "
            "now(), now() + interval '1 day')",
            [party, party, integrations._hashed(KEY), json.dumps([str(site)])],
        )
        admin.execute(
            "INSERT INTO signals_broker (id, provider_id, owner_id, site_id, name, host, port, tls, username, "
            "password_wrapped, prefix, state, added_at, trouble) "
            "VALUES (%s, %s, %s, %s, 'Frigate', '127.0.0.1', %s, false, %s, %s, 'frigate', 'active', now(), '')",
            [box, party, party, site, broker.port, broker.user, password],
        )
    return site


def listens(served: Served) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(admin_of(served), autocommit=True) as admin:
        row = admin.execute("SELECT count(*) FROM signals_broker WHERE connected_at IS NOT NULL").fetchone()
        return row is not None and row[0] == 1
    return False


def stored(served: Served) -> Counter[str]:
    with psycopg.connect(admin_of(served), autocommit=True) as admin:
        rows = admin.execute("SELECT raw FROM signals_signal WHERE source IN ('mail', 'api', 'mqtt')").fetchall()
    found = (MARK.search(bytes(raw)) for (raw,) in rows)
    return Counter(mark.group().decode() for mark in found if mark is not None)


def torment(served: Served, broker: Broker, kills: int, seed: int) -> list[Sender]:
    dice, site, facts = random.Random(seed), set_up(served, broker), served.facts
    until(lambda: listens(served), 40)
    senders = [
        *(Sender(f"mail-{n}", lambda mark: by_mail(facts["smtp_port"], mark)) for n in range(2)),
        *(Sender(f"api-{n}", lambda mark: by_call(facts["http_port"], site, mark)) for n in range(2)),
        Sender("mqtt-0", lambda mark: by_broker(broker, mark)),
    ]
    for sender in senders:
        sender.start()
    order = [VICTIMS[number % len(VICTIMS)] for number in range(kills)]
    dice.shuffle(order)
    for victim in [*order, ""]:
        before = {sender: len(sender.answered) for sender in senders}
        until(lambda before=before: all(len(sender.answered) > count + 3 for sender, count in before.items()), 60)
        if victim:
            pid = served.facts.get("children", {}).get(victim, 0)
            kill(served, victim)
            until(lambda victim=victim, pid=pid: is_back(served, victim, pid), 60)
    for sender in senders:
        sender.over.set()
    for sender in senders:
        sender.join(30)
    return senders


def check(served: Served, senders: list[Sender]) -> None:
    said = {mark for sender in senders for mark in sender.answered}
    until(lambda: said <= stored(served).keys(), 60)
    found = stored(served)
    assert [mark for mark, rows in found.items() if rows != 1] == [], "sent again, and there twice"
    log = (served.data.parent / "serve.log").read_text()
    assert log.count('"child.died"') + log.count('"database.died"') >= len(VICTIMS), "nobody was killed"
    until(lambda: none_waits(served), 60)


@pytest.mark.soak  # a minute; the suite kills under panels' messages (test_kill.py)
def test_kills_lose_no_answered_mail_call_or_review_and_double_none(served: Served, broker: Broker) -> None:
    check(served, torment(served, broker, 3, seed=20261))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_kills_lose_no_answered_mail_call_or_review_and_double_none(served: Served, broker: Broker) -> None:
    check(served, torment(served, broker, 60, seed=time.time_ns()))
