# SPDX-License-Identifier: EUPL-1.2
"""A register in the Data Privacy Vocabulary of the W3C's community group, version 2.1 (pinned), as JSON-LD. Pure.

What the vocabulary has a word for is said with it; our own word stands beside it under `zegel:`, so that nothing is
lost. Bases are those of its GDPR extension (eu-gdpr:A6-1-a …), countries those of its locations (loc:NL).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zegel.server.registers.models import LineReview, RegisterVersion
from zegel.server.registers.rules import Article, Measure

VERSION = "https://w3id.org/dpv/2.1"
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "risk": "https://w3id.org/dpv/risk#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "zegel": "urn:zegel:declare:",
}

_MEASURES: Mapping[Measure, tuple[str, str]] = {
    Measure.SEALED: ("dpv:hasTechnicalMeasure", "dpv:EndToEndEncryption"),
    Measure.SHREDDED: ("dpv:hasTechnicalMeasure", "dpv:CryptographicKeyManagement"),
    Measure.ROLE: ("dpv:hasTechnicalMeasure", "dpv:AccessControlMethod"),
    Measure.LOGGED: ("dpv:hasTechnicalMeasure", "dpv:ActivityMonitoring"),
    Measure.SEPARATED: ("dpv:hasTechnicalMeasure", "dpv:AuthorisationProtocols"),
    Measure.ENCRYPTED: ("dpv:hasTechnicalMeasure", "dpv:EncryptionInTransfer"),
    Measure.CONFIDENTIAL: ("dpv:hasOrganisationalMeasure", "dpv:ConfidentialityAgreement"),
    Measure.BACKED_UP: ("dpv:hasTechnicalMeasure", "dpv:DataBackupProtocols"),
    Measure.TERM: ("dpv:hasOrganisationalMeasure", "dpv:DataStoragePolicy"),
}


def document(version: RegisterVersion, judged: Mapping[str, LineReview]) -> dict[str, Any]:
    said: Mapping[str, Any] = version.content
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{version.id}",
        "@type": "dpv:RecordsOfActivities",
        "dct:conformsTo": {"@id": VERSION},
        "dct:source": "GDPR Art. 30(1)" if version.article == Article.CONTROLLER else "GDPR Art. 30(2)",
        "dct:identifier": str(version.number),
        "dct:issued": _moment(version.valid_from.isoformat()),
        "dct:valid": None if version.superseded_at is None else _moment(version.superseded_at.isoformat()),
        "zegel:sha256": bytes(version.hash).hex(),
        "dpv:hasDataController": _party(said["controller"], "dpv:DataController"),
        "dpv:hasDataProcessor": [_party(one, "dpv:DataProcessor") for one in said["processors"]],
        "dpv:hasAuthority": {"@type": "dpv:DataProtectionAuthority", "dct:title": said["authority"]},
        "dpv:hasProcess": [
            _process(version, line, judged.get(line["key"])) | {"dpv:hasStorageCondition": _storage(line, said)}
            for line in said["lines"]
        ],
        "zegel:subprocessors": [
            {"@type": "dpv:DataSubProcessor", "dct:title": one["name"], "dct:description": one["task"],
             "dpv:hasLocation": _country(one["country"])}
            for one in said["subprocessors"]
        ],
        "zegel:transfers": [
            {"dct:title": one["name"], "dpv:hasLocation": _country(one["country"]),
             "zegel:mechanism": one["mechanism"] or None, "zegel:reference": one["reference"] or None,
             "zegel:decision": one["decision"] or None}
            for one in said["transfers"]
        ],
    }  # fmt: skip


def _process(version: RegisterVersion, line: Mapping[str, Any], judged: LineReview | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@id": f"urn:uuid:{version.id}#{line['key']}",
        "@type": "dpv:Process",
        "dpv:hasPurpose": {"@id": f"zegel:purpose/{line['purpose']}", "@type": "dpv:Purpose"},
        "dpv:hasLegalBasis": [{"@id": f"eu-gdpr:A{basis.replace('.', '-')}"} for basis in line["bases"]],
        "dpv:hasPersonalData": [
            {"@id": f"zegel:category/{one}", "@type": "dpv:PersonalData"} for one in line["categories"]
        ],
        "dpv:hasDataSubject": [{"@id": f"zegel:subject/{one}", "@type": "dpv:DataSubject"} for one in line["subjects"]],
        "dpv:hasRecipient": [{"@id": f"zegel:recipient/{one}", "@type": "dpv:Recipient"} for one in line["recipients"]],
    }
    for name in ("dpv:hasTechnicalMeasure", "dpv:hasOrganisationalMeasure"):
        said = [_MEASURES[Measure(one)] for one in line["measures"]]
        found[name] = [{"@id": iri} for way, iri in said if way == name]
    if judged is not None:
        found["dpv:hasRisk"] = {"@type": "dpv:Risk", "zegel:level": judged.risk, "dct:description": judged.why}
        found["zegel:furtherMeasures"] = judged.measures or None
        found["zegel:impactAssessment"] = judged.assessment or None
        found["zegel:reviewed"] = _moment(judged.reviewed_at.isoformat())
        found["zegel:nextReview"] = _moment(judged.next_at.isoformat())
    return found


def _storage(line: Mapping[str, Any], said: Mapping[str, Any]) -> list[dict[str, Any]]:
    durations: list[dict[str, Any]] = [
        {"@type": "dpv:StorageDuration", "zegel:term": term, "zegel:starts": starts,
         "dpv:hasDuration": {"@type": "xsd:duration", "@value": f"P{max(days)}D"} if days else None}
        for term, starts, days in line["kept"]
    ]  # fmt: skip
    places: list[dict[str, Any]] = [
        {"@type": "dpv:StorageLocation", "dct:title": one["name"], "dpv:hasLocation": _country(one["country"])}
        for one in said["places"]
    ]
    return durations + places


def _party(one: Mapping[str, str], kind: str) -> dict[str, Any]:
    return {
        "@id": f"urn:uuid:{one['id']}", "@type": kind, "dpv:hasName": one["name"],
        "dpv:hasLocation": _country(one["country"]) if one["country"] else None,
        "dpv:hasContact": ", ".join(filter(None, (one["contact"], one["email"], one["phone"]))) or None,
    }  # fmt: skip


def _country(code: str) -> dict[str, str]:
    return {"@id": f"loc:{code}"}


def _moment(iso: str) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": iso}
