# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "zegel.server.backoffice"
    label = "backoffice"
