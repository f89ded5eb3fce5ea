# SPDX-License-Identifier: EUPL-1.2
"""What the night does for tenants: whether the domains from which they send are still theirs."""

from __future__ import annotations

from zegel.server.kernel import jobs
from zegel.server.tenants import senders
from zegel.server.tenants.models import Brand


@jobs.periodic("52 3 * * *", name="tenants.senders")
def look_at_senders(timestamp: int) -> None:
    for owner in Brand.objects.values_list("owner_id", flat=True):
        senders.look_again(owner)
