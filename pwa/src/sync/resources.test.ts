import { afterEach, describe, expect, it, vi } from "vitest";
import { Case } from "../gateway/documents";
import { saveAndLock } from "../vault/autoLock";
import { vault } from "../vault/vault";
import { answerFromDevice, Resource } from "./resources";

const held = { case: { id: "a" } };

/** A screen that shows a case of this device while the network does as told. Answers how often its reading was written down. */
async function shown(fetching: () => Promise<Response>) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("fetch", fetching);
  vi.stubGlobal("navigator", { onLine: true });
  const viewed = vi.fn(async () => undefined);
  answerFromDevice({ answer: async () => held as never, complete: async (_, answer) => answer, viewed });
  const resource = new Resource(Case, { id: "a" });
  void resource.showDevice();
  void resource.refresh();
  await new Promise((done) => setImmediate(done));
  return { viewed, resource };
}

afterEach(() => {
  vault.set({ state: "none" });
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("what was read from the device", () => {
  it("is written down while a network that swallows everything has not failed yet", async () => {
    const { viewed } = await shown(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(1_900);
    expect(viewed).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(viewed).toHaveBeenCalledTimes(1);
  });

  it("is written down before the vault is locked, however soon that is", async () => {
    const { viewed } = await shown(() => new Promise(() => undefined));
    vault.set({ state: "open", staffId: "me" });
    await saveAndLock();
    expect(viewed).toHaveBeenCalledTimes(1);
  });

  it("is written down at once when the network is known to be away", async () => {
    const { viewed } = await shown(() => Promise.reject(new TypeError("no network")));
    expect(viewed).toHaveBeenCalledTimes(1);
  });

  it("is nothing when the network answers: that read is the owner's to record", async () => {
    const answer = () => Promise.resolve(new Response(JSON.stringify({ data: held }), { headers: { "content-type": "application/json" } }));
    const { viewed, resource } = await shown(answer);
    await vi.advanceTimersByTimeAsync(30_000);
    expect([resource.state.get().from, viewed.mock.calls.length]).toEqual(["network", 0]);
  });
});
