# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "zegel.server.console"
    label = "console"
