import { expect, it } from "vitest";
import { vault } from "../../vault/vault";
import { venue } from "./venue";

it("lasts over a locked door, and never longer than its person's vault", () => {
  const begin = () => {
    vault.set({ state: "open", staffId: "mori" });
    venue.set("session");
  };
  begin();
  vault.set({ state: "locked", staffId: "mori" });
  vault.set({ state: "open", staffId: "mori" });
  expect(venue.get(), "the PIN at the door is no way out of it").toBe("session");
  vault.set({ state: "none" });
  expect(venue.get(), "a forgotten PIN, or ten wrong ones").toBeNull();
  begin();
  vault.set({ state: "locked", staffId: "kobayashi" });
  expect(venue.get(), "a colleague signed in").toBeNull();
});
