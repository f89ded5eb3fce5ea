# SPDX-License-Identifier: EUPL-1.2
"""Nouns of requests. `owner_id` is the controller: whose answer it is. No document that shows who somebody is has a
place here."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped
from zegel.server.requests.rules import (
    AboutWhat,
    Approval,
    Channel,
    Deed,
    EraseHow,
    Ground,
    How,
    Identity,
    Outcome,
    State,
    Verdict,
)

unscoped(
    "requests_caselink",
    "hashes of the secrets in links, read before anybody is known; identifiers and times, nobody's data",
)


class Case(TenantModel):
    """One request of one person. What names him (`name` … `look`) is gone when he was erased, or when the case is older
    than its term; its number, what was asked, when and how it ended stay for the register (Art. 5(2)).

    `rights`: codes; `subjects`: [[kind, value]] of who he is in the records, chosen by the one who searches;
    `code_mac`: of the code that opens the answer; `outcome_counts`: numbers of lines given, edited, withheld, erased.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    number = models.CharField(max_length=16)
    about = models.CharField(max_length=8, choices=[(a.value, a.name) for a in AboutWhat])
    rights = models.JSONField()
    channel = models.CharField(max_length=8, choices=[(c.value, c.name) for c in Channel])
    language = models.CharField(max_length=2)
    name = models.CharField(max_length=200, default="")
    email = models.CharField(max_length=254, default="")
    phone = models.CharField(max_length=40, default="")
    postal = models.CharField(max_length=300, default="")
    text = models.CharField(max_length=4000, default="")
    site_id = models.UUIDField(null=True)
    from_at = models.DateTimeField(null=True)
    to_at = models.DateTimeField(null=True)
    look = models.CharField(max_length=500, default="")
    person_id = models.UUIDField(null=True)
    received_at = models.DateTimeField()
    received_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True)
    extension_words = models.CharField(max_length=1000, default="")
    reminded = models.SmallIntegerField(null=True)
    state = models.CharField(max_length=12, choices=[(s.value, s.name) for s in State])
    identity = models.CharField(
        max_length=12, choices=[(i.value, i.name) for i in Identity], default=Identity.UNKNOWN.value
    )
    identity_how = models.CharField(max_length=16, choices=[(h.value, h.name) for h in How], default="")
    identity_seen = models.CharField(max_length=200, default="")
    identity_by = models.UUIDField(null=True)
    identity_at = models.DateTimeField(null=True)
    code_mac = models.BinaryField(null=True)
    subjects = models.JSONField(default=list)
    searched_at = models.DateTimeField(null=True)
    approval = models.CharField(max_length=12, choices=[(a.value, a.name) for a in Approval])
    approval_words = models.CharField(max_length=1000, default="")
    approval_by = models.UUIDField(null=True)
    approval_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=[(o.value, o.name) for o in Outcome], default="")
    ground = models.CharField(max_length=20, choices=[(g.value, g.name) for g in Ground], default="")
    erase_how = models.CharField(max_length=10, choices=[(e.value, e.name) for e in EraseHow], default="")
    outcome_words = models.CharField(max_length=1000, default="")
    outcome_counts = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["provider_id", "number"], name="requests_case_number"),)
        indexes = (models.Index(fields=["state", "due_at"], name="requests_case_due"),)


class Step(TenantModel):
    """What happened in a case: who, when, what; `words` never repeats what names the requester."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    what = models.CharField(max_length=24)
    words = models.CharField(max_length=1000, default="")

    class Meta:
        indexes = (models.Index(fields=["case", "at"], name="requests_step_case"),)


class Line(TenantModel):
    """What a person decided about one field of one row that was found. The value is not here: only its hash, so that a
    value that changed since is looked at again; `text`: what stands in the answer instead, without others' data.
    All lines go when the case ends."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="lines")
    model = models.CharField(max_length=80)
    key = models.CharField(max_length=64)
    field = models.CharField(max_length=60)
    hash = models.BinaryField()
    verdict = models.CharField(max_length=8, choices=[(v.value, v.name) for v in Verdict])
    text = models.CharField(max_length=4000, default="")
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "model", "key", "field"], name="requests_line_once"),)


class Done(TenantModel):
    """What was done about it beside answering. `count`: rows; `proof`: SHA-256 of the list that was shown before."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="deeds")
    deed = models.CharField(max_length=20, choices=[(d.value, d.name) for d in Deed])
    count = models.IntegerField(default=0)
    words = models.CharField(max_length=1000, default="")
    proof = models.BinaryField(null=True)
    by = models.UUIDField(null=True)
    at = models.DateTimeField()


class Answer(TenantModel):
    """The answer as it goes out: PDF and archive in one zip, at rest under a shred key that is destroyed when its link
    is over. `index`: the export's entry in the ledger."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="answers")
    shred = models.BigIntegerField(null=True)
    wrapped = models.BinaryField(null=True)
    hash = models.BinaryField()
    size = models.IntegerField()
    index = models.BigIntegerField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)


class LinkKind(models.TextChoices):
    CONFIRM = "confirm"
    ANSWER = "answer"


class CaseLink(models.Model):
    """A link that a requester was sent: only hashes of its token and of the browser that opened it first."""

    token_hash = models.BinaryField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=8, choices=LinkKind.choices)
    case_id = models.UUIDField()
    owner_id = models.UUIDField()
    answer_id = models.UUIDField(null=True)
    browser_hash = models.BinaryField(null=True)
    tries = models.SmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
