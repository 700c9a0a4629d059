import { describe, expect, it } from "vitest";
import { withQueued, type QueuedVisit } from "./pending";

const me = { id: "m1", name: "髙橋 直子" };
const received = { id: "v1", kind: "visit", at: "2026-11-24T04:41:00Z", recordedAt: "2026-11-24T04:42:00Z", by: me, outcome: "met", withWhom: [], personWords: "", familyWords: "", memo: "", callerKind: null, callerRelation: null, channel: null, nextPromise: null };

function visit(visitId: string, state: string, subject = "c1"): QueuedVisit {
  return { type: "RecordVisit", subject, state, capturedAt: "2026-11-24T04:43:00Z", payload: { visitId, visitedAt: "2026-11-24T04:41:00Z", outcome: "through_door", withWhom: ["person"], memo: "声は落ち着いていた。", nextPromise: { on: "2026-12-08", note: "" } } };
}

describe("the timeline with what this device still keeps", () => {
  it("shows queued visits with how far they have come", () => {
    const shown = withQueued("c1", [received], [visit("v2", "device"), visit("v3", "confirming"), visit("v4", "device", "c2"), visit("v5", "refused")], me);
    expect(shown.map(({ id, state }) => [id, state])).toEqual([["v1", undefined], ["v2", "device"], ["v3", "confirming"], ["v5", "refused"]]);
    expect(shown[1]).toMatchObject({ outcome: "through_door", memo: "声は落ち着いていた。", nextPromise: { on: "2026-12-08", note: "" }, by: me });
  });

  it("leaves out what a manager kept off the case: its author finds it on 今日, with the reason", () => {
    const declined = { ...visit("v2", "received"), outcome: { code: "declined" } };
    expect(withQueued("c1", [received], [declined], me).map(({ id }) => id)).toEqual(["v1"]);
  });

  it("shows a visit once when its owner has it, and says 受領済 of it", () => {
    const shown = withQueued("c1", [received], [visit("v1", "sent")], me);
    expect(shown).toEqual([{ ...received, state: "received" }]);
  });
});
