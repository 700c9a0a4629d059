import { describe, expect, it } from "vitest";
import { factText, mendedFact, unknownSession } from "./facts";
import { refusalText } from "./refusals";

const SESSION = "s1";
const momiji = { id: "p1", nickname: "もみじ", code: "7K3F2X" };
const record = { ...unknownSession(SESSION), participants: [momiji] };
const log = { attendanceId: "a1", kind: "arrived", participantId: "p1", at: "2026-11-24T06:05:00.000Z" };
const refused = (type: string, payload: Record<string, unknown>) => ({ type, subject: SESSION, payload, state: "refused" });

describe("a refused fact of 居場所", () => {
  it("is not shown as a time without a person", () => {
    expect(factText("a1", record, [refused("LogAttendance", log)])).toMatch(/^もみじ　来た　.*15:05$/);
    const made = { ...log, participantId: "p9", newParticipant: { nickname: "そら", code: "7K3F2X" } };
    expect(factText("a1", unknownSession(SESSION), [refused("LogAttendance", made)])).toContain("そら");
  });

  it("that takes one back is not shown as nothing", () => {
    const written = [refused("LogAttendance", log), refused("CorrectAttendance", { attendanceId: "a1", note: "人ちがい" })];
    expect(factText("a1", record, written)).toContain("もみじ　来た");
  });

  it("is not refused for the same reason again", () => {
    const now = "2026-11-24T05:00:00.000Z";
    expect(mendedFact(log, now, record)).toEqual({ ...log, at: now, newParticipant: { nickname: "もみじ", code: "7K3F2X" } });
    expect(mendedFact({ ...log, participantId: undefined }, now, record)).not.toHaveProperty("newParticipant");
  });

  it("is not refused without its own reason", () => {
    const codes = ["attendance_exists", "attendance_in_future", "attendance_unknown", "participant_unknown", "body_too_large", "sealed_unreadable", "malformed_payload", "device_revoked"];
    const sentences = new Set(codes.map((code) => refusalText({ code, fields: [] })));
    expect(sentences.size).toBe(codes.length);
    expect(sentences).not.toContain(refusalText(null));
  });
});
