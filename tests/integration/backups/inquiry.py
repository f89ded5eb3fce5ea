# SPDX-License-Identifier: EUPL-1.2
"""Asks an installation that was put back, in a process whose whole world it is: prints one JSON line.

    python -m tests.integration.backups.inquiry CAMERA EPOCH OWNER PERSON FROM_MS INDEX ROOM FOREMAN
"""

from __future__ import annotations

import json
import os
import sys
from uuid import UUID


def main(words: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "zegel.server.settings"
    import django

    django.setup()
    from zegel.server import process
    from zegel.server.footage import door
    from zegel.server.footage.errors import NothingToShow
    from zegel.server.footage.models import Epoch, Segment
    from zegel.server.footage.rules import Purpose, Track
    from zegel.server.kernel import invariants, shred, tenancy
    from zegel.server.kernel.actor import Actor, ActorKind
    from zegel.server.ledger import queries
    from zegel.server.people import actions
    from zegel.server.people import queries as people
    from zegel.server.people.models import Invitation

    camera, epoch, owner, person = (UUID(word) for word in words[:4])
    start, index, room = int(words[4]), int(words[5]), UUID(words[6])
    actor = Actor(ActorKind.PERSON, person, owner, role="owner")
    with tenancy.acting_as(owner):
        row = Epoch.objects.get(id=epoch)
        segments = Segment.objects.filter(epoch_id=epoch).count()
        rows = Invitation.objects.filter(id=room).count()
    request = door.ViewRequest(camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=start, to_ms=start + 40_000)
    try:
        door.open_view(actor, request)
        shown = True
    except NothingToShow:
        shown = False
    signs_in = {
        name: [actions.proves(people.person(one), key * 32) for key in (b"o", b"n")]
        for name, one in (("owner", person), ("foreman", UUID(words[7])))
    }
    receipt = queries.receipt_for(actor, index)
    print(json.dumps({
        "faults": process._faults(), "wrapped": bytes(row.wrapped).hex(), "segments": segments, "rows": rows,
        "destroyed": shred.is_destroyed("epoch", row.shred), "shown": shown, "signs_in": signs_in, "receipt": receipt,
        "seats": len(people.seats(UUID(words[7]))),
        "key": queries.verifier_key(), "size": queries.size(), "number": shred.next_number("epoch"),
        "wrong": {one.name: one.faults for one in invariants.ask_all() if one.faults},
    }))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
