import { heard } from "../sync/time";
import { Me, type TrustedDocument } from "./documents";

/**
 * Why no answer came:
 *   unreachable   nothing came back, or not within the time
 *   not_an_answer something came back that is not the gateway's (an HTML page of a captive portal, a proxy's text)
 *   signed_out    the session is over
 *   refused       the gateway answered with an error of its own; `code` says which
 */
export type FailureKind = "unreachable" | "not_an_answer" | "signed_out" | "refused";

const BUSY = new Set(["service_unavailable", "too_many_requests", "overloaded"]);

export class GatewayFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly code: string | null = null,
    readonly sentence: string | null = null,
  ) {
    super(code ?? kind);
  }

  /** A definite no, to be asked no more; not an owner that is out of reach for now. */
  get isFinal(): boolean {
    return this.kind === "refused" && !BUSY.has(this.code ?? "");
  }
}

export interface AskOptions {
  keepalive?: boolean;
  timeoutMs?: number;
}

interface GraphQLProblem {
  message: string;
  extensions?: { code?: string };
}

let tellSignedOut: (code: string | null) => void = () => undefined;
let tellReached: (reached: boolean) => void = () => undefined;

/** Called whenever any answer says that the session is over (`signed_out`, `device_revoked`). */
export function whenSignedOut(act: (code: string | null) => void): void {
  tellSignedOut = act;
}

/** Called after every request: did the gateway itself answer? */
export function whenReached(act: (reached: boolean) => void): void {
  tellReached = act;
}

let who: () => Who = () => ({});

interface Who {
  person?: string | null;
  device?: string | null;
}

/** Whose page this is, and on which device: said with every request, so that nobody is answered with another's cookie,
 *  and a revoked device hears of it with no cookie at all. */
export function sayWho(asked: () => Who): void {
  who = asked;
}

/** Whose page this is; empty when it is nobody's. */
export const whose = () => who().person ?? "";

/** Ask with a trusted document. A partial answer (some parts unavailable) comes back as data. */
export async function ask<Answer, Variables>(
  document: TrustedDocument<Answer, Variables>,
  variables: Variables,
  options: AskOptions = {},
): Promise<Answer> {
  const asker = whose();
  try {
    const answer = readAnswer<Answer>(await post("/graphql", { documentId: document, variables }, options, document === Me));
    tellReached(true);
    return answer;
  } catch (failure) {
    if (failure instanceof GatewayFailure) tellReached(failure.code !== null || failure.kind === "signed_out");
    if (failure instanceof GatewayFailure && failure.kind === "signed_out" && asker === whose()) tellSignedOut(failure.code);
    throw failure;
  }
}

/** The answer inside a GraphQL response body, or the failure it tells. */
export function readAnswer<Answer>(body: unknown): Answer {
  if (!isRecord(body) || !("data" in body || "errors" in body)) throw new GatewayFailure("not_an_answer");
  if (isRecord(body.data) && !hasEmptyRoot(body.data, body.errors)) return body.data as Answer;
  const problem = Array.isArray(body.errors) ? (body.errors[0] as GraphQLProblem | undefined) : undefined;
  if (!problem || typeof problem.message !== "string") throw new GatewayFailure("not_an_answer");
  const code = problem.extensions?.code ?? null;
  if (code === "signed_out" || code === "unauthenticated" || code === "device_revoked") throw new GatewayFailure("signed_out", code);
  throw new GatewayFailure("refused", code, problem.message);
}

/** A root that came back empty together with an error is a failure, not "there is none". */
function hasEmptyRoot(data: Record<string, unknown>, errors: unknown): boolean {
  return Array.isArray(errors) && errors.length > 0 && Object.values(data).every((root) => root === null);
}

/** A same-origin POST outside GraphQL. The body must be JSON and the status a success. */
export async function postJson(path: string, body: unknown): Promise<unknown> {
  const said = await post(path, body, {});
  if (isRecord(said) && said.deviceRevoked) tellSignedOut("device_revoked");
  return said;
}

/** @param anybody The question is whose cookie this is. */
async function post(path: string, body: unknown, options: AskOptions, anybody = false): Promise<unknown> {
  const { person, device } = who();
  const sent = Date.now();
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        ...{ "content-type": "application/json", accept: "application/json" },
        ...(person && !anybody && { "x-banso-person": person }),
        ...(device && { "x-banso-device": device }),
      },
      body: JSON.stringify(body),
      keepalive: options.keepalive ?? false,
      signal: AbortSignal.timeout(options.timeoutMs ?? 20_000),
    });
  } catch {
    throw new GatewayFailure("unreachable");
  }
  if (response.status === 413) throw new GatewayFailure("refused", "body_too_large");
  const said = await readJson(response);
  heard(response.headers.get("date"), sent);
  // A portal's 401 is a page, not ours: only a 401 that says so in our own words ends a session.
  if (response.status === 401) throw signedOut(said);
  if (!response.ok && !(isRecord(said) && "errors" in said)) throw new GatewayFailure("not_an_answer", codeOf(said), sentenceOf(said));
  return said;
}

function signedOut(said: unknown): GatewayFailure {
  const code = codeOf(said);
  return code ? new GatewayFailure("signed_out", code, sentenceOf(said)) : new GatewayFailure("not_an_answer");
}

const sentenceOf = (said: unknown) => (isRecord(said) ? String(said.message ?? "") || null : null);

function codeOf(said: unknown): string | null {
  return isRecord(said) && typeof said.code === "string" ? said.code : null;
}

async function readJson(response: Response): Promise<unknown> {
  if (!response.headers.get("content-type")?.includes("json")) throw new GatewayFailure("not_an_answer");
  try {
    return await response.json();
  } catch {
    throw new GatewayFailure("not_an_answer");
  }
}

/** "ok", "revoked", or the gateway's own sentence of why not; empty when nobody answered. */
export type SignInResult = string;

/** `device`: this browser profile's id, when it has one. */
export async function signIn(login: string, password: string, device: string | null): Promise<SignInResult> {
  try {
    const response = await fetch("/session", {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(device ? { login, password, device } : { login, password }),
      signal: AbortSignal.timeout(20_000),
    });
    const said = await readJson(response);
    if (!response.ok) return refusalOf(signedOut(said));
    return isRecord(said) && "staff" in said ? "ok" : ""; // a portal's answer lets nobody in
  } catch {
    return "";
  }
}

export const refusalOf = ({ code, sentence }: GatewayFailure): SignInResult => (code === "device_revoked" ? "revoked" : (sentence ?? ""));

/** False when the gateway did not answer: the session may live on. */
export async function signOut(): Promise<boolean> {
  try {
    const said = await readJson(await fetch("/session", { method: "DELETE", credentials: "same-origin" }));
    return isRecord(said) && "signedOut" in said;
  } catch {
    return false;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
