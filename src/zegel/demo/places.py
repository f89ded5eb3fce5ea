# SPDX-License-Identifier: EUPL-1.2
"""Where the story's data lies, on whose word, and the registers that follow from it. Runs where the world is seeded."""

from __future__ import annotations

from datetime import timedelta

from zegel.demo.world import WORLD

PROVIDER, OFFICER = "waak", "privacy"


def record() -> None:
    """Again changes nothing that is there."""
    from django.conf import settings

    from zegel.server.agreements import places
    from zegel.server.agreements.places import NewAttestation, NewPlace, NewSubProcessor
    from zegel.server.agreements.residency_rules import Kept, Standard
    from zegel.server.kernel import clock
    from zegel.server.kernel.actor import Actor, ActorKind
    from zegel.server.registers import jobs

    provider = WORLD.party(PROVIDER).id
    actor = Actor(ActorKind.PERSON, WORLD.person(OFFICER).id, provider, role="privacy_officer")
    if not places.in_force(provider):
        halls = (
            (Kept.OBJECTS, "Delft, hall 2", settings.STORAGE_URL), (Kept.DATABASE, "Delft, hall 2", "–"),
            (Kept.KEYS, "Delft, vault", "–"), (Kept.BACKUP, "Delft, hall 4", "–"),
        )  # fmt: skip
        kept = {
            what: places.record_place(
                actor, provider, NewPlace(what, name, address, "NL", "Datacentrum Delft BV", own_management=True)
            )
            for what, name, address in halls
        }
        mailer = places.record_subprocessor(
            actor, provider, NewSubProcessor("Postduif BV", "NL", "carries letters and notifications by e-mail")
        )
        now = clock.now()
        for place_id, sub_id, standard, days in (
            (kept[Kept.OBJECTS].id, None, Standard.ISO27001, 700), (kept[Kept.OBJECTS].id, None, Standard.NEN7510, 44),
            (kept[Kept.DATABASE].id, None, Standard.ISO27001, 700), (kept[Kept.KEYS].id, None, Standard.ISO27001, 700),
            (kept[Kept.BACKUP].id, None, Standard.ISO27001, 700), (None, mailer.id, Standard.ISO9001, 400),
        ):  # fmt: skip
            number = f"{standard.value.upper()}-{days:04d}"
            new = NewAttestation(
                place_id, sub_id, standard, number, "Keurmerk Nederland", now - timedelta(days=365),
                now + timedelta(days=days),
            )  # fmt: skip
            places.attest(actor, provider, new)
    jobs.refresh_all()
