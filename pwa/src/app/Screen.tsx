import type { ComponentType } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { GatewayFailure } from "../gateway/client";
import { NotFound } from "../features/problem/NotFound";
import Today from "../features/today/Today";
import { Waiting } from "../ui/parts";
import { useStore } from "../ui/hooks";
import { paths } from "./paths";
import { match, place } from "./router";
import { lookForUpdate } from "./updates";

type ScreenOf = ComponentType<{ id: string }>;
type Screens = Partial<Record<keyof typeof paths, ScreenOf>>;

const RETRY_MS = 3_000;

const Nowhere: ScreenOf = () => <NotFound page />;

/** What has been fetched. Files that few screens need come only when asked for; all the others are one. */
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

/** The screen of the address. While its code cannot be fetched the page stays, with everything unsent, and asks again; the code may be
 *  gone with the version it belongs to, so a newer one is looked for. The screens of every day are fetched while nothing else happens,
 *  so that a lost connection does not lock a door. */
export function Screen() {
  const here = useStore(place);
  const found = match(paths, here);
  const name = found?.name as keyof typeof paths | undefined;
  const Part = name ? screens[name] : Nowhere;
  const [tried, setTried] = useState<{ failed?: string | undefined }>({});
  const hasFailed = tried.failed === name;
  useLayoutEffect(() => {
    if (hasRest && Part) return;
    const begin = () => void fetchScreens(name).then(() => setTried({}), () => (lookForUpdate(), setTried({ failed: name })));
    if (!Part && !hasFailed) return begin();
    const timer = setTimeout(begin, RETRY_MS);
    return () => clearTimeout(timer);
  }, [name, tried]);
  if (!Part) return <Waiting failure={hasFailed ? new GatewayFailure(navigator.onLine ? "not_an_answer" : "unreachable") : null} />;
  return <Part key={here} id={found?.params.id ?? ""} />;
}
