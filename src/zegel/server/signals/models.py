# SPDX-License-Identifier: EUPL-1.2
"""Nouns of signals: lines of an alarm centre's receiver, panels and their zones and paths, and what came in.

Rows of `Signal` come in two ways that write the same: `intake.accept` (one at a time, as its owner) and the database's
function `signals_take` (the receivers' batches, for owners that it finds itself). Names of fields are also those of
that function: change both.
"""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel

LONGEST_ACCOUNT, LONGEST_TEXT = 16, 400


class PanelState(models.TextChoices):
    """A replaced or retired panel's account is free for another."""

    ACTIVE = "active"
    REPLACED = "replaced"
    RETIRED = "retired"


class KeyFormat(models.TextChoices):
    """How the installer writes the key down. Said, never guessed: 32 hexadecimal digits are an ASCII key too."""

    NONE = ""
    HEX = "hex"
    ASCII = "ascii"


class Source(models.TextChoices):
    """Who said it."""

    PANEL = "panel"
    MAIL = "mail"
    MQTT = "mqtt"
    API = "api"
    ONVIF = "onvif"
    UNIT = "unit"
    SERVER = "server"


class PathKind(models.TextChoices):
    """How a panel reaches us."""

    DC09_TCP = "dc09_tcp"
    DC09_UDP = "dc09_udp"
    DC09_TLS = "dc09_tls"
    UNIT = "unit"
    MAIL = "mail"
    MQTT = "mqtt"
    API = "api"


class Line(TenantModel):
    """A line of an alarm centre's receiver: its own. `kinds`: by which paths it may be reached. A frame of an account
    that nobody knows belongs to the line with its receiver and line number, else, where there is only one alarm
    centre, to the oldest one.

    `plain_*`: the recorded exception under which unencrypted DC-09 is taken (behind a VPN), by whom, why, until when.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    arc_party_id = models.UUIDField()
    name = models.CharField(max_length=200)
    kinds = models.JSONField(default=list)
    receiver_no = models.CharField(max_length=6, default="")
    line_no = models.CharField(max_length=6, default="")
    plain_by = models.UUIDField(null=True)
    plain_reason = models.CharField(max_length=300, default="")
    plain_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()


class Panel(TenantModel):
    """An alarm panel, or whatever speaks for a site on a line. `receiver_no` and `line_no`: empty means any.

    `key_wrapped`: its DC-09 key under the installation's secret (see keys.py); no way leads it out again.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="panels")
    name = models.CharField(max_length=200)
    account = models.CharField(max_length=LONGEST_ACCOUNT)
    receiver_no = models.CharField(max_length=6, default="")
    line_no = models.CharField(max_length=6, default="")
    protocol = models.CharField(max_length=10, default="dc09")
    key_wrapped = models.BinaryField(null=True)
    key_format = models.CharField(max_length=5, choices=KeyFormat.choices, default=KeyFormat.NONE, blank=True)
    key_changed_at = models.DateTimeField(null=True)
    encryption_required = models.BooleanField(default=True)
    plain_by = models.UUIDField(null=True)
    plain_reason = models.CharField(max_length=300, default="")
    plain_until = models.DateTimeField(null=True)
    poll_s = models.IntegerField(default=0)
    grace_s = models.IntegerField(default=0)
    clock_drift_ms = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=PanelState.choices, default=PanelState.ACTIVE)
    replaced_by = models.UUIDField(null=True)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "receiver_no", "line_no"], name="signals_panel_account",
                condition=models.Q(state=PanelState.ACTIVE.value),
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=["site_id"], name="signals_panel_site"),)


class PanelZone(TenantModel):
    """What a zone of a panel is. `signal_class`: said here instead of by the code ("" = the code's). `entry_exit`: the
    zone by which people come and go."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="zones")
    zone = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    signal_class = models.CharField(max_length=24, default="", blank=True)
    area = models.CharField(max_length=32, default="", blank=True)
    camera_ids = models.JSONField(default=list)
    entry_exit = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["panel", "zone"], name="signals_zone_once"),)


class Path(TenantModel):
    """One way from a panel to us. `poll_s` 0: nobody waits for it. Its row is changed by every poll, and no other row
    is. `outage_id`: it went with many others, and was told with them."""

    id = models.BigAutoField(primary_key=True)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="paths")
    line_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=PathKind.choices)
    poll_s = models.IntegerField(default=0)
    grace_s = models.IntegerField(default=0)
    since = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    outage_id = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["panel", "kind"], name="signals_path_once"),)


class MailCamera(TenantModel):
    """A camera that only knows e-mail, known by an address that nobody can guess: `token_hash` is SHA-256 of its token.

    A weaker class than a unit's camera, and everywhere called so: the server sees its pictures before it seals them.
    `verified_at`: a mail came all the way. `plain_*`: the recorded exception under which it may come without TLS."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=200)
    token_hash = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=PanelState.choices, default=PanelState.ACTIVE)
    plain_by = models.UUIDField(null=True)
    plain_reason = models.CharField(max_length=300, default="")
    plain_until = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["token_hash"], name="signals_mailcamera_token"),)


class Integration(TenantModel):
    """Another system that may say things about some sites of one customer. `key_hash` is SHA-256 of its key, `hint` the
    key's first letters. `scopes`: what it may do. The key is told once."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=200)
    key_hash = models.BinaryField(max_length=32)
    hint = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    site_ids = models.JSONField(default=list)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key_hash"], name="signals_integration_key"),)


class WebhookCall(TenantModel):
    """What an integration said under an idempotency key, for a day: the same again is answered again."""

    id = models.BigAutoField(primary_key=True)
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="calls")
    key = models.CharField(max_length=80)
    body_hash = models.BinaryField(max_length=32)
    signal_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["integration", "key"], name="signals_webhookcall_once"),)
        indexes = (models.Index(fields=["at"], name="signals_webhookcall_age"),)


class Broker(TenantModel):
    """An MQTT broker to which a site's Frigate reports and to which this server connects. `password_wrapped`: as a
    panel's key. `trouble`: why it can't be reached now, in a short word; "" while it is."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=200)
    host = models.CharField(max_length=253)
    port = models.IntegerField()
    tls = models.BooleanField(default=True)
    username = models.CharField(max_length=100, default="", blank=True)
    password_wrapped = models.BinaryField(null=True)
    prefix = models.CharField(max_length=60, default="frigate")
    state = models.CharField(max_length=10, choices=PanelState.choices, default=PanelState.ACTIVE)
    added_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, default="", blank=True)


class Outage(TenantModel):
    """Many paths of one line (or of one provider on any line) that went at about the same time: one event, not
    thousands. Belongs to the alarm centre."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    line_id = models.UUIDField(null=True)
    of_provider_id = models.UUIDField(null=True)
    paths = models.IntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Signal(TenantModel):
    """One thing that came in, as it came (`raw`) and as it was understood. Kept whether or not it was understood.

    `times`: 1, and one more for each time it was sent again. `line_id`: the line that it came by; `receiver_no` and
    `line_no`: as the frame says. `occurred_ms`: when the sender says that it happened. `fault`: what was wrong with it,
    in short words. `dedupe_key`: see rules.py.
    """

    id = models.BigAutoField(primary_key=True)
    signal_id = models.UUIDField(unique=True)
    panel_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
    line_id = models.UUIDField(null=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    transport = models.CharField(max_length=10)
    peer = models.CharField(max_length=64, default="")
    raw = models.BinaryField()
    account = models.CharField(max_length=LONGEST_ACCOUNT, default="")
    seq = models.CharField(max_length=8, default="")
    receiver_no = models.CharField(max_length=8, default="")
    line_no = models.CharField(max_length=8, default="")
    protocol = models.CharField(max_length=8)
    code = models.CharField(max_length=32)
    qualifier = models.CharField(max_length=4, default="")
    phase = models.CharField(max_length=16)
    signal_class = models.CharField(max_length=24)
    priority = models.SmallIntegerField()
    name = models.CharField(max_length=120, default="")
    zone = models.CharField(max_length=32, default="")
    area = models.CharField(max_length=32, default="")
    user = models.CharField(max_length=32, default="")
    text = models.CharField(max_length=LONGEST_TEXT, default="")
    occurred_ms = models.BigIntegerField(null=True)
    known = models.BooleanField()
    duress = models.BooleanField(default=False)
    extra = models.JSONField(default=list)
    fault = models.CharField(max_length=120, default="")
    dedupe_key = models.BinaryField(null=True)
    times = models.IntegerField(default=1)
    received_ms = models.BigIntegerField()
    last_ms = models.BigIntegerField()
    processed_at = models.DateTimeField(null=True)
    alarm_id = models.UUIDField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["dedupe_key", "-received_ms"], name="signals_signal_again"),
            models.Index(fields=["id"], name="signals_signal_waiting", condition=models.Q(processed_at=None)),
            models.Index(fields=["panel_id", "-id"], name="signals_signal_panel"),
            models.Index(fields=["owner_id", "-id"], name="signals_signal_newest"),
        )


class CodeOverride(TenantModel):
    """A provider's own meaning of a code. Never changed: a newer one of the same code retires it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    protocol = models.CharField(max_length=8)
    code = models.CharField(max_length=32)
    qualifier = models.CharField(max_length=4, default="", blank=True)
    number = models.IntegerField()
    phase = models.CharField(max_length=16)
    signal_class = models.CharField(max_length=24)
    priority = models.SmallIntegerField()
    name = models.CharField(max_length=120)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "protocol", "code", "qualifier"], name="signals_override_one",
                condition=models.Q(retired_at=None),
            ),
        )  # fmt: skip
