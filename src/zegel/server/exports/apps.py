# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "zegel.server.exports"
    label = "exports"
