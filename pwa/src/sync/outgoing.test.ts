import { describe, expect, it } from "vitest";
import { GatewayFailure, readAnswer } from "../gateway/client";
import type { CommandEnvelope } from "../gateway/generated";
import { MAX_BATCH, Outgoing, readOutcomes, type Outcome } from "./outgoing";
import { sequence } from "./sequence";
import { uuid7 } from "./uuid7";

const ME = "11111111-1111-7111-8111-111111111111";
type Reply = (commands: CommandEnvelope[]) => unknown;

function command(author = ME): CommandEnvelope {
  return { id: uuid7(), type: "RecordVisit", v: 1, author, subject: uuid7(), deviceSeq: 1, capturedAt: "2026-11-24T03:00:00Z", payload: {} };
}

function outcome(id: string, status: Outcome["status"]): Outcome {
  return { id, status, code: null, message: null, reason: null, fields: [], refs: {}, incarnation: null };
}

const accept: Reply = (commands) => ({ submit: commands.map((each) => outcome(each.id, "ACCEPTED")) });
const fail = (failure: GatewayFailure): Reply => () => { throw failure; };

/** A queue whose requests get the given replies in turn (the last one stays), and whose timers run by hand. */
function bench(...replies: Reply[]) {
  const requests: string[][] = [];
  const waits: number[] = [];
  let timer: (() => void) | null = null;
  const outgoing = new Outgoing({
    send: async (commands) => {
      requests.push(commands.map((each) => each.id));
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      return reply?.(commands);
    },
    now: () => 1_000,
    random: () => 1,
    later: (run, ms) => {
      waits.push(ms);
      timer = run;
      return () => { timer = null; };
    },
  });
  outgoing.signedIn(ME);
  const settle = () => new Promise((done) => setTimeout(done, 0));
  const tick = async () => { const run = timer; timer = null; run?.(); await settle(); };
  return { outgoing, requests, waits, settle, tick };
}

describe("what counts as an answer", () => {
  it("takes an accepted outcome and counts it as received", async () => {
    const { outgoing } = bench(accept);
    expect((await outgoing.submit(command())).status).toBe("ACCEPTED");
    expect(outgoing.standing.get()).toEqual({ deviceOnly: 0, sent: 0, received: 1, lastReceivedAt: 1_000, paused: false });
  });

  it("hands a refusal to its author and does not count it as received", async () => {
    const { outgoing } = bench((all) => ({ submit: all.map((each) => outcome(each.id, "REFUSED")) }));
    expect((await outgoing.submit(command())).status).toBe("REFUSED");
    expect(outgoing.standing.get().received).toBe(0);
    expect(outgoing.unsent).toBe(0);
  });

  it.each([
    ["a captive portal's page", fail(new GatewayFailure("not_an_answer"))],
    ["nothing at all", fail(new GatewayFailure("unreachable"))],
    ["a 200 with another body", () => ({ ok: true })],
    ["an outcome of another command", () => ({ submit: [outcome(uuid7(), "ACCEPTED")] })],
    ["a status nobody knows", (all: CommandEnvelope[]) => ({ submit: all.map((each) => ({ ...outcome(each.id, "ACCEPTED"), status: "OK" })) })],
    ["an outcome without its fields", (all: CommandEnvelope[]) => ({ submit: all.map((each) => ({ id: each.id, status: "ACCEPTED" })) })],
  ] as [string, Reply][])("keeps the command after %s and sends the same id again", async (_what, reply) => {
    const { outgoing, requests, tick, settle } = bench(reply, accept);
    const envelope = command();
    const answer = outgoing.submit(envelope);
    await settle();
    expect(outgoing.standing.get()).toMatchObject({ deviceOnly: 1, sent: 0, received: 0 });
    await tick();
    expect((await answer).status).toBe("ACCEPTED");
    expect(requests).toEqual([[envelope.id], [envelope.id]]);
  });

  it("says sent only once the gateway has it", async () => {
    const { outgoing, settle, tick } = bench((all) => ({ submit: all.map((each) => outcome(each.id, "RETRY")) }), accept);
    void outgoing.submit(command());
    await settle();
    expect(outgoing.standing.get()).toMatchObject({ deviceOnly: 0, sent: 1, received: 0 });
    await tick();
    expect(outgoing.standing.get()).toMatchObject({ deviceOnly: 0, sent: 0, received: 1 });
  });
});

describe("trying again", () => {
  it("waits longer each time, up to a minute", async () => {
    const { outgoing, waits, tick, settle } = bench(fail(new GatewayFailure("unreachable")));
    void outgoing.submit(command());
    await settle();
    for (let i = 0; i < 8; i++) await tick();
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(60_000);
  });

  it("does not wait when the network comes back", async () => {
    const { outgoing, settle } = bench(fail(new GatewayFailure("unreachable")), accept);
    const answer = outgoing.submit(command());
    await settle();
    outgoing.nudge();
    expect((await answer).status).toBe("ACCEPTED");
  });

  it("lets the neighbours of an unanswered command go through", async () => {
    const [late, early] = [command(), command()];
    const { outgoing, settle, requests, tick } = bench(
      fail(new GatewayFailure("unreachable")),
      (all) => ({ submit: all.filter((each) => each.id === early.id).map((each) => outcome(each.id, "ACCEPTED")) }),
      accept,
    );
    void outgoing.submit(late);
    void outgoing.submit(early);
    await settle();
    await tick();
    expect(requests[1]).toEqual([late.id, early.id]);
    expect(requests[2]).toEqual([late.id]);
    expect(outgoing.unsent).toBe(0);
  });

  it("halves a batch that is too large, and refuses a single command that is", async () => {
    const big = command();
    const { outgoing, requests } = bench((all) => {
      if (all.some((each) => each.id === big.id)) throw new GatewayFailure("refused", "body_too_large");
      return accept(all);
    });
    outgoing.signedOut();
    const answers = [command(), big, command()].map((each) => outgoing.submit(each));
    outgoing.signedIn(ME);
    const outcomes = await Promise.all(answers);
    expect(outcomes.map((each) => each.status)).toEqual(["ACCEPTED", "REFUSED", "ACCEPTED"]);
    expect(outcomes[1]?.code).toBe("body_too_large");
    expect(requests.every((request) => request.length <= MAX_BATCH)).toBe(true);
  });

  it("never sends more than the gateway takes at once", async () => {
    const { outgoing, requests } = bench(accept);
    outgoing.signedOut();
    const answers = Array.from({ length: 120 }, () => outgoing.submit(command()));
    outgoing.signedIn(ME);
    await Promise.all(answers);
    expect(requests.map((request) => request.length)).toEqual([50, 50, 20]);
  });
});

describe("the end of a session", () => {
  it("pauses, keeps everything and goes on after the sign-in", async () => {
    const { outgoing, requests, settle, tick } = bench(fail(new GatewayFailure("signed_out")), accept);
    const answer = outgoing.submit(command());
    await settle();
    await tick();
    expect([requests.length, outgoing.unsent, outgoing.standing.get().paused]).toEqual([1, 1, true]);
    outgoing.signedIn(ME);
    expect((await answer).status).toBe("ACCEPTED");
  });

  it("does not send one person's command under another's name", async () => {
    const { outgoing, requests, settle } = bench(accept);
    outgoing.signedIn("22222222-2222-7222-8222-222222222222");
    void outgoing.submit(command());
    await settle();
    expect(requests).toEqual([]);
    expect(outgoing.unsent).toBe(1);
    outgoing.signedIn(ME);
    await settle();
    expect(outgoing.unsent).toBe(0);
  });
});

describe("reading", () => {
  it("refuses bodies that are not GraphQL answers", () => {
    for (const body of [null, "ok", [], {}, { message: "ok" }]) expect(() => readAnswer(body)).toThrow("not_an_answer");
    expect(() => readOutcomes({ submit: "done" })).toThrow("not_an_answer");
  });

  it("keeps the gateway's own words of an error", () => {
    const body = { data: null, errors: [{ message: "いま使えません", extensions: { code: "service_unavailable" } }] };
    expect(() => readAnswer(body)).toThrow("service_unavailable");
  });

  it("tells an empty answer from one that failed", () => {
    expect(readAnswer({ data: { case: null } })).toEqual({ case: null });
    expect(() => readAnswer({ data: { case: null }, errors: [{ message: "x", extensions: { code: "service_unavailable" } }] })).toThrow();
  });
});

describe("ids and order", () => {
  it("makes version 7 ids that sort by time", () => {
    expect(uuid7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid7(1_000) < uuid7(2_000)).toBe(true);
  });

  it("always grows, also when the clock stands still", () => {
    const next = sequence(() => 5);
    expect([next(), next(), next(100), next()]).toEqual([5, 6, 101, 102]);
  });
});
