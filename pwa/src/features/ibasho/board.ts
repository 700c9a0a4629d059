/** The session board as one sees it: what the server holds and what this device still keeps, merged the same way everywhere. */

export type FactKind = "arrived" | "left" | "plus_one" | "at_door";
/** How far a thing has come: only on this device, with the gateway, or with its owner. */
export type Reach = "device" | "sent" | "received";

export interface Participant {
  id: string;
  nickname: string;
  code: string;
}

export interface Fact {
  id: string;
  kind: FactKind;
  participantId: string | null;
  at: string;
  voided: boolean;
}

/** What the server told about the session. */
export interface SessionRecord {
  session: { id: string; status: string };
  participants: readonly Participant[];
  attendance: readonly (Omit<Fact, "kind"> & { kind: string })[];
  closingLines: readonly string[];
}

/** What this device has written down about the session, in the order it was written. */
export interface QueuedCommand {
  type: string;
  subject: string;
  payload: Record<string, unknown>;
  state: string;
}

export interface Tile extends Participant {
  state: "in" | "left" | "away";
  /** Since when in, or when left. */
  at: string | null;
  reach: Reach;
}

export interface Entry extends Fact {
  nickname: string | null;
  reach: Reach;
}

export interface Board {
  status: "scheduled" | "open" | "closed";
  tiles: readonly Tile[];
  /** Every fact, the newest first; corrected ones stay visible as such. */
  entries: readonly Entry[];
  counts: { now: number; today: number; unnamed: number; atDoor: number };
  closingLines: readonly string[];
  /** How many queued facts of this session have come how far. */
  reach: Record<Reach, number>;
}

/** How long before it begins, and after it ends, a fact is taken for one of this moment. */
const AROUND_MS = 3_600_000;

/** Where a session lies seen from now. Outside of its own hours a tap may be meant for another session. */
export function hoursOf({ startsAt, endsAt }: { startsAt: string; endsAt: string }, now: number): "ahead" | "now" | "over" {
  if (now < Date.parse(startsAt) - AROUND_MS) return "ahead";
  return now > Date.parse(endsAt) + AROUND_MS ? "over" : "now";
}

/** The moment of what is added once a session is over: its end, or the last fact after it, so that a tap still turns the tile. */
export function endOf({ endsAt }: { endsAt: string }, [newest]: readonly Fact[]): string {
  return newest && Date.parse(newest.at) > Date.parse(endsAt) ? newest.at : endsAt;
}

const collator = new Intl.Collator("ja");

/** Merge the record with the queue. Both tablets come to the same board once each has the other's facts, whatever the order they came in. */
export function boardOf(record: SessionRecord, queued: readonly QueuedCommand[]): Board {
  const mine = queued.filter((each) => each.subject === record.session.id && each.state !== "refused");
  const known = new Set(record.attendance.map((fact) => fact.id));
  const people = peopleOf(record.participants, mine);
  const corrected = correctedBy(mine);
  const facts: Entry[] = [
    ...record.attendance.map((fact) => entryOf(fact as Fact, "received", people, corrected)),
    ...mine.filter((each) => each.type === "LogAttendance" && !known.has(String(each.payload.attendanceId)))
      .map((each) => entryOf(factOf(each.payload), reachOf(each.state), people, corrected)),
  ].sort(inOrder);
  const standing = facts.filter((fact) => !fact.voided);
  const tiles = [...people.all.values()].map((person) => tileOf(person, standing)).sort(byNickname);
  return {
    status: statusOf(record.session.status, mine),
    tiles,
    entries: facts.reverse(),
    counts: countsOf(tiles, standing),
    closingLines: [...record.closingLines, ...closingLinesOf(mine).filter((line) => !record.closingLines.includes(line))],
    reach: reachCounts(mine),
  };
}

interface People {
  all: Map<string, Participant>;
  /** From every id this device has used to the person it means. */
  canonical: Map<string, string>;
}

/** A person made here who has a nickname or a token the server already knows is that person. */
function peopleOf(known: readonly Participant[], mine: readonly QueuedCommand[]): People {
  const all = new Map(known.map((person) => [person.id, person]));
  const canonical = new Map(known.map((person) => [person.id, person.id]));
  for (const { payload } of mine) {
    const made = newParticipantOf(payload);
    if (!made || canonical.has(made.id)) continue;
    const same = sameAs(made, all.values());
    canonical.set(made.id, same?.id ?? made.id);
    if (!same) all.set(made.id, made);
  }
  return { all, canonical };
}

export function sameAs(made: { nickname: string; code: string }, people: Iterable<Participant>): Participant | undefined {
  const nickname = nicknameKey(made.nickname);
  return [...people].find((person) => (made.code !== "" && person.code === made.code) || nicknameKey(person.nickname) === nickname);
}

/** Two spellings of one nickname. The owner has the last word; this only spares a second tile until its answer comes. */
export function nicknameKey(nickname: string): string {
  return nickname.normalize("NFKC").replace(/\s+/gu, " ").trim().toLowerCase();
}

function newParticipantOf(payload: Record<string, unknown>): Participant | null {
  const made = payload.newParticipant as { nickname?: unknown; code?: unknown } | null | undefined;
  if (!made || typeof payload.participantId !== "string") return null;
  return { id: payload.participantId, nickname: String(made.nickname ?? ""), code: String(made.code ?? "") };
}

function factOf(payload: Record<string, unknown>): Fact {
  const participantId = typeof payload.participantId === "string" ? payload.participantId : null;
  return { id: String(payload.attendanceId), kind: payload.kind as FactKind, participantId, at: String(payload.at), voided: false };
}

function entryOf(fact: Fact, reach: Reach, people: People, corrected: ReadonlySet<string>): Entry {
  const participantId = fact.participantId && (people.canonical.get(fact.participantId) ?? fact.participantId);
  const nickname = participantId ? (people.all.get(participantId)?.nickname ?? null) : null;
  const { id, kind, at } = fact;
  return { id, kind, at, participantId, voided: fact.voided || corrected.has(id), nickname, reach };
}

function correctedBy(mine: readonly QueuedCommand[]): ReadonlySet<string> {
  return new Set(mine.filter((each) => each.type === "CorrectAttendance").map((each) => String(each.payload.attendanceId)));
}

/** By the moment it happened; the id decides between two of the same moment. */
function inOrder(a: Fact, b: Fact): number {
  return Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1);
}

/** Tiles never move under a finger: their order does not depend on who came when. */
function byNickname(a: Tile, b: Tile): number {
  return collator.compare(a.nickname, b.nickname) || (a.id < b.id ? -1 : 1);
}

function tileOf(person: Participant, standing: readonly Entry[]): Tile {
  const own = standing.filter((fact) => fact.participantId === person.id && (fact.kind === "arrived" || fact.kind === "left"));
  const last = own[own.length - 1];
  const state = !last ? "away" : last.kind === "arrived" ? "in" : "left";
  return { ...person, state, at: last?.at ?? null, reach: worst(own.map((fact) => fact.reach)) };
}

/** いま counts those not named as well: nobody says when they leave. Who only came to the door is counted apart. */
function countsOf(tiles: readonly Tile[], standing: readonly Entry[]): Board["counts"] {
  const unnamed = standing.filter((fact) => fact.kind === "plus_one").length;
  const came = new Set(standing.filter((fact) => fact.kind === "arrived").map((fact) => fact.participantId)).size;
  const inNow = tiles.filter((tile) => tile.state === "in").length;
  return { now: inNow + unnamed, today: came + unnamed, unnamed, atDoor: standing.filter((fact) => fact.kind === "at_door").length };
}

function statusOf(said: string, mine: readonly QueuedCommand[]): Board["status"] {
  if (said === "closed" || mine.some((each) => each.type === "CloseSession")) return "closed";
  return said === "open" || mine.some((each) => each.type === "OpenSession" || each.type === "LogAttendance") ? "open" : "scheduled";
}

/** A received line stays until the record has it: nothing written leaves the screen in between. */
function closingLinesOf(mine: readonly QueuedCommand[]): string[] {
  const closings = mine.filter((each) => each.type === "CloseSession");
  return closings.map((each) => String(each.payload.line ?? "")).filter(Boolean);
}

export function reachOf(state: string): Reach {
  return state === "device" || state === "sent" ? state : "received";
}

function worst(reaches: readonly Reach[]): Reach {
  return reaches.includes("device") ? "device" : reaches.includes("sent") ? "sent" : "received";
}

function reachCounts(mine: readonly QueuedCommand[]): Record<Reach, number> {
  // An opening tells nobody anything that its first fact does not.
  const of = (reach: Reach) => mine.filter(({ type, state }) => type !== "OpenSession" && reachOf(state) === reach).length;
  return { device: of("device"), sent: of("sent"), received: of("received") };
}
