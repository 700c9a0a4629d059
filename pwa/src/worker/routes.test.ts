import { describe, expect, it } from "vitest";
import { keptFor, SHELL } from "./routes";

const origin = "https://banso.test";
const files = [SHELL, "/assets/first-abc.js", "/icon.svg"];
const ask = (path: string, mode = "cors", method = "GET") => keptFor({ method, mode, url: origin + path }, origin, files);

describe("what the worker answers", () => {
  it("opens every screen with the shell", () => {
    for (const path of ["/", "/sign-in", "/today", "/cases/0190?from=today", "/cases/0190/visits/new"]) expect(ask(path, "navigate")).toBe(SHELL);
  });

  it("gives the files of its own build", () => {
    expect(ask("/assets/first-abc.js")).toBe("/assets/first-abc.js");
    expect(ask("/icon.svg", "no-cors")).toBe("/icon.svg");
  });

  it("leaves everything else alone", () => {
    for (const path of ["/graphql", "/session", "/signals", "/handed-in", "/sw.js", "/readyz", "/assets/first-old.js", "/icon.svg?x=1"]) {
      expect(ask(path)).toBeNull();
      expect(ask(path, "navigate")).toBeNull();
    }
    expect(ask("/today")).toBeNull();
    expect(ask("/today", "navigate", "POST")).toBeNull();
    expect(keptFor({ method: "GET", mode: "navigate", url: "https://other.test/today" }, origin, files)).toBeNull();
  });
});
