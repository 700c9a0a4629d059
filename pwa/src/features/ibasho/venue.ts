import { Store } from "../../sync/store";
import { vault } from "../../vault/vault";

/** The session whose nicknames lie open on the table; null: the tablet is its owner's. Nobody leaves it without the PIN. */
export const venue = new Store<string | null>(null);

/** It lasts as long as its person's vault, over a locked door too: whoever has no PIN here would never get out. */
let whose: string | null = null;
vault.subscribe(() => {
  const here = vault.get();
  const person = here.state === "none" ? null : here.staffId;
  if (person !== whose) venue.set(null);
  whose = person;
});
