import { Store } from "../../sync/store";
import { vault } from "../../vault/vault";

/** The session whose nicknames lie open on the table; null: the tablet is its owner's. Nobody leaves it without the PIN. */
export const venue = new Store<string | null>(null);

/** It lasts as long as its person's vault, over a locked door too: whoever has no PIN here would never get out. */
let whose: string | undefined;
vault.subscribe(() => {
  const { staffId } = vault.get() as { staffId?: string };
  if (staffId !== whose) venue.set(null);
  whose = staffId;
});
