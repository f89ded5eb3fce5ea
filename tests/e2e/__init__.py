# SPDX-License-Identifier: EUPL-1.2
import pytest

pytest.register_assert_rewrite("tests.e2e.desk")
