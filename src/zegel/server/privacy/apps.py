# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "zegel.server.privacy"
    label = "privacy"
