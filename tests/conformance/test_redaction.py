# SPDX-License-Identifier: EUPL-1.2
"""What the browser answers alike (web/test/redact.test.ts): here, that the vectors are what Python makes today."""

from __future__ import annotations

import json

from tests.conformance.make_redaction import FILE, vectors


def test_the_vectors_are_what_python_makes() -> None:
    assert json.loads(FILE.read_text("utf-8")) == json.loads(json.dumps(vectors()))
