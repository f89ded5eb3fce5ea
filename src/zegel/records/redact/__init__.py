# SPDX-License-Identifier: EUPL-1.2
"""Films in which others can't be recognised: found, followed, made unrecognisable in the pixels, and looked at, frame
by frame, by a person. The same rules run in the browser (web/src/records/redact); a test
holds one against the other."""
