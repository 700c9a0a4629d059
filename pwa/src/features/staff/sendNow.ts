import { type CommandName, sentenceOf, submit } from "../../app/outgoing";
import { me } from "../../app/session";
import { GatewayFailure } from "../../gateway/client";

/** A command that must happen now or not at all: anything but acceptance is a failure with its sentence. */
export async function sendNow(type: CommandName, subject: string, payload: Record<string, unknown>): Promise<void> {
  const outcome = await submit(me().staff.id, type, subject, payload);
  if (outcome.status !== "ACCEPTED") throw new GatewayFailure("refused", outcome.code, sentenceOf(outcome));
}
