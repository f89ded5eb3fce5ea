# SPDX-License-Identifier: EUPL-1.2
"""The gate's closed sets. What is not named here does not exist for it, and is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Action(StrEnum):
    """What someone may want to do to a resource."""

    LIST = "list"
    READ = "read"
    VIEW = "view"
    VERIFY = "verify"
    CONTROL = "control"
    REOPEN = "reopen"
    HANDLE_AGAIN = "handle_again"
    TIMELINE = "timeline"
    WHO_LOOKED = "who_looked"
    ASK = "ask"
    ANSWER = "answer"
    CLAIM = "claim"
    RELEASE_CLAIM = "release_claim"
    STEP = "step"
    CLOSE = "close"
    RECALL = "recall"
    ALLOW_PICTURES = "allow_pictures"
    PAIR = "pair"
    KEYSET = "keyset"
    POLICY = "policy"
    COMMAND = "command"
    ARM = "arm"
    DISARM = "disarm"
    REVOKE = "revoke"
    GRANT = "grant"
    ADD = "add"
    END = "end"
    SIGN = "sign"
    RECORD = "record"
    EXPORT = "export"
    CHANGE = "change"
    ACKNOWLEDGE = "acknowledge"
    JUDGE = "judge"
    SUSPEND = "suspend"
    LIFT = "lift"
    DELETE = "delete"
    PARK = "park"
    TEST = "test"
    # figures that hold back the alarm centre's own eyes
    TIGHTEN = "tighten"
    LOOSEN = "loosen"
    # plans and dispatch
    CHECK = "check"
    REQUEST = "request"
    ADVANCE = "advance"
    CANCEL = "cancel"
    # lines and panels
    CHANGE_KEY = "change_key"
    EXCEPT = "except"
    REPLACE = "replace"
    RETIRE = "retire"
    # maintenance and the provider's office
    REPORT = "report"
    LIVE = "live"
    # the owner's pictures
    PICTURE = "picture"
    FETCH = "fetch"
    # a picture of an alarm for the guard who was sent: an operator gives it; it is shown while he may answer for it
    SHARE = "share"
    SHOW = "show"
    # the ground: units that go and come, a map
    MOVE = "move"
    REMOVE = "remove"
    COMMISSION = "commission"
    # evidence and the log of use
    DECIDE = "decide"
    APPROVE = "approve"
    HAND_OVER = "hand_over"
    PUBLISH = "publish"
    # an invoice: it gets its number and is never changed again
    ISSUE = "issue"
    # partners in the chain
    ACCEPT = "accept"
    OFFER = "offer"
    GIVE_BACK = "give_back"


class ResourceKind(StrEnum):
    """What can be acted upon."""

    CAMERA = "camera"
    MAIL_PICTURE = "mail_picture"
    MAIL_CAMERA = "mail_camera"
    INTEGRATION = "integration"
    API_KEY = "api_key"
    WEBHOOK = "webhook"
    BROKER = "broker"
    ALARM = "alarm"
    UNIT = "unit"
    SITE = "site"
    PARTY = "party"
    MEMBERSHIP = "membership"
    INVITATION = "invitation"
    RELATION = "relation"
    TENANT_KEY = "tenant_key"
    ARC_KEY = "arc_key"
    AGREEMENT = "agreement"
    PURPOSE = "purpose"
    SITE_SIGN = "site_sign"
    CONFIDENTIALITY = "confidentiality"
    ENTRY = "entry"
    PREFERENCE = "preference"
    ALARM_SETTINGS = "alarm_settings"
    CERTIFICATE = "certificate"
    SUSPENSION = "suspension"
    CENTRE = "centre"
    SEAT = "seat"
    HAND_OVER = "hand_over"
    FIGURES = "figures"
    REVIEW = "review"
    # plans and dispatch
    PLAN = "plan"
    CONTACT = "contact"
    GUARD = "guard"
    DISPATCH = "dispatch"
    GUARD_SIGHT = "guard_sight"
    GUARD_PICTURE = "guard_picture"
    # lines, panels and signals
    LINE = "line"
    PANEL = "panel"
    SIGNAL = "signal"
    CODES = "codes"
    # maintenance and the provider's office
    MALFUNCTION = "malfunction"
    MAINTENANCE = "maintenance"
    STOCK = "stock"
    TASK = "task"
    # breaches, reviews and audits, and whom a tenant names for privacy
    BREACH = "breach"
    BREACH_REPORT = "breach_report"
    AUDIT = "audit"
    AUDIT_REQUEST = "audit_request"
    PRIVACY_CONTACT = "privacy_contact"
    CUSTOMER = "customer"
    # the ground
    FLOOR_PLAN = "floor_plan"
    TELEMETRY = "telemetry"
    SITE_LIMITS = "site_limits"
    # promises, the statement, what an auditor takes with him
    PROMISE = "promise"
    STATEMENT = "statement"
    AUDIT_PACK = "audit_pack"
    # back-ups, and what stands around agreements
    BACKUP = "backup"
    TERMS_VERSION = "terms_version"
    INSTRUCTION = "instruction"
    OUTSIDER = "outsider"
    JOINT_CONTROLLER = "joint_controller"
    # evidence and the log of use
    USE_LOG = "use_log"
    LEGAL_ORDER = "legal_order"
    PREPARATION = "preparation"
    DISCLOSURE = "disclosure"
    # people's rights and consents
    DATA_REQUEST = "data_request"
    CONSENT = "consent"
    # time: what happened and is looked into, how long everything is kept
    INCIDENT = "incident"
    RETENTION = "retention"
    # where data lies, how long, and the registers
    PLACE = "place"
    RESIDENCY = "residency"
    TERM = "term"
    REGISTER = "register"
    DECLARATIONS = "declarations"
    # a tenant: its face and right of use, its people, what they learn, the contract of who administers
    TENANT = "tenant"
    RIGHT_OF_USE = "right_of_use"
    STAFF = "staff"
    LESSON = "lesson"
    SERVICE_CONTRACT = "service_contract"
    # a firm's customers, and lists of them that are taken over
    CUSTOMER_RECORD = "customer_record"
    IMPORT = "import"
    # the books of a firm
    INVOICE = "invoice"
    OFFER = "offer"
    PAYMENT = "payment"
    BOOKS_AGREEMENT = "books_agreement"
    # a firm's own site
    WEBSITE = "website"
    SITE_MESSAGE = "site_message"
    NEWSLETTER = "newsletter"
    # what a tenant sells, and the forms by which its customers reach it
    PRODUCT = "product"
    FORM = "form"
    ORDER = "order"
    ORDER_SETTINGS = "order_settings"
    # partners in the chain: the tenant's side, and the partner's own
    PARTNER = "partner"
    STEP = "step"
    STEP_OFFER = "step_offer"
    SHEET = "sheet"


class Purpose(StrEnum):
    """Why images are opened, or the condition of devices is read. Anything else is refused; the list grows with the
    agreements, not with the code's wishes."""

    ALARM_VERIFICATION = "alarm_verification"
    ALARM_FOLLOWUP = "alarm_followup"
    OWN_USE = "own_use"
    MAINTENANCE = "maintenance"
    # of telemetry, beside maintenance (D6); no image opens for these
    QUALITY = "quality"
    SECURITY = "security"


@dataclass(frozen=True)
class Resource:
    """What is asked for. `owner_id` is the tenant whose thing it is; `of` names what it belongs to (alarm, unit, …);
    `span_ms`: of a recording, from and to (ms UTC); `track`: which stream class of the camera, None for all of them."""

    kind: ResourceKind | str
    id: UUID | int | None = None
    owner_id: UUID | None = None
    of: dict[str, UUID] = field(default_factory=dict)
    span_ms: tuple[int, int] | None = None
    track: int | None = None


@dataclass(frozen=True)
class Decision:
    """The answer. `rule` is the line that decided (or came nearest), `missing` the facts that did not hold."""

    allowed: bool
    rule: str | None
    reason_code: str
    missing: tuple[str, ...] = ()
