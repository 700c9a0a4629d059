import { Store } from "../../sync/store";

/** The session whose nicknames lie open on the table; null: the tablet is its owner's. Nobody leaves it without the PIN. */
export const venue = new Store<string | null>(null);
