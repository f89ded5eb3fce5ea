# SPDX-License-Identifier: EUPL-1.2
"""Every router of the API: (prefix under /api/v1, module:name), one a line."""

from __future__ import annotations

ROUTERS: tuple[tuple[str, str], ...] = (
    ("", "zegel.server.api.auth:router"),
    ("", "zegel.server.api.second_factor:router"),
    ("", "zegel.server.api.onboarding:router"),
    ("", "zegel.server.api.members:router"),
    ("", "zegel.server.api.ledger:router"),
    ("", "zegel.server.api.units:router"),
    ("", "zegel.server.api.views:router"),
    ("", "zegel.server.api.control:router"),
    ("", "zegel.server.api.live:router"),
    ("", "zegel.server.api.recordings:router"),
    ("", "zegel.server.api.overview:router"),
    ("", "zegel.server.api.alarms:router"),
    ("", "zegel.server.api.alarm_verbs:router"),
    ("", "zegel.server.api.alarm_settings:router"),
    ("", "zegel.server.api.signals:router"),
    ("", "zegel.server.api.mail:router"),
    ("", "zegel.server.api.webhook:router"),
    ("", "zegel.server.api.brokers:router"),
    ("", "zegel.server.api.setup:router"),
    ("", "zegel.server.api.sites:router"),
    ("", "zegel.server.api.signs:router"),
    ("", "zegel.server.api.telemetry:router"),
    ("", "zegel.server.api.plans:router"),
    ("", "zegel.server.api.dispatch:router"),
    ("", "zegel.server.api.dispatch_verbs:router"),
    ("", "zegel.server.api.centre:router"),
    ("", "zegel.server.api.reviews:router"),
    ("", "zegel.server.api.notifications:router"),
    ("", "zegel.server.api.hours:router"),
    ("", "zegel.server.api.maintenance:router"),
    ("", "zegel.server.api.provider:router"),
    ("", "zegel.server.api.tasks:router"),
)
