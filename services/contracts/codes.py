"""Closed code lists of the language. Sources: `forms.md` §1 (A票, 支援経過記録シート, つなぎ先), paper 令和7年3月.

Codes are stable and stored; their Japanese wording lives in the message file under `code.<list>.<code>`.
"""

from enum import StrEnum


class CallerKind(StrEnum):
    """誰から (来談者)."""

    PERSON = "person"
    FAMILY = "family"
    ACQUAINTANCE = "acquaintance"
    AGENCY = "agency"
    UNNAMED = "unnamed"


class CallerRelation(StrEnum):
    """本人から見た続柄."""

    MOTHER = "mother"
    FATHER = "father"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    SPOUSE = "spouse"
    CHILD = "child"
    OTHER_RELATIVE = "other_relative"


class Channel(StrEnum):
    """どうやって."""

    PHONE = "phone"
    VISIT = "visit"
    MAIL = "mail"
    LETTER = "letter"
    EVENT = "event"


class Residence(StrEnum):
    """市内・市外. Out of city is a code, never an error."""

    IN_CITY = "in_city"
    OUT_OF_CITY = "out_of_city"
    NOT_ASKED = "not_asked"


class PersonKnows(StrEnum):
    """本人は相談を知っているか."""

    KNOWS = "knows"
    DOES_NOT_KNOW = "does_not_know"
    UNCLEAR = "unclear"


class ContactRule(StrEnum):
    """連絡してよい方法: rules that bind every channel."""

    NO_HOME_PHONE = "no_home_phone"
    NO_CITY_ENVELOPE = "no_city_envelope"
    NO_LETTER = "no_letter"
    NO_VISIT = "no_visit"
    CALLER_MOBILE_ONLY = "caller_mobile_only"
    MAIL_ONLY = "mail_only"
    AFTERNOON_ONLY = "afternoon_only"
    ANY_WAY = "any_way"


class Concern(StrEnum):
    """ご相談の内容 (A票: ○ いくつでも, ◎ 最も困っている1つ)."""

    HEALTH = "health"
    HOUSING = "housing"
    INCOME = "income"
    RENT_OR_LOAN = "rent_or_loan"
    TAX_OR_UTILITIES = "tax_or_utilities"
    DEBT = "debt"
    FINDING_WORK = "finding_work"
    TROUBLE_AT_WORK = "trouble_at_work"
    NEIGHBOURHOOD = "neighbourhood"
    FAMILY_RELATIONS = "family_relations"
    CHILD_RAISING = "child_raising"
    CARE = "care"
    HIKIKOMORI = "hikikomori"
    VIOLENCE_OR_ABUSE = "violence_or_abuse"
    NO_FOOD = "no_food"
    OTHER = "other"


class HeardFrom(StrEnum):
    """何で知りましたか."""

    CITY_NEWS = "city_news"
    WEBSITE = "website"
    SOCIAL_MEDIA = "social_media"
    LEAFLET = "leaflet"
    EVENT = "event"
    ACQUAINTANCE = "acquaintance"
    AGENCY = "agency"
    VOICE_STATION = "voice_station"
    TOKYO_LEAFLET = "tokyo_leaflet"
    OTHER = "other"


class YesNoUnclear(StrEnum):
    """はい・いいえ・まだわからない."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class OtherIssue(StrEnum):
    """ほかの課題 (複合課題)."""

    POVERTY = "poverty"
    CARE = "care"
    DISABILITY = "disability"
    CHILD = "child"
    HOUSING = "housing"
    ILLNESS = "illness"
    OTHER = "other"


class Urgency(StrEnum):
    """急ぐ事情 (緊急性)."""

    TODAY = "today"
    DAYS = "days"
    NONE = "none"


class HandoffKind(StrEnum):
    """lead = the case is handed over; parallel = another section works at the same time."""

    LEAD = "lead"
    PARALLEL = "parallel"


class HandoffStatus(StrEnum):
    """Where a handoff stands. Exactly one of the last three ends an open one."""

    OPEN = "open"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    """返す理由."""

    QUESTION_LEFT = "question_left"
    OTHER_UNIT_FITS = "other_unit_fits"
    CONTACT_UNCLEAR = "contact_unclear"
    OTHER = "other"


class VisitOutcome(StrEnum):
    """訪問の結果. None of these is a failure."""

    MET = "met"
    VOICE_ONLY = "voice_only"
    THROUGH_DOOR = "through_door"
    LETTER_LEFT = "letter_left"
    FAMILY_ONLY = "family_only"
    ABSENT = "absent"
    NOT_VISITED_BY_WISH = "not_visited_by_wish"


class WithWhom(StrEnum):
    """相手."""

    PERSON = "person"
    FAMILY = "family"
    AGENCY = "agency"
    NOBODY = "nobody"


class QuarantineDecision(StrEnum):
    """What a manager decides about a record whose author had no relation when it was made."""

    ADMIT = "admit"
    DECLINE = "decline"


class ClosingReason(StrEnum):
    """終了のわけ: 評価シートの結果 (終結・中断) and スクリーニング (forms.md §1(2), (5)). None is a success or a failure."""

    CONCLUDED = "concluded"
    INTERRUPTED = "interrupted"
    LINKED = "linked"
    INFORMATION_ONLY = "information_only"
    OTHER = "other"


class SessionStyle(StrEnum):
    """回の過ごし方."""

    FREE = "free"
    PROGRAMME = "programme"
    ONLINE = "online"


class SessionStatus(StrEnum):
    """Where a session stands. The first fact opens it; closing ends nothing but the afternoon."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"


class AttendanceKind(StrEnum):
    """出入り. `corrected` is said in events only: a fact taken back."""

    ARRIVED = "arrived"
    LEFT = "left"
    PLUS_ONE = "plus_one"
    AT_DOOR = "at_door"
    CORRECTED = "corrected"


class FieldGroup(StrEnum):
    """What of a case may be opened, part by part. The rules of contact go with every part; a token is never shared."""

    IDENTITY = "identity"
    CONTACT_SAFETY = "contact_safety"
    TIMELINE = "timeline"
    PERSON_WORDS = "person_words"
    FAMILY_WORDS = "family_words"
    MEMO = "memo"
    TEAM = "team"
    PROMISE = "promise"


class BasisKind(StrEnum):
    """共有の根拠: 本人同意, 支援会議 (社会福祉法106条の6), 個人情報保護法69条2項, 緊急."""

    CONSENT = "consent"
    CONFERENCE = "conference"
    ARTICLE_69_2 = "article_69_2"
    EMERGENCY = "emergency"


class Article69Item(StrEnum):
    """個人情報保護法69条2項の号, but for 1号 (the person's consent), which is a consent here."""

    INTERNAL_USE = "internal_use"
    OTHER_PUBLIC_BODY = "other_public_body"
    SPECIAL_REASON = "special_reason"


class RequestKind(StrEnum):
    """請求: 開示・訂正・利用停止 (個人情報保護法76条・90条・98条), 消去, and 保存期間の満了, which the city itself brings up."""

    DISCLOSURE = "disclosure"
    CORRECTION = "correction"
    SUSPENSION = "suspension"
    ERASURE = "erasure"
    RETENTION = "retention"


class RequestDecision(StrEnum):
    """What a manager decides about a request."""

    APPROVE = "approve"
    DECLINE = "decline"


class RequestState(StrEnum):
    """Where a request stands. `erasing`: somebody who holds words has not said yet that they are gone."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    SUSPENDED = "suspended"
    LIFTED = "lifted"
    ERASING = "erasing"
    DONE = "done"


class Holder(StrEnum):
    """Who holds something of an erased record beside its owner, and says when it is gone: by the name of their topic."""

    INTAKE = "intake"
    STAFF = "staff"
    COORDINATION = "coordination"


class HeldKind(StrEnum):
    """What an owner may hold of somebody, as it is counted for whoever decides about it. Never the words."""

    PERSON = "person"
    CONTACT_SAFETY = "contact_safety"
    PACKAGE = "package"
    VISIT = "visit"
    FAMILY_WORDS = "family_words"
    QUARANTINE = "quarantine"
    BASIS = "basis"
    LINK = "link"
    ATTENDANCE = "attendance"
    DRAFT = "draft"
    ACCESS_REVIEW = "access_review"
    CLOSING = "closing"
    REQUEST = "request"
    CONSULTATION = "consultation"
    HANDOFF = "handoff"
    NICKNAME = "nickname"
    TOKEN_ATTENDANCE = "token_attendance"  # noqa: S105 - a code
    CORRECTION_NOTE = "correction_note"
    CLOSING_LINE = "closing_line"


class NoticeKind(StrEnum):
    """What a notice is about. Its sentence (`code.notice_kind.*`) holds nothing personal."""

    HANDOFF_ARRIVED = "handoff_arrived"
    HANDOFF_ACCEPTED = "handoff_accepted"
    HANDOFF_RETURNED = "handoff_returned"
    HANDOFF_WITHDRAWN = "handoff_withdrawn"
    VISIT_RECORDED = "visit_recorded"
    RECORD_WAITS = "record_waits"
    EMERGENCY_USED = "emergency_used"
    PLEDGE_ASKED = "pledge_asked"
    REQUEST_WAITS = "request_waits"
    REQUEST_DECIDED = "request_decided"
    RECORD_ERASED = "record_erased"


class SignalHint(StrEnum):
    """What an open screen should fetch again."""

    TRAY = "tray"
    CASE = "case"
    NOTICES = "notices"
    SESSION = "session"


class Role(StrEnum):
    """Roles a dated assignment gives within one unit. A partner works for an agency and sees only what a basis opens."""

    WINDOW_STAFF = "window_staff"
    COORDINATOR = "coordinator"
    IBASHO_STAFF = "ibasho_staff"
    MANAGER = "manager"
    AUDITOR = "auditor"
    PARTNER = "partner"
