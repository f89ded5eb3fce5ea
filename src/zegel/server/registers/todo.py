# SPDX-License-Identifier: EUPL-1.2
"""What of the registers is on the office's list of tasks: a line to judge again, a certificate that ends, data that
lies where it may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from zegel.declare import Purpose, law
from zegel.server.agreements import places
from zegel.server.agreements.models import Attestation
from zegel.server.agreements.residency_rules import Standard
from zegel.server.kernel import clock
from zegel.server.registers import queries, words
from zegel.server.tasks import causes, naming
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import Cause

LINE, CERTIFICATE, RESIDENCY = "register_line", "attestation", "residency"


@causes.source("registers")
def found(party_id: UUID) -> Iterator[Cause]:
    for one in queries.overdue(party_id):
        yield Cause("register_review", LINE, None, None, f"{one.article.value}.{one.line}"[:60], one.at)
    soon = clock.now() + timedelta(days=law.deadline("certificate.warning", clock.now().date()).days)
    for row in places.newest_attestations(party_id):
        if row.valid_to <= soon:
            yield Cause("attestation_ends", CERTIFICATE, row.id, None, row.standard, row.valid_to)
    if places.faults(party_id, settings.STORAGE_URL):
        yield Cause("residency_broken", RESIDENCY, party_id, None)


@naming.source(LINE)
def told_of_lines(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    return {task.id: naming.Told(_line_said(task.detail), "", "/backoffice/privacy/registers") for task in tasks}


@naming.source(CERTIFICATE)
def told_of_certificates(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    rows = Attestation.objects.select_related("place", "sub_processor").in_bulk(
        [task.about_id for task in tasks if task.about_id]
    )
    return {
        task.id: naming.Told(_certificate_said(rows[task.about_id]), "", "/backoffice/privacy/places")
        for task in tasks if task.about_id in rows
    }  # fmt: skip


@naming.source(RESIDENCY)
def told_of_residency(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    words_of_it = _("Data lies where a tenant's rule does not let it")
    return {task.id: naming.Told(words_of_it, "", "/backoffice/privacy/places") for task in tasks}


def _line_said(detail: str) -> str:
    article, _dot, line = detail[:60].rpartition(".")
    try:
        purpose = words.word(Purpose(line))
    except ValueError:
        purpose = line
    return _("Register (Art. %(article)s): judge '%(purpose)s' again") % {"article": article, "purpose": purpose}


def _certificate_said(row: Attestation) -> str:
    of = row.place or row.sub_processor
    said = {"standard": words.STANDARDS[Standard(row.standard)], "name": "" if of is None else of.name}
    return _("Certificate %(standard)s of %(name)s ends") % said
