import { describe, expect, it } from "vitest";
import ja from "../../../services/contracts/ja.json";
import * as codes from "./codes";

const lists: Record<string, readonly string[]> = {
  caller_kind: codes.callerKinds,
  caller_relation: codes.callerRelations,
  channel: codes.channels,
  residence: codes.residences,
  person_knows: codes.personKnows,
  contact_rule: codes.contactRules,
  concern: codes.concerns,
  heard_from: codes.heardFrom,
  yes_no_unclear: codes.yesNoUnclear,
  other_issue: codes.otherIssues,
  urgency: codes.urgencies,
  return_reason: codes.returnReasons,
  visit_outcome: codes.visitOutcomes,
  with_whom: codes.withWhom,
};

describe("code lists", () => {
  it.each(Object.entries(lists))("%s is offered whole, each code with its words", (list, offered) => {
    const prefix = `code.${list}.`;
    const worded = Object.keys(ja).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    expect([...offered].sort()).toEqual(worded.sort());
  });
});
