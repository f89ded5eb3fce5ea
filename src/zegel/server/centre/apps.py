# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class CentreConfig(AppConfig):
    name = "zegel.server.centre"
    label = "centre"
