import { ask } from "../gateway/client";
import { Submit } from "../gateway/documents";
import { errorText } from "../i18n/messages";
import { watchNetwork } from "../sync/live";
import { nextDeviceSeq } from "../sync/sequence";
import { later, Outgoing, type Outcome } from "../sync/outgoing";
import { keep } from "../sync/queue";
import { Store } from "../sync/store";
import { now } from "../sync/time";
import { uuid7 } from "../sync/uuid7";
import { draftLine } from "./draftLine";

export const outgoing = new Outgoing({
  send: (commands) => ask(Submit, { commands }),
  now: Date.now,
  random: Math.random,
  later,
});

/** Refusals whose screen was already left. Shown above every screen until somebody has read them. */
export const strayRefusals = new Store<readonly Outcome[]>([]);

export type CommandName = "OpenConsultation" | "HandOff" | "AcceptHandoff" | "ReturnHandoff" | "WithdrawHandoff" | "ScheduleSession" | "DecideQuarantine" | "JoinToken" | "SeparateToken" | "RegisterStaff" | "NoteHomeStreet" | "ChangeAssignments" | "ReviewAccess" | "ReviewSheetAccess" | SharingCommand | OfflineCommand;

type SharingCommand = "CloseCase" | "ReopenCase" | "OpenPersonRequest" | "DecidePersonRequest" | "LiftSuspension" | "CorrectPerson" | "OpenSheetRequest" | "DecideSheetRequest" | "LiftSheetSuspension" | "CorrectSheet" | "OpenParticipantRequest" | "DecideParticipantRequest" | "CorrectNickname" | "GiveConsent" | "ConveneConference" | "PledgeSecrecy" | "ShareByLaw" | "UseEmergency" | "UseEmergencyByNumber" | "EndBasis" | "ChangeTeam" | "KeepOff" | "LetIn";

/** Commands that are written down on the device and need no network. */
export const offlineCommands = ["RecordVisit", "LogAttendance", "CorrectAttendance", "OpenSession", "CloseSession", "ViewedOffline", "ViewedSessionOffline", "ReadNotice"] as const;
export type OfflineCommand = (typeof offlineCommands)[number];

/** What a thread begins with: without it, what is queued about it could not come again after a restore. */
const KEPT = /^OpenConsultation|^HandOff|Handoff$|^ScheduleSession/;

/** Send a command. Resolves with its owner's answer. */
export async function submit(author: string, type: CommandName, subject: string, payload: Record<string, unknown>): Promise<Outcome> {
  const envelope = { id: uuid7(), type, v: 1, author, subject, deviceSeq: nextDeviceSeq(), capturedAt: now().toISOString(), payload };
  const outcome = await outgoing.submit(envelope);
  if (outcome.status === "ACCEPTED" && KEPT.test(type)) await keep(envelope, outcome.incarnation).catch(() => undefined);
  return outcome;
}

/** What is said of an outcome that was not ACCEPTED. */
export function sentenceOf(outcome: Pick<Outcome, "code" | "message">): string {
  return outcome.message || errorText(outcome.code);
}

export function keepForLater(outcome: Outcome): void {
  if (outcome.status === "REFUSED") strayRefusals.set([...strayRefusals.get(), outcome]);
}

watchNetwork(() => navigator.onLine && outgoing.nudge());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && outgoing.nudge());
addEventListener("beforeunload", (event) => {
  if (outgoing.unsent > 0 || draftLine.get().state === "failed") event.preventDefault();
});
