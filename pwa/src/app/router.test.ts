import { describe, expect, it } from "vitest";
import { match } from "./router";

const patterns = { open: "/consultations/new", sheet: "/consultations/:id", visit: "/cases/:id/visits/new" };

describe("addresses", () => {
  it("prefers the earlier pattern and reads ids", () => {
    expect(match(patterns, "/consultations/new?draft=1")).toEqual({ name: "open", params: {} });
    expect(match(patterns, "/consultations/42")).toEqual({ name: "sheet", params: { id: "42" } });
    expect(match(patterns, "/cases/7/visits/new")).toEqual({ name: "visit", params: { id: "7" } });
    expect(match(patterns, "/consultations/")).toBeNull();
    expect(match(patterns, "/elsewhere")).toBeNull();
  });
});
