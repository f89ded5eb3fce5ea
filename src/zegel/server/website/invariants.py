# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of newsletters. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from zegel.server.consents import purposes
from zegel.server.consents.models import Consent
from zegel.server.kernel import tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.tenants.models import Brand
from zegel.server.website.models import Subscriber
from zegel.server.website.rules import SubscriberState


@invariant("website.letters_go_to_who_consented")
def consented() -> Iterator[str]:
    """Behind every confirmed address of a newsletter stands a consent that was not withdrawn (A12)."""
    for owner_id in Brand.objects.values_list("owner_id", flat=True):
        with tenancy.acting_as(owner_id):
            held = Consent.objects.filter(owner_id=owner_id, purpose=purposes.NEWSLETTER.code, withdrawn_at=None)
            rows = Subscriber.objects.filter(owner_id=owner_id, state=SubscriberState.CONFIRMED.value)
            for row in rows.exclude(consent_id__in=held.values("id")).values_list("id", flat=True):
                yield f"subscriber {row} gets letters and no consent of his holds"
