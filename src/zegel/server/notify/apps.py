# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "zegel.server.notify"
    label = "notify"
