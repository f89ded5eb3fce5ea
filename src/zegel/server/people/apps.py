# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "zegel.server.people"
    label = "people"
