import { expect, it } from "vitest";
import { renamed, shortNames } from "./minified.ts";

const names = shortNames([
  { fileName: "assets/first-1.js", exports: ["useNow", "Link"] },
  { fileName: "assets/screens-2.js", exports: ["rest_exports"] },
]);

it("calls what one file takes from another the same in both", () => {
  const [link, now] = ["first-1.js Link", "first-1.js useNow"].map((name) => names.get(name));
  const giving = renamed("export { Link, useNow$1 as useNow };", "first-1.js", names);
  const taking = renamed('import { Link as Link$2, useNow } from "./first-1.js";', "screens-2.js", names);
  expect([giving.called, taking.called]).toEqual([{ $Link: link, $useNow$1: now }, { $Link$2: link, $useNow: now }]);
  expect(giving.code).toBe(`export { useNow$1 as ${now}, Link as ${link} };`);
  expect(taking.code).toBe(`import { ${now} as useNow, ${link} as Link$2 } from "./first-1.js";`);
});

it("also where it is taken later", () => {
  const { code } = renamed('import("./screens-2.js").then((n) => n.rest_exports)', "first-1.js", names);
  expect(code).toBe(`import("./screens-2.js").then((n) => n.${names.get("screens-2.js rest_exports")})`);
});

it("does not let a name go that nobody gives, nor a form that it does not know", () => {
  expect(() => renamed('import { Gone } from "./first-1.js";', "screens-2.js", names)).toThrow("first-1.js does not give Gone");
  expect(() => renamed('import("./screens-2.js").then(({ rest_exports }) => rest_exports)', "first-1.js", names)).toThrow("screens-2.js");
});
