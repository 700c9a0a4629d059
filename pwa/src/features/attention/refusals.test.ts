import { expect, it } from "vitest";
import { fieldsOf, refusalText } from "./refusals";

it("says the reason and the field in words, and something safe for what it does not know", () => {
  expect(refusalText({ code: "case_is_closed", fields: [] })).toContain("このケースは終わっています");
  expect(refusalText({ code: "from_the_future", fields: [] })).toContain("この端末に残っています");
  expect(refusalText(null)).toContain("この端末に残っています");
  expect(fieldsOf({ code: "malformed_payload", fields: [{ path: "visitedAt", code: "date_in_future" }, { path: "nextPromise.on", code: "whatever" }] })).toEqual(["日時", "次の約束"]);
});
