# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig
from django.conf import settings

from zegel.server.kernel import log


class NotifyConfig(AppConfig):
    name = "zegel.server.notify"
    label = "notify"

    def ready(self) -> None:
        """Where push messages don't go to browsers' own services, the log says so at each start."""
        if settings.PUSH_TEST_ENDPOINT:
            log.warning("push.test_endpoint", address=settings.PUSH_TEST_ENDPOINT)
