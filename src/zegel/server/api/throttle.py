# SPDX-License-Identifier: EUPL-1.2
"""A ceiling on how fast one caller may ask, so that one can't take the server from the rest."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel import buckets
from zegel.server.kernel.buckets import Rate, source_of
from zegel.server.kernel.errors import ZegelError


class TooManyRequests(ZegelError):
    code = "too_many_requests"
    retry_after_s = 1


SIGNED_IN = Rate(per_s=500, burst=1000)
ANYBODY = Rate(per_s=20, burst=60)
VIEWS = Rate(per_s=5, burst=20)  # opened by one person: each is an entry in the ledger for ever
ORDERS = Rate(per_s=6, burst=20)  # to turn a camera: each is an entry too; a held key repeats twice a second
PICTURES = Rate(per_s=0.5, burst=6)  # each waits for the unit, and is an entry
AUDITOR = Rate(per_s=200, burst=2000)  # who verifies the whole log reads every tile of it


class Buckets(buckets.Buckets):
    """As the kernel's, with the API's refusal."""

    def take(self, caller: str) -> None:
        """Raises TooManyRequests when the caller's bucket is empty."""
        if not self.allows(caller):
            raise TooManyRequests(_("Too many requests."), action=_("Wait a moment."))

    def take_source(self, address: str) -> None:
        """As take, by where the request comes from."""
        self.take(source_of(address))


signed_in = Buckets(SIGNED_IN)
anybody = Buckets(ANYBODY)
views = Buckets(VIEWS)
orders = Buckets(ORDERS)
pictures = Buckets(PICTURES)
auditors = Buckets(AUDITOR)
