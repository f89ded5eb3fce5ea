# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "zegel.server.public"
    label = "public"
