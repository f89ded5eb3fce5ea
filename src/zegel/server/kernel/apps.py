# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "zegel.server.kernel"
    label = "kernel"
