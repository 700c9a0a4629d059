import type { ComponentType } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { GatewayFailure } from "../gateway/client";
import { NotFound } from "../features/problem/NotFound";
import Today from "../features/today/Today";
import { Waiting } from "../ui/parts";
import { useStore } from "../ui/hooks";
import { paths } from "./paths";
import { match, place } from "./router";

type ScreenOf = ComponentType<{ id: string }>;
type Screens = Partial<Record<keyof typeof paths, ScreenOf>>;

const RETRY_MS = 3_000;

const Nowhere: ScreenOf = () => <NotFound page />;

/** What has been fetched. Files that few pages need come only when asked for; all the others are one. */
const screens: Screens = { today: Today };
const account = (): Promise<Screens> => import("../features/account/screens");
const managers = (): Promise<Screens> => import("../features/managers");
const requests = (): Promise<Screens> => import("../features/requests/screens");
const sharing = (): Promise<Screens> => import("../features/sharing/screens");
const apart: Partial<Record<string, () => Promise<Screens>>> = {
  account,
  accessLog: managers,
  requests,
  caseRequests: requests,
  sheetRequests: requests,
  closedCases: requests,
  closing: requests,
  devices: account,
  called: sharing,
  sharing,
  staff: managers,
  statistics: managers,
  tokens: () => import("../features/ibasho/TokenSheet").then((part) => ({ tokens: part.default })),
};
let hasRest = false;

async function fetchScreens(name: keyof typeof paths | undefined): Promise<void> {
  if (name && !screens[name]) Object.assign(screens, await apart[name]?.());
  if (!hasRest) Object.assign(screens, await import("../features/rest"));
  hasRest = true;
}

/** The screen of the address. While its code cannot be fetched the page stays, with everything unsent, and asks again.
 *  The other screens are fetched while nothing else happens, so that a lost connection does not lock a door. */
export function Screen() {
  const here = useStore(place);
  const found = match(paths, here);
  const name = found?.name as keyof typeof paths | undefined;
  const Part = name ? screens[name] : Nowhere;
  const [tries, setTries] = useState(0);
  useLayoutEffect(() => {
    if (hasRest && Part) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = () => setTries((n) => n + 1);
    const begin = () => void fetchScreens(name).then(next, () => (timer = setTimeout(next, RETRY_MS)));
    if (Part) timer = setTimeout(begin, RETRY_MS);
    else begin();
    return () => clearTimeout(timer);
  }, [!Part, tries]);
  if (!Part) return <Waiting failure={tries > 0 ? new GatewayFailure("unreachable") : null} />;
  return <Part key={here} id={found?.params.id ?? ""} />;
}
