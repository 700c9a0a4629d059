import { ask, postJson } from "../gateway/client";
import { Me, Notices, RegisterDevice, SubmitSealed, Sync } from "../gateway/documents";
import type { MeQuery, NoticesQuery, SyncQuery } from "../gateway/generated";
import type { Registration, SealedCommand } from "./sealing";

/** What the device says to the gateway and hears from it; nothing else in `sync` touches the network. */
export interface Wire {
  me: () => Promise<MeQuery["me"]>;
  notices: () => Promise<NoticesQuery["notices"]>;
  register: (device: { id: string; name: string }) => Promise<Registered>;
  submitSealed: (commands: SealedCommand[]) => Promise<unknown>;
  sync: (have: Held[], waiting: number) => Promise<SyncAnswer>;
  handIn: (commands: SealedCommand[]) => Promise<unknown>;
}

export interface Registered extends Omit<Registration, "device"> {
  readableHours: number;
}

export type SyncAnswer = SyncQuery["sync"];

export interface Held {
  kind: "case" | "session";
  id: string;
  etag: string;
}

export const wire: Wire = {
  me: async () => (await ask(Me, {})).me,
  notices: async () => (await ask(Notices, {})).notices,
  register: async (device) => (await ask(RegisterDevice, { device })).registerDevice,
  submitSealed: (commands) => ask(SubmitSealed, { commands }),
  sync: async (have, waiting) => (await ask(Sync, { have, waiting })).sync,
  handIn: (commands) => postJson("/handed-in", { commands }),
};
