# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of a firm's customers. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from zegel.server.customers import rules
from zegel.server.customers.models import Contact, Customer, Forgotten, Suggestion
from zegel.server.kernel import tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.tenants.models import Brand

_SAYS_WHO = tuple(name for name in (*rules.TEXTS, "name_key", "place_key") if name not in {"country", "language"})


@invariant("customers.the_forgotten_say_nothing")
def forgotten() -> Iterator[str]:
    """Of a customer who was anonymised no text is left, no contact and no suggestion, and there is a proof of it."""
    says_something = ~Q(**dict.fromkeys(_SAYS_WHO, ""))
    for owner_id in Brand.objects.values_list("owner_id", flat=True):
        with tenancy.acting_as(owner_id):
            gone = Customer.objects.filter(owner_id=owner_id).exclude(anonymised_at=None)
            for customer_id in gone.filter(says_something).values_list("id", flat=True):
                yield f"customer {customer_id} was anonymised and still says something"
            for model in (Contact, Suggestion):
                for row in model._default_manager.filter(customer__in=gone).values_list("customer_id", flat=True):
                    yield f"customer {row} was anonymised and a row of {model._meta.label} speaks of him"
            unproven = gone.exclude(id__in=Forgotten.objects.values("customer_id"))
            for customer_id in unproven.values_list("id", flat=True):
                yield f"customer {customer_id} was anonymised and nothing proves it"
