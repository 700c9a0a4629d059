import type { CommandName } from "../../app/outgoing";
import type { PersonRequest } from "./documents";

/** What a request is about: a case, or a sheet of the window. Each is asked, decided and corrected at its owner. */
export type About = Pick<PersonRequest, "caseId" | "consultationId">;

const COMMANDS = {
  open: ["OpenPersonRequest", "OpenSheetRequest"],
  decide: ["DecidePersonRequest", "DecideSheetRequest"],
  lift: ["LiftSuspension", "LiftSheetSuspension"],
  correct: ["CorrectPerson", "CorrectSheet"],
} as const satisfies Record<string, readonly [CommandName, CommandName]>;

export const commandOf = (what: keyof typeof COMMANDS, { caseId }: About) => COMMANDS[what][caseId ? 0 : 1];
export const subjectOf = ({ caseId, consultationId }: About) => caseId ?? consultationId ?? "";
export const pageOf = ({ caseId, consultationId }: About) => (caseId ? `/cases/${caseId}` : `/consultations/${consultationId}`);
export const paperOf = ({ caseId, consultationId }: About) => (caseId ? `/print/disclosure/${caseId}` : `/print/sheet-disclosure/${consultationId}`);
