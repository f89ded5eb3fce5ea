# SPDX-License-Identifier: EUPL-1.2
"""By subtraction: the fields that exist, less the fields that somebody spoke for, is nothing."""

from __future__ import annotations

from django.db import models

from zegel.declare import declarations, not_personal_marks
from zegel.server.kernel import checks


def test_every_field_of_every_room_is_declared_or_marked():
    assert [message.msg for message in checks.every_field_is_declared(None)] == []


def test_a_field_that_somebody_adds_without_a_word_stops_the_start(monkeypatch):
    found = checks.fields_by_model()
    monkeypatch.setattr(
        checks, "fields_by_model", lambda: {**found, "people.Person": [*found["people.Person"], "shoe_size"]}
    )
    (message,) = checks.every_field_is_declared(None)
    assert message.is_serious()
    assert "people.Person.shoe_size" in message.msg


def test_there_are_people_in_it_after_all():
    assert {declaration.model.split(".")[0] for declaration in declarations()} >= {
        "people",
        "sites",
        "footage",
        "ledger",
    }
    assert all(len(mark.why.split()) > 2 for mark in not_personal_marks())


def test_no_model_keeps_files_where_the_framework_would_put_them():
    """Files go through kernel.storage, sealed or declared; Django's own file fields would pass both by."""
    from django.apps import apps

    assert [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    ] == []


def test_every_kind_of_entry_and_every_track_is_declared():
    from zegel.declare import bodies, tracks
    from zegel.server.footage.rules import Track
    from zegel.server.footage.tracks import every_track_is_declared
    from zegel.server.ledger.bodies import every_kind_is_declared
    from zegel.server.ledger.entry import Kind

    assert [message.msg for message in every_kind_is_declared(None) + every_track_is_declared(None)] == []
    assert {body.kind for body in bodies()} - {kind.value for kind in Kind} == set()
    assert {track.track for track in tracks()} == {int(track) for track in Track}


def test_a_kind_or_track_that_somebody_adds_without_a_word_stops_the_start(monkeypatch):
    from zegel.declare import registry
    from zegel.server.footage.tracks import every_track_is_declared
    from zegel.server.ledger.bodies import every_kind_is_declared

    monkeypatch.setattr(registry, "_bodies", {k: v for k, v in registry._bodies.items() if k != "view"})
    monkeypatch.setattr(registry, "_tracks", {k: v for k, v in registry._tracks.items() if k != 2})
    (kind,), (track,) = every_kind_is_declared(None), every_track_is_declared(None)
    assert kind.is_serious()
    assert "view" in kind.msg
    assert track.is_serious()
    assert "overview" in track.msg
