# SPDX-License-Identifier: EUPL-1.2
"""Nouns of footage. Nothing here opens anything: envelopes are sealed, and lie once more under their shred key."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from zegel.server.footage.rules import (
    MAX_VIEWERS,
    GrantPurpose,
    GuardPictureEnd,
    Purpose,
    ReopenReason,
    Track,
    WindowEnd,
)
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped(
    "footage_deadline",
    "when a window, a reopening or a lease must end, for the worker that acts for its owner; identifiers only",
)


class Epoch(TenantModel):
    """One key tree of one track of one camera. `wrapped` is its envelope under shred key number `shred`."""

    id = models.UUIDField(primary_key=True, editable=False)
    unit_id = models.UUIDField()
    camera_id = models.UUIDField()
    track = models.SmallIntegerField(choices=[(t.value, t.name) for t in Track])
    number = models.BigIntegerField()
    suite = models.SmallIntegerField()
    start_ms = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    keyset_hash = models.BinaryField(max_length=32)
    policy_hash = models.BinaryField(max_length=32)
    shred = models.BigIntegerField()
    wrapped = models.BinaryField()
    received_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["camera_id", "track", "start_ms"], name="footage_epoch_time"),
            models.Index(fields=["owner_id", "track", "start_ms"], name="footage_epoch_owner"),
        )


class Pack(TenantModel):
    """The ciphertext of one epoch. It grows by parts; when the epoch is closed they are joined into few."""

    epoch = models.OneToOneField(Epoch, primary_key=True, on_delete=models.PROTECT, related_name="pack")
    size = models.BigIntegerField(default=0)
    parts = models.IntegerField(default=0)
    compacted_at = models.DateTimeField(null=True)


class Part(TenantModel):
    """One stored object that holds bytes [offset, offset + size) of a growing pack."""

    id = models.BigAutoField(primary_key=True)
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="part_set")
    number = models.IntegerField()
    key = models.CharField(max_length=120)
    offset = models.BigIntegerField()
    size = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["pack", "number"], name="footage_part_number"),)
        indexes = (models.Index(fields=["pack", "offset"], name="footage_part_place"),)


class Segment(TenantModel):
    """Where a sealed segment lies in its pack, and what its (public) header says."""

    pk = models.CompositePrimaryKey("epoch_id", "seq")
    epoch = models.ForeignKey(Epoch, on_delete=models.PROTECT, related_name="segments", db_index=False)
    seq = models.BigIntegerField()
    slot = models.SmallIntegerField()
    random_access = models.BooleanField()
    offset = models.BigIntegerField()
    size = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)

    class Meta:
        indexes = (models.Index(fields=["epoch", "slot"], name="footage_segment_slot"),)


class Manifest(TenantModel):
    """The unit's signed list of what 60 slots hold, chained; clients take slots and hashes from it. `named`: bit i is
    set when it names something of slot first_slot + i."""

    hash = models.BinaryField(primary_key=True, max_length=32)
    epoch = models.ForeignKey(Epoch, on_delete=models.PROTECT, related_name="manifests")
    first_slot = models.SmallIntegerField()
    slots = models.SmallIntegerField()
    named = models.BigIntegerField(default=0)
    previous = models.BinaryField(max_length=32, null=True)
    envelope = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["epoch", "first_slot"], name="footage_manifest_slots"),)


class Window(TenantModel):
    """The time in which an alarm's images may be looked at. Alarms open and end it; an ended one stays ended: to look
    again needs a record of its own (Reopening).

    `look_after`: until then nothing is handed out, so that who recalls in time was never looked at. `cameras`: further
    cameras of the same alarm (a panel's zone that several look at). `max_viewers`: people at the same time."""

    alarm_id = models.UUIDField(primary_key=True, editable=False)
    unit_id = models.UUIDField()
    camera_id = models.UUIDField()
    cameras = models.JSONField(default=list)
    arc_party_id = models.UUIDField()
    raised_ms = models.BigIntegerField()
    policy_max_s = models.IntegerField()
    look_after = models.DateTimeField(null=True)
    max_viewers = models.SmallIntegerField(default=MAX_VIEWERS)
    opened_at = models.DateTimeField()
    deadline = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=10, choices=[(e.value, e.name) for e in WindowEnd], default="")

    class Meta:
        indexes = (
            models.Index(fields=["deadline"], name="footage_window_running", condition=models.Q(ended_at__isnull=True)),
        )

    @property
    def camera_ids(self) -> tuple[UUID, ...]:
        """Every camera of the alarm, the one that raised it first."""
        return (self.camera_id, *(UUID(camera) for camera in self.cameras if camera != str(self.camera_id)))


class Reopening(TenantModel):
    """An earlier alarm's images, opened once more for one of S3's reasons: what was released then, for a limited time.
    A second one is a new record."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    alarm_id = models.UUIDField()
    arc_party_id = models.UUIDField()
    reason = models.CharField(max_length=30, choices=[(r.value, r.name) for r in ReopenReason])
    person_id = models.UUIDField()
    after_recall = models.BooleanField()
    opened_at = models.DateTimeField()
    deadline = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["alarm_id"], name="footage_reopening_one", condition=models.Q(ended_at__isnull=True)
            ),
        )
        indexes = (models.Index(fields=["alarm_id", "-opened_at"], name="footage_reopening_alarm"),)


class Release(TenantModel):
    """Keys of an alarm's ranges, sealed to the alarm centre. A part that came too late keeps its place in the chain
    (`hash`), and nothing else: `wrapped` is null and its bytes were never stored."""

    hash = models.BinaryField(primary_key=True, max_length=32)
    unit_id = models.UUIDField()
    alarm_id = models.UUIDField()
    part = models.IntegerField()
    previous = models.BinaryField(max_length=32, null=True)
    camera_id = models.UUIDField()
    ranges = models.JSONField(default=list)
    arc_party_id = models.UUIDField()
    recipient = models.BinaryField(max_length=32)
    issued_ms = models.BigIntegerField()
    shred = models.BigIntegerField(null=True)
    wrapped = models.BinaryField(null=True)
    ledger_index = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["alarm_id", "part"], name="footage_release_part"),)
        indexes = (models.Index(fields=["unit_id", "received_at"], name="footage_release_chain"),)


class Grant(TenantModel):
    """Keys of some ranges that an owner's client sealed to somebody, for a purpose, until a time. When it ends (by the
    clock, or because it was revoked) its shred key is destroyed: `wrapped` and `shred` are null then."""

    id = models.UUIDField(primary_key=True, editable=False)
    unit_id = models.UUIDField()
    camera_id = models.UUIDField()
    track = models.SmallIntegerField(choices=[(t.value, t.name) for t in Track])
    ranges = models.JSONField(default=list)
    purpose = models.CharField(max_length=20, choices=[(p.value, p.name) for p in GrantPurpose])
    person_id = models.UUIDField()
    recipient_party_id = models.UUIDField()
    recipient = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    shred = models.BigIntegerField(null=True)
    wrapped = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=["camera_id", "purpose", "-issued_at"], name="footage_grant_newest"),)


class Remainder(TenantModel):
    """What is left of an epoch of which the owner deleted a part: his signed word on where it stands in time and which
    slots he kept (`envelope`), and the grant in which he sealed their keys to himself."""

    epoch = models.OneToOneField(Epoch, primary_key=True, on_delete=models.PROTECT, related_name="remainder")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    envelope = models.BinaryField()
    ranges = models.JSONField(default=list)


class Deleted(TenantModel):
    """Slots of an epoch that the owner deleted; nothing of them is taken any more, however late it comes.
    `deletion_id`: what he asked for at once. `whole`: nothing of the epoch is left. `superseded_id`: the grant that
    kept more. `stale`: objects to drop. `done_at`: keys, ciphertext and rows are gone. `envelope`: the owner's signed
    word, the proof that he deleted it; none in rows from before whole epochs were signed for."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    deletion_id = models.UUIDField(db_index=True)
    epoch = models.ForeignKey(Epoch, on_delete=models.PROTECT, related_name="deleted")
    camera_id = models.UUIDField()
    track = models.SmallIntegerField()
    from_slot = models.SmallIntegerField()
    to_slot = models.SmallIntegerField()
    whole = models.BooleanField()
    superseded_id = models.UUIDField(null=True)
    stale = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    envelope = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=["camera_id", "track"], name="footage_deleted_camera"),)


class Cover(TenantModel):
    """The keys of what a hold keeps of an epoch, as the owner's client sealed them to himself: his signed word on
    which slots (`envelope`), and the grant with their keys. When the epoch's term is over this takes the place of its
    root, which then goes."""

    epoch = models.OneToOneField(Epoch, primary_key=True, on_delete=models.PROTECT, related_name="cover")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    envelope = models.BinaryField()
    ranges = models.JSONField(default=list)
    made_at = models.DateTimeField()


class Expired(TenantModel):
    """An epoch of which everything is gone because its term was over: that it is not to be taken again, however late
    its unit sends it. An identifier, and nothing that says when or where it was."""

    epoch_id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["at"], name="footage_expired_at"),)


class Lease(TenantModel):
    """One view: who looks, for whom, why, at what. What it covers now stands in its shares. `verified_at`: when the
    viewer asked to see more than a blur."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField()
    party_id = models.UUIDField()
    role = models.CharField(max_length=20)
    purpose = models.CharField(max_length=30, choices=[(p.value, p.name) for p in Purpose])
    camera_id = models.UUIDField()
    track = models.SmallIntegerField()
    alarm_id = models.UUIDField(null=True)
    reopening_id = models.UUIDField(null=True)
    verified_at = models.DateTimeField(null=True)
    wanted = models.JSONField(default=list)
    releases_handed = models.JSONField(default=list)
    ledger_index = models.BigIntegerField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["expires_at"], name="footage_lease_running", condition=models.Q(ended_at__isnull=True)
            ),
            models.Index(fields=["alarm_id"], name="footage_lease_alarm"),
        )


class LeaseShare(TenantModel):
    """At most 60 slots that a lease covers until `expires_at`, under the ledger entry that said so first."""

    id = models.BigAutoField(primary_key=True)
    lease = models.ForeignKey(Lease, on_delete=models.CASCADE, related_name="shares")
    epoch_id = models.UUIDField()
    from_slot = models.SmallIntegerField()
    to_slot = models.SmallIntegerField()
    ledger_index = models.BigIntegerField()
    expires_at = models.DateTimeField()


class MailPicture(TenantModel):
    """A picture that a camera mailed: sealed on arrival to the customer, and to the alarm centre of the alarm that its
    mail may make. `camera_id` is a mail camera's. `signal_id`: the mail. `arc_*` is null when no centre serves the
    customer, and again once it is certain that the mail made no alarm: then that copy of the key was destroyed.

    A weaker class: this server saw the picture before it sealed it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    camera_id = models.UUIDField()
    signal_id = models.UUIDField(db_index=True)
    alarm_id = models.UUIDField(null=True, db_index=True)
    media_type = models.CharField(max_length=20)
    size = models.IntegerField()
    key = models.CharField(max_length=120)
    sha256 = models.BinaryField(max_length=32)
    received_ms = models.BigIntegerField()
    shred = models.BigIntegerField()
    wrapped = models.BinaryField()
    arc_party_id = models.UUIDField(null=True)
    arc_shred = models.BigIntegerField(null=True)
    arc_wrapped = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=["camera_id", "-received_ms"], name="footage_mailpicture_newest"),)


class MailLook(TenantModel):
    """Somebody of an alarm centre opened a picture of this alarm that came by mail, and has it on his screen: his place
    among those who look, until then. There is no lease that would say when he stopped."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    alarm_id = models.UUIDField()
    person_id = models.UUIDField()
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["alarm_id", "person_id"], name="footage_maillook_once"),)


class GuardSight(TenantModel):
    """The owner's word that a guard who is sent to this site may be shown pictures of the alarm: since when, by whom,
    and until when. Without one that runs he gets none."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    person_id = models.UUIDField(null=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["site_id"], name="footage_guardsight_one", condition=models.Q(ended_at__isnull=True)
            ),
        )


class GuardPicture(TenantModel):
    """A still of an alarm that an operator sent to the guard: ciphertext under `key`, and its key, sealed to the one
    that the guard's phone made for this errand (`recipient`: its fingerprint), as `wrapped` under shred key `shred`.
    Both are null once it ended. `made_ms`: when it was on the operator's screen; `seen`: how often it was handed
    out."""

    id = models.UUIDField(primary_key=True, editable=False)
    site_id = models.UUIDField()
    camera_id = models.UUIDField()
    alarm_id = models.UUIDField()
    dispatch_id = models.UUIDField()
    guard_id = models.UUIDField()
    sent_by = models.UUIDField()
    sent_party = models.UUIDField()
    sent_role = models.CharField(max_length=20)
    sent_at = models.DateTimeField()
    made_ms = models.BigIntegerField()
    expires_at = models.DateTimeField()
    size = models.IntegerField()
    key = models.CharField(max_length=120)
    sha256 = models.BinaryField(max_length=32)
    recipient = models.BinaryField(max_length=32)
    shred = models.BigIntegerField(null=True)
    wrapped = models.BinaryField(null=True)
    seen = models.IntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=10, choices=[(e.value, e.name) for e in GuardPictureEnd], default="")

    class Meta:
        indexes = (
            models.Index(fields=["dispatch_id", "sent_at"], name="footage_guardpicture_errand"),
            models.Index(
                fields=["alarm_id"], name="footage_guardpicture_alarm", condition=models.Q(ended_at__isnull=True)
            ),
        )


class DeadlineKind(models.TextChoices):
    WINDOW = "window"
    LEASE = "lease"
    REOPENING = "reopening"
    GRANT = "grant"
    GUARD = "guard"


class Deadline(models.Model):
    """The worker's alarm clock: which owner's window, reopening, lease, grant or guard's picture is due when. No
    tenant's condition: identifiers only."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=10, choices=DeadlineKind.choices)
    owner_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["at"], name="footage_deadline_due"),)
