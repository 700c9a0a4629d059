import type { CommandName } from "../../app/outgoing";
import type { PersonRequest } from "./documents";

/** What a request is about: a case, a sheet of the window, or who takes part in 居場所. Each is asked, decided and corrected at its owner. */
export type About = Pick<PersonRequest, "caseId" | "consultationId" | "participantId">;

type Commands = readonly [CommandName, CommandName, CommandName];
const COMMANDS = {
  open: ["OpenPersonRequest", "OpenSheetRequest", "OpenParticipantRequest"],
  decide: ["DecidePersonRequest", "DecideSheetRequest", "DecideParticipantRequest"],
  lift: ["LiftSuspension", "LiftSheetSuspension", "LiftSuspension"], // of a participant nothing is suspended
  correct: ["CorrectPerson", "CorrectSheet", "CorrectNickname"],
} as const satisfies Record<string, Commands>;
const PAPERS = { disclosure: ["disclosure", "sheet-disclosure", "participant-disclosure"], whoSaw: ["who-saw", "sheet-who-saw", "participant-who-saw"] };

/** Which of three it is about. */
export const kindOf = ({ caseId, consultationId }: About) => (caseId ? 0 : consultationId ? 1 : 2);
export const commandOf = (what: keyof typeof COMMANDS, about: About) => COMMANDS[what][kindOf(about)];
export const subjectOf = ({ caseId, consultationId, participantId }: About) => caseId ?? consultationId ?? participantId ?? "";
export const pageOf = (about: About) => `/${about.caseId ? "cases" : "consultations"}/${subjectOf(about)}`;
export const paperOf = (what: keyof typeof PAPERS, about: About) => `/print/${PAPERS[what][kindOf(about)]}/${subjectOf(about)}`;
