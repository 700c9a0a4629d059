import { loadDevice, startDevice } from "../src/app/device";
import { signIn } from "../src/gateway/client";
import { ask } from "../src/gateway/client";
import { Me } from "../src/gateway/documents";
import { sentencesReady } from "../src/i18n/messages";
import { enqueue, queueCounts } from "../src/sync/queue";
import { uuid7 } from "../src/sync/uuid7";
import { unlock } from "../src/vault/vault";

declare global {
  interface Window {
    harness: typeof harness;
    /** Told by the test: this id is on the disk. */
    durable?: (id: string) => void;
  }
}

function visit(memo: string): Record<string, unknown> {
  const visitedAt = new Date().toISOString();
  return { visitId: uuid7(), visitedAt, outcome: "through_door", withWhom: ["person"], personWords: "", familyWords: "", memo, nextPromise: { on: null, note: "" } };
}

const harness = {
  ready: sentencesReady.then(startDevice),
  async setUp(login: string, password: string, pin: string): Promise<void> {
    await signIn(login, password, null);
    const { me } = await ask(Me, {});
    const device = await loadDevice();
    await device.setUpPin(me.staff.id, pin, "試し");
    await device.signedIn(me.staff.id);
  },
  unlock,
  /** One after the other, as fast as the disk goes; answers how long each took in ms. */
  async queue(cases: string[], count: number): Promise<number[]> {
    const took: number[] = [];
    for (let n = 0; n < count; n++) {
      const begun = performance.now();
      const { id } = await enqueue("RecordVisit", cases[n % cases.length] as string, visit(`訪問 ${n}`));
      took.push(performance.now() - begun);
      window.durable?.(id);
    }
    return took;
  },
  async send(): Promise<void> {
    (await loadDevice()).wakeWorker();
  },
  counts: () => queueCounts.get(),
};
window.harness = harness;
