import { momentText } from "../../i18n/dates";
import { boardOf, type QueuedCommand, type SessionRecord } from "../ibasho/board";
import { entryText } from "../ibasho/Entries";

type Payload = Record<string, unknown>;

/** A session of which this device has nothing yet. */
export const unknownSession = (id: string): SessionRecord => ({ session: { id, status: "" }, participants: [], attendance: [], closingLines: [] });

/** Who came or went when, of the fact that a command of 居場所 logs or takes back. Empty when nothing here knows it. */
export function factText(attendanceId: unknown, record: SessionRecord, queued: readonly QueuedCommand[]): string {
  const written = queued.map((each) => ({ ...each, state: "device" }));
  const fact = boardOf(record, written).entries.find(({ id }) => id === attendanceId);
  return fact ? `${entryText(fact)}　${momentText(fact.at)}` : "";
}

/** A refused fact as it is sent again: `at` that time, and with the name and the token of whom its owner did not know. */
export function mendedFact(payload: Payload, at: string, record: SessionRecord): Payload {
  const person = record.participants.find(({ id }) => id === payload.participantId);
  return { ...(person && { newParticipant: { nickname: person.nickname, code: person.code } }), ...payload, at };
}
