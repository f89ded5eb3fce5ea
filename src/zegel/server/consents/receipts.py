# SPDX-License-Identifier: EUPL-1.2
"""The consent record and its receipt: ISO/IEC TS 27560:2023 in the Data Privacy Vocabulary's profile of it, as JSON-LD.

A receipt is a copy of the record for its giver (`dpv-27560:receipt-record`). Its context is written into it, so that it
is understood without asking anybody. DPV 2.1 (https://w3id.org/dpv); names of fields as in the profile.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import override

from zegel.server.consents import links
from zegel.server.consents.models import Consent
from zegel.server.consents.purposes import PURPOSES
from zegel.server.people import queries as people

CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "legal-eu": "https://w3id.org/dpv/legal/eu#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
LAW = "legal-eu:law-GDPR"


def record(row: Consent) -> dict[str, Any]:
    """Within an acting party."""
    owner = people.party(row.owner_id, seen_by=row.owner_id)
    controller = f"urn:uuid:{row.owner_id}"
    country = "" if owner is None else owner.country.upper()
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{row.id}",
        "@type": ["dpv:ConsentRecord"],
        "dct:conformsTo": "dpv-27560:record",
        "dpv:hasIdentifier": str(row.id),
        "dpv:hasDataSubject": {"@type": ["dpv:DataSubject"], "dpv:hasIdentifier": _subject(row)},
        "dct:created": _at(row.given_at),
        "dct:modified": _at(row.withdrawn_at or row.given_at),
        "dct:creator": controller,
        "dct:language": row.text.language,
        "dpv:hasNotice": [_notice(row)],
        "dpv:hasProcess": [_process(row, controller, country)],
        "dpv:hasEntity": _entities(row, controller, "" if owner is None else owner.name, country),
    }


def receipt(row: Consent) -> bytes:
    """A copy of the record for the one who gave it."""
    told = record(row) | {"@type": ["dpv:ConsentReceipt"], "dct:conformsTo": "dpv-27560:receipt-record"}
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _subject(row: Consent) -> str:
    return f"urn:uuid:{row.person_id}" if row.person_id is not None else row.email


def _notice(row: Consent) -> dict[str, Any]:
    """The exact words, and their hash."""
    return {
        "@type": ["dpv:ConsentNotice"], "dpv:hasIdentifier": f"urn:uuid:{row.text.id}",
        "dct:hasVersion": str(row.text.version), "dct:date": _at(row.text.made_at), "dct:language": row.text.language,
        "rdf:value": row.text.words, "dct:identifier": f"sha256:{bytes(row.text.hash).hex()}",
    }  # fmt: skip


def _process(row: Consent, controller: str, country: str) -> dict[str, Any]:
    purpose = PURPOSES[row.purpose]
    with override(row.text.language):
        title = str(purpose.title)
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": [{"@type": ["dpv:Purpose"], "skos:broader": purpose.broader, "skos:prefLabel": title}],
        "dpv:hasPersonalData": list(purpose.data),
        "dpv:hasProcessing": list(purpose.processing),
        "dpv:hasDataController": [controller],
        "dpv:hasDataSource": ["dpv:DataSubjectDataSource"],
        "dpv:hasRecipient": [controller, *(name for name, _label in purpose.recipients)],
        "dpv:hasLegalBasis": ["eu-gdpr:A6-1-a"],
        "dpv:hasJurisdiction": [f"loc:{country}"] if country else [],
        "dpv:hasApplicableLaw": [LAW],
        "dpv:hasStorageCondition": [
            {
                "@type": ["dpv:StorageDuration"],
                "dpv:hasDuration": {"@type": "dpv:UntilEventDuration", "rdf:value": "until it is withdrawn"},
            },
            {"@type": ["dpv:StorageLocation"], "dpv:hasLocation": f"loc:{country}" if country else "loc:EU"},
        ],
        "dpv:hasRight": [f"eu-gdpr:A{article}" for article in ("7-3", "15", "16", "17", "18", "20", "77")],
        "dpv:hasConsentStatus": _statuses(row),
    }


def _statuses(row: Consent) -> list[dict[str, Any]]:
    """Given, and withdrawn where it was; the last one holds."""
    given = {
        "@type": ["dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"], "dpv:isIndicatedAtTime": _at(row.given_at),
        "dpv:isExercisedAt": f"{settings.ORIGIN}{row.place}",
        "dpv:hasConsentControl": [
            {"@type": ["dpv:WithdrawConsent"],
             "dpv:isExercisedAt": f"{settings.ORIGIN}{row.place if row.person_id else links.path_of(row)}"}
        ],
        "dpv:hasDuration": {"@type": ["dpv:UntilEventDuration"], "rdf:value": "until it is withdrawn"},
    }  # fmt: skip
    if row.withdrawn_at is None:
        return [given]
    end = {
        "@type": ["dpv:ConsentWithdrawn"], "dpv:isIndicatedAtTime": _at(row.withdrawn_at),
        "dpv:isExercisedAt": f"{settings.ORIGIN}{row.withdrawn_place}",
    }  # fmt: skip
    return [given, end]


def _entities(row: Consent, controller: str, name: str, country: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        controller: {
            "@type": ["dpv:DataController"], "dpv:hasName": name, "dpv:hasAddress": country,
            "dpv:hasContact": f"{settings.ORIGIN}/request/to/{row.owner_id}",
        }
    }  # fmt: skip
    for key, label in PURPOSES[row.purpose].recipients:
        found[key] = {"@type": ["dpv:Entity"], "rdfs:subClassOf": ["dpv:ServiceProvider"], "skos:prefLabel": label}
    return found


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def name_of(consent_id: UUID) -> str:
    """Of its file."""
    return f"consent-{str(consent_id)[:8]}.jsonld"
