import { describe, expect, it } from "vitest";
import { boardOf, endOf, hoursOf, type QueuedCommand, type SessionRecord } from "./board";

const SESSION = "s1";
const momiji = { id: "p1", nickname: "もみじ", code: "7K3F2X" };
const kai = { id: "p2", nickname: "カイ", code: "" };

function record(change: Partial<SessionRecord> = {}): SessionRecord {
  return { session: { id: SESSION, status: "open" }, participants: [momiji, kai], attendance: [], closingLines: [], ...change };
}

function fact(id: string, kind: string, participantId: string | null, minute: number, voided = false) {
  return { id, kind, participantId, at: `2026-11-24T06:${String(minute).padStart(2, "0")}:00Z`, voided };
}

function log(id: string, kind: string, participantId: string | null, minute: number, state = "device", newParticipant?: { nickname: string; code: string }): QueuedCommand {
  const { at } = fact(id, kind, participantId, minute);
  return { type: "LogAttendance", subject: SESSION, state, payload: { attendanceId: id, kind, participantId, at, ...(newParticipant && { newParticipant }) } };
}

/** What the server would hold once it has received the commands of both tablets, in the given order. */
function received(base: SessionRecord, commands: readonly QueuedCommand[]): SessionRecord {
  const participants = [...base.participants];
  const canonical = new Map<string, string>();
  const attendance = [...base.attendance];
  for (const { type, payload } of commands) {
    if (type !== "LogAttendance") continue;
    const made = payload.newParticipant as { nickname: string; code: string } | undefined;
    const id = payload.participantId as string | null;
    if (made && id) {
      const same = participants.find((person) => person.nickname === made.nickname || (made.code && person.code === made.code));
      canonical.set(id, same?.id ?? id);
      if (!same) participants.push({ id, ...made });
    }
    attendance.push({ id: String(payload.attendanceId), kind: String(payload.kind), participantId: id && (canonical.get(id) ?? id), at: String(payload.at), voided: false });
  }
  const corrected = new Set(commands.filter((each) => each.type === "CorrectAttendance").map((each) => each.payload.attendanceId));
  return { ...base, participants, attendance: attendance.map((each) => ({ ...each, voided: each.voided || corrected.has(each.id) })) };
}

describe("the board of a session", () => {
  it("counts as the sheet on the wall would", () => {
    const board = boardOf(record({
      attendance: [fact("a", "arrived", "p1", 2), fact("b", "arrived", "p2", 5), fact("c", "left", "p2", 50), fact("d", "plus_one", null, 6), fact("e", "plus_one", null, 7), fact("f", "at_door", null, 9)],
    }), []);
    expect(board.counts).toEqual({ now: 3, today: 4, unnamed: 2, atDoor: 1 });
    expect(board.tiles.map(({ nickname, state }) => [nickname, state])).toEqual([["カイ", "left"], ["もみじ", "in"]]);
  });

  it("shows what is only on this device, and never says it was received", () => {
    const board = boardOf(record({ attendance: [fact("a", "arrived", "p1", 2)] }), [log("b", "left", "p1", 40), log("c", "arrived", "p2", 41, "sent")]);
    expect(board.tiles.map(({ nickname, state, reach }) => [nickname, state, reach])).toEqual([["カイ", "in", "sent"], ["もみじ", "left", "device"]]);
    expect(board.reach).toEqual({ device: 1, sent: 1, received: 0 });
  });

  it("counts a fact once when the server has it and the queue still keeps it", () => {
    const board = boardOf(record({ attendance: [fact("a", "plus_one", null, 2)] }), [log("a", "plus_one", null, 2, "received")]);
    expect(board.counts.unnamed).toBe(1);
    expect(board.entries.map((entry) => entry.reach)).toEqual(["received"]);
  });

  it("believes the server about a fact it has, also while the queue does not know yet", () => {
    expect(boardOf(record({ attendance: [fact("a", "arrived", "p1", 2)] }), [log("a", "arrived", "p1", 2, "device")]).tiles[1]?.reach).toBe("received");
  });

  it("takes a corrected fact out of every count, and keeps it readable", () => {
    const correct: QueuedCommand = { type: "CorrectAttendance", subject: SESSION, state: "device", payload: { attendanceId: "a", note: "" } };
    const board = boardOf(record({ attendance: [fact("a", "arrived", "p1", 2), fact("b", "at_door", null, 3, true)] }), [correct]);
    expect(board.counts).toEqual({ now: 0, today: 0, unnamed: 0, atDoor: 0 });
    expect(board.entries.map(({ id, voided }) => [id, voided])).toEqual([["b", true], ["a", true]]);
    expect(board.tiles[1]?.state).toBe("away");
  });

  it("leaves refused commands and other sessions out", () => {
    const board = boardOf(record(), [log("a", "plus_one", null, 2, "refused"), { ...log("b", "plus_one", null, 3), subject: "s2" }]);
    expect(board.counts.today).toBe(0);
  });

  it("shows one tile for a newcomer whose nickname or token is already known", () => {
    const board = boardOf(record(), [
      log("a", "arrived", "new-1", 2, "device", { nickname: " もみじ", code: "AAAAA5" }),
      log("b", "arrived", "new-2", 3, "device", { nickname: "札 7K3F2X", code: "7K3F2X" }),
      log("c", "arrived", "new-3", 4, "device", { nickname: "みどり", code: "BBBBBT" }),
      log("d", "left", "new-3", 9),
    ]);
    expect(board.tiles.map(({ nickname, state }) => [nickname, state])).toEqual([["カイ", "away"], ["みどり", "left"], ["もみじ", "in"]]);
    expect(board.counts.today).toBe(2);
  });

  it("is open from the first fact and closed by a queued closing line", () => {
    expect(boardOf(record({ session: { id: SESSION, status: "scheduled" } }), [log("a", "plus_one", null, 2)]).status).toBe("open");
    const close: QueuedCommand = { type: "CloseSession", subject: SESSION, state: "device", payload: { line: "雨で静か。" } };
    const board = boardOf(record({ closingLines: ["先の一行"] }), [close]);
    expect([board.status, board.closingLines]).toEqual(["closed", ["先の一行", "雨で静か。"]]);
    for (const closingLines of [[], ["雨で静か。"]]) {
      expect(boardOf(record({ closingLines }), [{ ...close, state: "received" }]).closingLines, "never gone between answer and record").toEqual(["雨で静か。"]);
    }
  });

  it("does not depend on the order in which facts came", () => {
    const facts = [fact("a", "arrived", "p1", 2), fact("b", "left", "p1", 5), fact("c", "arrived", "p1", 5), fact("d", "plus_one", null, 5)];
    const boards = permutations(facts).map((attendance) => JSON.stringify(boardOf(record({ attendance }), [])));
    expect(new Set(boards).size).toBe(1);
  });
});

describe("two tablets on one session", () => {
  const left = [log("a1", "arrived", "p1", 2), log("a2", "arrived", "x1", 4, "device", { nickname: "みどり", code: "BBBBBT" }), log("a3", "plus_one", null, 6)];
  const right = [log("b1", "arrived", "x2", 3, "device", { nickname: "みどり", code: "CCCCCC" }), log("b2", "left", "x2", 30), log("b3", "at_door", null, 8)];
  const undo: QueuedCommand = { type: "CorrectAttendance", subject: SESSION, state: "device", payload: { attendanceId: "b3", note: "" } };

  it.each([["left first", [...left, ...right, undo]], ["right first", [...right, undo, ...left]]])("converge when both have sent (%s)", (_, order) => {
    const server = received(record(), order);
    const settled = (commands: readonly QueuedCommand[]) => commands.map((each) => ({ ...each, state: "received" }));
    const one = boardOf(server, settled(left));
    const other = boardOf(server, settled([...right, undo]));
    expect({ ...one, reach: null }).toEqual({ ...other, reach: null });
    expect(one.counts).toEqual({ now: 2, today: 3, unnamed: 1, atDoor: 0 });
  });

  it("show the same people while one is still offline, each with its own facts on top", () => {
    const server = received(record(), left);
    const board = boardOf(server, right);
    expect(board.tiles.filter((tile) => tile.nickname === "みどり")).toHaveLength(1);
    expect(board.counts).toEqual({ now: 2, today: 3, unnamed: 1, atDoor: 1 });
  });
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]));
}

describe("a session's own hours", () => {
  const session = { startsAt: "2026-11-24T04:00:00Z", endsAt: "2026-11-24T08:00:00Z" };
  it.each([
    ["2026-11-24T02:59:59Z", "ahead"],
    ["2026-11-24T03:00:00Z", "now"],
    ["2026-11-24T09:00:00Z", "now"],
    ["2026-11-24T09:00:01Z", "over"],
    ["2026-11-29T04:30:00Z", "over"],
  ])("at %s it is %s", (now, hours) => expect(hoursOf(session, Date.parse(now))).toBe(hours));
});

it("what is added when a session is over still turns the tile, however late the last fact was", () => {
  const late = { ...log("a1", "arrived", "p1", 0), payload: { attendanceId: "a1", kind: "arrived", participantId: "p1", at: "2026-11-24T08:30:00Z" } };
  const before = boardOf(record(), [late]);
  const at = endOf({ endsAt: "2026-11-24T08:00:00Z" }, before.entries);
  const left = { ...log("a2", "left", "p1", 0), payload: { attendanceId: "a2", kind: "left", participantId: "p1", at } };
  expect(boardOf(record(), [late, left]).tiles.find((tile) => tile.id === "p1")?.state).toBe("left");
  expect(endOf({ endsAt: "2026-11-24T08:00:00Z" }, [])).toBe("2026-11-24T08:00:00Z");
});

it("an opening is not counted beside the fact that opened it", () => {
  const opening: QueuedCommand = { type: "OpenSession", subject: SESSION, state: "device", payload: {} };
  expect(boardOf(record(), [opening, log("a1", "arrived", "p1", 5)]).reach.device).toBe(1);
});
