# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "zegel.server.dispatch"
    label = "dispatch"
