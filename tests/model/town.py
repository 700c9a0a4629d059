"""What the owners must hold after any commands, and the code of every refusal: from domain.md, without SQL, locks or events."""

import copy
from collections import Counter
from datetime import UTC, datetime, timedelta

from infra.seed_ibasho import UNIT, YATO
from services.contracts.registry import COMMAND_OWNERS
from services.contracts.tokyo import tokyo_day

OWNING, ANSWERING = ("window_staff", "coordinator", "manager"), ("coordinator", "manager")
WORKING, HALL = (*OWNING, "ibasho_staff"), ("ibasho_staff", "manager")


class No(Exception):
    """Refused, with its code."""


def need(holds, code="not_found"):
    if not holds:
        raise No(code)


class Town:
    """Everything that the three owners hold, by id. `do` answers None (accepted) or the code of the refusal."""

    def __init__(self):
        self.consultations, self.handoffs, self.cases, self.visits, self.waiting, self.bases = {}, {}, {}, {}, {}, {}
        self.sessions, self.facts, self.also_known, self.named = {}, {}, {}, {}
        self.versions, self.accepted, self.now = Counter(), {}, datetime.now(UTC)

    def do(self, who, envelope):
        """A refusal changes nothing, nor does an accepted command sent again. Each owner knows the ids that it accepted."""
        type_, subject, base, payload = (envelope.get(each) for each in ("type", "subject", "baseVersion", "payload"))
        if envelope["author"] != who.id:
            return "not_the_author"
        said, key = (type_, subject, base, payload), (COMMAND_OWNERS[type_], envelope["id"])
        if key in self.accepted:
            return None if self.accepted[key] == said else "command_id_reused"
        trial = copy.deepcopy(self)
        trial.now = datetime.now(UTC)
        try:
            getattr(trial, type_)(who, subject, payload)
            need(base in (None, self.versions[subject]), "changed_meanwhile")
        except No as refusal:
            return str(refusal)
        trial.accepted[key] = said
        vars(self).update(vars(trial))
        return None

    def not_ahead(self, moment, code):
        need(datetime.fromisoformat(moment) <= self.now + timedelta(minutes=5), code)

    def kept_off(self, sheet):
        return {one for each in self.handoffs.values() if each["of"] == sheet for one in each["kept_off"]}

    def OpenConsultation(self, who, id, p):
        need(who.works_at(p["unitId"], *OWNING), "not_your_unit")
        self.not_ahead(p["openedAt"], "opened_in_future")
        need(p["contactRules"] == ["any_way"] or "any_way" not in p["contactRules"], "contact_rules_contradict")
        need(id not in self.consultations, "consultation_exists")
        self.consultations[id], self.versions[id] = {"unit": p["unitId"], "by": who.id, "rules": p["contactRules"]}, 1

    def HandOff(self, who, id, p):
        of, sheet, rules = p["consultationId"], self.consultations.get(p["consultationId"]), p["contactRules"]
        need(sheet and who.works_at(sheet["unit"], *OWNING) and who.id not in self.kept_off(of))
        need(sheet["unit"] != p["toUnit"], "same_unit")
        need(p["promised"].strip() and p["safeContact"].strip() and p["personKnows"], "package_incomplete")
        need("any_way" not in rules or {*rules, *sheet["rules"]} == {"any_way"}, "contact_rules_contradict")
        need(id not in self.handoffs, "handoff_exists")
        lead = [each["status"] for each in self.handoffs.values() if (each["of"], each["kind"]) == (of, "lead")]
        need(p["kind"] != "lead" or not {"open", "accepted"} & {*lead}, "handoff_already_open")
        handoff = {"of": of, "kind": p["kind"], "status": "open", "from": sheet["unit"], "to": p["toUnit"]}
        handoff |= {"by": who.id, "answered_by": None, "case": None}
        self.handoffs[id] = handoff | {"kept_off": self.kept_off(of) | {*p["keptOff"]}}
        self.versions[id] += 1

    def _answered(self, who, id, status, side, roles):
        handoff = self.handoffs.get(id)
        need(handoff and who.works_at(handoff[side], *roles) and who.id not in self.kept_off(handoff["of"]))
        need(handoff["status"] != "accepted", "already_accepted")
        need(handoff["status"] == "open", "handoff_is_closed")
        self.versions[id] += 1
        handoff |= {"status": status, "answered_by": who.id}
        return handoff

    def AcceptHandoff(self, who, id, p):
        handoff = self._answered(who, id, "accepted", "to", ["coordinator"])
        kept_off, team = self.kept_off(handoff["of"]), {who.id, *p["colleagueIds"]}
        need(not {*p["colleagueIds"]} & {who.id, *kept_off}, "colleague_not_possible")
        need(p["caseId"] not in [each["case"] for each in self.handoffs.values()], "case_exists")
        handoff["case"] = p["caseId"]
        if handoff["kind"] == "lead":
            case = {"handoff": id, "unit": handoff["to"], "owner": who.id, "team": team, "once": {*team}}
            self.cases[p["caseId"]] = case | {"kept_off": kept_off, "opened": self.now}
            self.versions[p["caseId"]] += 1

    def ReturnHandoff(self, who, id, p):
        self._answered(who, id, "returned", "to", ANSWERING)
        need(p["reason"] != "other" or p["note"].strip(), "note_is_needed")

    def WithdrawHandoff(self, who, id, p):
        self._answered(who, id, "withdrawn", "from", OWNING)

    def relates(self, who, id):
        case, is_on_teams = self.cases.get(id), who.role in ("coordinator", "manager")
        may = case and ((who.id in case["team"] and is_on_teams) or who.works_at(case["unit"], "manager"))
        return may and who.id not in case["kept_off"]

    def opened_by(self, who, basis):
        is_agency = who.unit in basis["to"] and who.role in (*WORKING, "partner")
        is_hers = basis["kind"] == "emergency" and basis["by"] == who.id
        return not basis["ended"] and (is_agency or is_hers or who.id in basis["pledged"])

    def sees(self, who, id):
        bases = [each for each in self.bases.values() if each["case"] == id and self.opened_by(who, each)]
        return bool(self.relates(who, id) or (bases and who.id not in self.cases[id]["kept_off"]))

    def _case(self, who, id):
        need(self.relates(who, id))
        self.versions[id] += 1
        return self.cases[id]

    def RecordVisit(self, who, id, p):
        case, visited = self.cases.get(id), datetime.fromisoformat(p["visitedAt"])
        need(case and who.id not in case["kept_off"])
        need(self.relates(who, id) or who.id in case["once"] or who.works_at(case["unit"], "coordinator"))
        self.not_ahead(p["visitedAt"], "visit_in_future")
        need(tokyo_day(visited) >= tokyo_day(case["opened"]), "visit_before_case")
        need("nobody" not in p["withWhom"] or len(p["withWhom"]) == 1, "with_whom_contradicts")
        into = self.visits if self.relates(who, id) else self.waiting
        need(p["visitId"] not in into, "visit_exists")
        into[p["visitId"]] = {"case": id, "by": who.id, "outcome": p["outcome"], "decision": None}
        self.versions[id] += 1

    def DecideQuarantine(self, who, id, p):
        case, row = self.cases.get(id), self.waiting.get(p["quarantineId"])
        need(case and who.works_at(case["unit"], "manager") and self.relates(who, id) and row and row["case"] == id)
        need(row["decision"] is None, "already_decided")
        row["decision"] = p["decision"]
        if p["decision"] == "admit":
            need(p["quarantineId"] not in self.visits, "visit_exists")
            self.visits[p["quarantineId"]] = {**row}
            self.versions[id] += 1

    def ChangeTeam(self, who, id, p):
        case, join = self._case(who, id), {*p["join"], *filter(None, [p["ownerId"]])}
        need(not join & {*p["leave"], *case["kept_off"]}, "colleague_not_possible")
        team, owner = case["team"] - {*p["leave"]} | join, p["ownerId"] or case["owner"]
        need(owner in team - case["kept_off"], "owner_not_on_team")
        case |= {"team": team, "owner": owner, "once": case["once"] | join}
        self._tell_kept_off(case)

    def KeepOff(self, who, id, p):
        case = self._case(who, id)
        leads = who.works_at(case["unit"], "manager")
        need(not leads or p["staffId"] != who.id, "keep_off_needs_another")
        need(leads or p["staffId"] == who.id, "keep_off_needs_manager")
        case["kept_off"] |= {p["staffId"]}
        self._tell_kept_off(case)

    def LetIn(self, who, id, p):
        need(who.works_at(self._case(who, id)["unit"], "manager"))
        self.cases[id]["kept_off"] -= {p["staffId"]}
        self._tell_kept_off(self.cases[id])

    def _tell_kept_off(self, case):
        """The sheet follows the case, and with it the handoffs that were answered and led nowhere."""
        own = self.handoffs[case["handoff"]]
        gone, own["kept_off"] = own["kept_off"] - case["kept_off"], {*case["kept_off"]}
        for one in self.handoffs.values():
            if one["of"] == own["of"] and one["status"] in ("returned", "withdrawn"):
                one["kept_off"] -= gone

    def _basis(self, who, id, p, kind, days, to=(), members=()):
        until = datetime.fromisoformat(p["until"]) if "until" in p else self.now + timedelta(minutes=p["minutes"])
        need(self.now < until <= self.now + timedelta(days=days), "until_out_of_range")
        need(p["basisId"] not in self.bases, "basis_exists")
        basis = {"case": id, "kind": kind, "by": who.id, "to": to, "members": members, "ended": False}
        self.bases[p["basisId"]] = basis | {"pledged": set()}

    def GiveConsent(self, who, id, p):
        self._case(who, id)
        self._basis(who, id, p, "consent", 366, to=p["unitIds"])

    def ShareByLaw(self, who, id, p):
        need(who.works_at(self._case(who, id)["unit"], "manager"))
        self._basis(who, id, p, "article_69_2", 366, to=p["unitIds"])

    def ConveneConference(self, who, id, p):
        self._case(who, id)
        self._basis(who, id, p, "conference", 31, members=p["memberIds"])

    def UseEmergency(self, who, id, p):
        need(who.role in WORKING and id in self.cases and who.id not in self.cases[id]["kept_off"])
        self._basis(who, id, p, "emergency", 1)
        self.versions[id] += 1

    def PledgeSecrecy(self, who, id, p):
        basis = self.bases.get(p["basisId"])
        need(basis and basis["case"] == id and who.id in basis["members"] and not basis["ended"])
        need(who.id not in self.cases[id]["kept_off"])
        self.versions[id] += who.id not in basis["pledged"]
        basis["pledged"] |= {who.id}

    def EndBasis(self, who, id, p):
        basis = self.bases.get(p["basisId"])
        need(basis and basis["case"] == id)
        need(self.relates(who, id) or (basis["kind"], basis["by"]) == ("emergency", who.id))
        self.versions[id] += not basis["ended"]
        basis["ended"] = True

    def ScheduleSession(self, who, id, p):
        need(p["placeId"] == str(YATO) and who.works_at(UNIT, *HALL))
        need(p["endsAt"] > p["startsAt"], "session_ends_before_start")
        need(id not in self.sessions, "session_exists")
        self.sessions[id] = {"staff": {*p["staffIds"]}, "opened": False, "closed": False, "lines": 0}
        self.versions[id] = 1

    def _session(self, who, id):
        need(id in self.sessions and (who.id in self.sessions[id]["staff"] or who.works_at(UNIT, *HALL)))
        return self.sessions[id]

    def OpenSession(self, who, id, p):
        self._session(who, id)["opened"] = True

    def CloseSession(self, who, id, p):
        session = self._session(who, id)
        self.versions[id] += not session["closed"]
        session |= {"closed": True, "lines": session["lines"] + bool(p["line"].strip())}

    def LogAttendance(self, who, id, p):
        self._session(who, id)
        somebody, new = p.get("participantId"), p.get("newParticipant")
        need(somebody or not (p["kind"] in ("arrived", "left") or new), "participant_needed")
        need(p["kind"] != "plus_one" or not somebody, "participant_not_expected")
        self.not_ahead(p["at"], "attendance_in_future")
        if somebody and somebody not in self.also_known:
            need(new, "participant_unknown")
            same = self.named.get(new["code"], self.named.get(new["nickname"], somebody))
            self.named.setdefault(new["code"], same)
            self.named |= {new["nickname"]: same} if same == somebody else {}
            self.also_known[somebody] = same
        need(p["attendanceId"] not in self.facts, "attendance_exists")
        fact = {"session": id, "kind": p["kind"], "by": who.id, "corrected": 0, "who": self.also_known.get(somebody)}
        self.facts[p["attendanceId"]] = fact
        self.versions[id] += 1

    def CorrectAttendance(self, who, id, p):
        self._session(who, id)
        fact = self.facts.get(p["attendanceId"])
        need(fact and fact["session"] == id, "attendance_unknown")
        self.versions[id] += not fact["corrected"]
        fact["corrected"] += 1
