# SPDX-License-Identifier: EUPL-1.2
"""An agreement as a PDF: the exact text that was agreed to, then the evidence of how (C22), then what is attached.
Signed by the installation; leaves by the one way out for files."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.agreements.models import Agreement, SignedHow
from zegel.server.contracts import annexes, queries, signing
from zegel.server.contracts.errors import Unknown
from zegel.server.exports import actions as exports
from zegel.server.exports import documents
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.gate import Resource, ResourceKind
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor

_TEMPLATE = Path(__file__).parent / "documents" / "agreement.typ"


def send(actor: Actor, agreement_id: UUID) -> Sent:
    """Raises Denied, Unknown (also for one that was recorded from paper: the paper is the agreement)."""
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Agreement.objects.select_related("assent__document").filter(id=agreement_id).first()
        if row is None or row.assent is None:
            raise Unknown(_("There is no such agreement as a file."), action=_("One on paper is where it was filed."))
        content = pdf(row)
    of = Resource(ResourceKind.AGREEMENT, row.id, row.owner_id)
    name = f"agreement-{bytes(row.document_hash).hex()[:12]}.pdf"
    return exports.send(
        actor, FileKind.AGREEMENT, name, content, purpose="accountability", resource=of, owner_id=row.owner_id
    )


def pdf(row: Agreement) -> bytes:
    """Within a party that sees it."""
    assert row.assent is not None
    document = row.assent.document
    with override(document.language):
        title, *rest = bytes(document.content).decode().strip().split("\n")
        said = {
            "title": title, "blocks": _blocks("\n".join(rest)), "evidence": _evidence(row),
            "attached": [annexes.term_line(one).removeprefix("- ") for one in queries.attached(row.id)],
            "labels": {
                "evidence": _("How this agreement came about"), "attached": _("Attached terms"),
                "signed": _("This file is signed by the installation (PAdES). Certificate, SHA-256: %(fingerprint)s")
                % {"fingerprint": signing.fingerprint()},
            },
        }  # fmt: skip
        reason = _("The processing agreement, as it was agreed to")
    return signing.sign(documents.pdf(_TEMPLATE, said, document.language), reason)


def _blocks(text: str) -> list[list[str]]:
    """Paragraphs, each as its lines; the first line of each is a heading where it looks like one (1., Annex …)."""
    return [block.split("\n") for block in text.strip().split("\n\n") if block.strip()]


def _evidence(row: Agreement) -> list[list[str]]:
    found = row.assent
    assert found is not None
    how = {
        SignedHow.ONLINE: _("signed online, with the person's own key"),
        SignedHow.EMAIL: _("agreed by e-mail, with the document in the letter"),
        SignedHow.PAPER: _("signed on paper"),
    }
    cooperation = queries.cooperation(row.id)
    rows = [
        [_("Document, SHA-256"), bytes(row.document_hash).hex()],
        [_("How"), how[SignedHow(found.how)]],
        [_("By"), f"{found.name} <{found.email}>"],
        [_("When"), found.given_at.strftime("%Y-%m-%d %H:%M:%S UTC") if found.given_at else "–"],
        [_("From"), ", ".join(filter(None, (found.address, found.agent))) or "–"],
        [_("In force from"), row.valid_from.strftime("%Y-%m-%d %H:%M:%S UTC")],
    ]
    if found.sign_pk is not None:
        rows.append([_("Public key of the signature"), bytes(found.sign_pk).hex()])
    if found.letter_hash is not None:
        rows.append([_("Letter, SHA-256"), bytes(found.letter_hash).hex()])
    if cooperation is not None:
        rows.append([_("Cooperation agreement"), f"{cooperation.reference}, {cooperation.signed_on.isoformat()}"])
    if row.valid_to is not None:
        rows.append([_("Ended"), row.valid_to.strftime("%Y-%m-%d %H:%M:%S UTC")])
    return rows
