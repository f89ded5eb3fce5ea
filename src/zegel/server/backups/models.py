# SPDX-License-Identifier: EUPL-1.2
"""A copy that was made, and a trial of one. Neither says where a copy lies or what opens it (A7)."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import unscoped

unscoped("backups_copy", "when back-up copies were made and how large they are; of the installation, nobody's data")
unscoped("backups_trial", "what the trial of a back-up copy found; counts only, nobody's data")


class Copy(models.Model):
    """`ended_at` null: under way, or broken off. `fault`: an error's code, empty when it is whole. `entries`: what the
    log had published. `canary`: a secret under a shred key (`canary_key`) that is destroyed as soon as the copy is
    made, so that every trial has something erased to try."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=60, default="")
    size = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)
    canary = models.BinaryField()
    canary_key = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["-began_at"], name="backups_copy_newest"),)


class Trial(models.Model):
    """A copy that was put back aside and questioned. `passed`: everything held, and nothing erased opened.

    `erased`: how many things were tried that were erased since the copy was made; `opened`: how many of them opened,
    which must be none; `blind`: the same attempt could not even open what is not erased, so it proves nothing.
    `answers`: [[question, number of faults]…]; `searched`: [[what, how many were looked for, how many were found]…]: of
    what must be gone from the copy, too."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    copy = models.ForeignKey(Copy, on_delete=models.SET_NULL, null=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    passed = models.BooleanField()
    fault = models.CharField(max_length=60, default="")
    erased = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    blind = models.BooleanField(default=False)
    entries = models.BigIntegerField(default=0)
    root = models.BinaryField(default=b"")
    answers = models.JSONField(default=list)
    searched = models.JSONField(default=list)

    class Meta:
        indexes = (models.Index(fields=["-began_at"], name="backups_trial_newest"),)
