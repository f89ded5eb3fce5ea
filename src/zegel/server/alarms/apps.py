# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "zegel.server.alarms"
    label = "alarms"
