import { useState } from "preact/hooks";
import { sentenceOf } from "../../app/outgoing";
import { useSubmit } from "../../app/useSubmit";
import { Session as SessionDocument } from "../../gateway/documents";
import type { SessionQuery } from "../../gateway/generated";
import { queue } from "../../sync/queue";
import { Store } from "../../sync/store";
import { now } from "../../sync/time";
import { uuid7 } from "../../sync/uuid7";
import { useAsked, useStore } from "../../ui/hooks";
import { isVaultOpen, vault } from "../../vault/vault";
import { boardOf, type Board, type FactKind, type Participant, type QueuedCommand } from "./board";

export type SessionRecord = NonNullable<SessionQuery["session"]>;

/** What was last done here, so that it can be undone at once. */
export interface LastDone {
  attendanceId: string;
  kind: FactKind;
  nickname: string | null;
  at: string;
}

export interface BoardControl {
  /** `at`: the moment kept, when it is not now. */
  log: (kind: FactKind, person?: Participant, at?: string) => void;
  correct: (attendanceId: string, note: string) => void;
  /** `draftId`: of the line, which ends with it. */
  close: (line: string, draftId: string) => Promise<boolean>;
}

/** The board of one session, with what it takes to change it. Every fact shows at once, and as no more than it is. */
export function useBoard(id: string) {
  const { data, failure, refresh } = useAsked(SessionDocument, { id }, ["session"]);
  const { pending, put } = usePending(id, refresh);
  const [last, setLast] = useState<LastDone | null>(null);
  const queued = useStore(queue);
  const record = data?.session ?? null;
  const board = record && boardOf(record, [...queued, ...pending.commands]);
  const control: BoardControl = {
    log: (kind, person, at = now().toISOString()) => {
      const made = { attendanceId: uuid7(), kind, at };
      if (board?.status === "scheduled") void put("OpenSession", {});
      const done = { ...made, nickname: person?.nickname ?? null };
      const isKept = isVaultOpen();
      // With a vault said once it is on the disk; without one the page has it, and its answer may come after the next tap.
      setLast(isKept ? null : done);
      void put("LogAttendance", { ...made, ...whoOf(person, record?.participants ?? []) })
        .then((taken) => (isKept || !taken) && setLast(taken ? done : null));
    },
    correct: (attendanceId, note) => {
      void put("CorrectAttendance", { attendanceId, note });
      setLast((done) => (done?.attendanceId === attendanceId ? null : done));
    },
    close: (line, draftId) => put("CloseSession", { line }, draftId),
  };
  return { record, board: board as Board | null, missing: Boolean(data && !data.session), failure, control, last, refused: pending.refused };
}

/** Whoever the owner does not have yet rides along with every fact, so that no fact depends on another one's arrival. */
function whoOf(person: Participant | undefined, known: readonly Participant[]): Record<string, unknown> {
  if (!person) return {};
  const { id, nickname, code } = person;
  return { participantId: id, ...(!known.some((each) => each.id === id) && { newParticipant: { nickname, code } }) };
}

/** Facts of a browser that keeps nothing, until their owner has answered; also while another screen is shown. With a vault the queue holds them. */
const unkept = new Store<readonly QueuedCommand[]>([]);

type BoardCommand = "OpenSession" | "LogAttendance" | "CorrectAttendance" | "CloseSession";

function usePending(session: string, refresh: () => void) {
  const { send } = useSubmit();
  const commands = useStore(unkept);
  const [refused, setRefused] = useState<string | null>(null);
  const put = async (type: BoardCommand, payload: Record<string, unknown>, draftId?: string): Promise<boolean> => {
    const command: QueuedCommand = { type, subject: session, payload, state: "device" };
    if (vault.get().state === "none") unkept.set([...unkept.get(), command]);
    const outcome = await send(type, session, payload, { draftId });
    const isReceived = outcome?.status === "ACCEPTED";
    unkept.set(unkept.get().flatMap((each) => (each !== command ? [each] : isReceived ? [{ ...command, state: "received" }] : [])));
    if (outcome?.status === "REFUSED") setRefused(sentenceOf(outcome));
    if (isReceived) refresh();
    return outcome?.status !== "REFUSED";
  };
  return { pending: { commands, refused }, put };
}
