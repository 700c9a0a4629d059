import { t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { sameAs, type Participant } from "./board";
import { newTokenCode, readCode, spokenCode } from "./tokenCode";

export interface Found {
  person: Participant;
  isNew: boolean;
}

/** Whom a typed nickname or a read token means. Null: nothing usable; `mistyped`: a token number that does not check. */
export function findPerson(typed: string, people: readonly Participant[]): Found | "mistyped" | null {
  const read = readCode(typed);
  if (read.kind === "mistyped") return "mistyped";
  const nickname = read.kind === "code" ? t("board.tokenName", { code: spokenCode(read.code) }) : typed.normalize("NFC").trim();
  if (!nickname) return null;
  const made = { nickname, code: read.kind === "code" ? read.code : newTokenCode() };
  const known = sameAs(made, people);
  return known ? { person: known, isNew: false } : { person: { id: uuid7(), ...made }, isNew: true };
}
