import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import ja from "../../services/contracts/ja.json";
import { lookedUp, namedKeys, putNumbers, readSources, type Catalogue } from "./messages.ts";

const all: Catalogue = ja;
const sources = readSources(new URL("../src", import.meta.url).pathname);
const text = sources.join("\n");

describe("the built application", () => {
  let spoken: [string[], Catalogue] = [[], {}];
  let code = "";

  beforeAll(async () => {
    process.env.NODE_ENV = "production";
    const { output } = (await build({ logLevel: "silent", build: { write: false } })) as Rolldown.RolldownOutput;
    const file = output.find((each) => /^assets\/ja-\w+\.json$/.test(each.fileName));
    spoken = JSON.parse(file?.type === "asset" ? String(file.source) : "[]") as typeof spoken;
    code = output.flatMap((each) => (each.type === "chunk" ? each.code : [])).join("\n");
  }, 60_000);

  it("carries the sentence of every key that its source names", () => {
    const used = Object.keys(all).filter((key) => text.includes(`"${key}"`));
    expect(used.length).toBeGreaterThan(200);
    const numbered = namedKeys(all, sources);
    expect(numbered.toSorted()).toEqual(used.toSorted());
    expect(spoken[0]).toEqual(numbered.map((key) => all[key]));
    expect(used.filter((key) => code.includes(`\`${key}\``) || code.includes(`"${key}"`))).toEqual([]);
  });

  it("carries the whole of every code list that it shows", () => {
    const lists = new Set(Array.from(text.matchAll(/(?:codeText\(|\blist=)"(\w+)"/g), (found) => found[1]));
    const used = Object.keys(all).filter((key) => key.startsWith("code.") && lists.has(key.split(".")[1]));
    expect(used.length).toBeGreaterThan(80);
    expect(used.filter((key) => spoken[1][key] !== all[key])).toEqual([]);
  });

  it("leaves the server's sentences to the server", () => {
    const carried = new Set([...spoken[0], ...Object.values(spoken[1])]);
    const theirs = Object.entries(all).filter(([key, sentence]) => key.startsWith("error.") && !carried.has(sentence));
    expect(theirs.length).toBeGreaterThan(50);
    expect(theirs.filter(([, sentence]) => code.includes(sentence))).toEqual([]);
  });
});

describe("looking up", () => {
  const some = { "error.body_too_large": "1", "error.foreign_host": "2", "code.role.manager": "3", "code.signal_hint.tray": "4", "sum.a.b": "5", "nav.today": "6" };

  it("keeps what is only known while the page runs", () => {
    const source = 'raise("body_too_large"); codeText("role", r); t(`sum.a.${x}`); t("nav.today")';
    expect(Object.keys(lookedUp(some, [source]))).toEqual(["error.body_too_large", "code.role.manager", "sum.a.b"]);
  });

  it("puts numbers in the place of keys, and leaves every other string", () => {
    expect(putNumbers('t("a.b", { n: 1 }); x("a.c", "a.d");', ["a.c", "a.b"])).toBe('t(1, { n: 1 }); x(0, "a.d");');
  });
});

it("carries the sentence of whatever a device's command can be refused with", () => {
  const spoken = lookedUp(all, []);
  for (const code of ["attendance_in_future", "participant_unknown", "body_too_large", "visit_exists"]) expect(spoken[`error.${code}`]).toBe(all[`error.${code}`]);
});
