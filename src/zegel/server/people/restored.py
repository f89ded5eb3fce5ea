# SPDX-License-Identifier: EUPL-1.2
"""What an older copy must not bring back to life: a password that was changed since (kernel.restoring).

Changing it destroyed the shred key of what the old one wrapped, and the list of destructions is newer than any copy. So
the old password opens no key in a restored installation. It must open no session either, and the new one's hash is lost
with what happened after the copy: nobody signs in to such an account before its recovery code set a password anew.
"""

from __future__ import annotations

import os

from zegel.server.kernel import restoring, shred, tenancy
from zegel.server.people.models import Person


@restoring.after_restore("people.passwords_changed_since")
def old_passwords_open_nothing() -> int:
    """How many accounts. Again: harmless, as the hash is drawn anew and fits nothing."""
    count = 0
    with tenancy.acting_as(None):
        for person in Person.objects.only("id", "bundle_password_shred", "epoch").iterator():
            if shred.is_destroyed("account", person.bundle_password_shred):
                Person.objects.filter(id=person.id).update(auth_hash=os.urandom(32), epoch=person.epoch + 1)
                count += 1
    return count
