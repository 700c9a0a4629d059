import type { ComponentType } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { GatewayFailure } from "../gateway/client";
import { NotFound } from "../features/problem/NotFound";
import Today from "../features/today/Today";
import { t } from "../i18n/messages";
import { Waiting } from "../ui/parts";
import { useStore } from "../ui/hooks";
import { paths } from "./paths";
import { match, place } from "./router";
import { lookForUpdate } from "./updates";

type ScreenOf = ComponentType<{ id: string }>;
type Screens = Partial<Record<keyof typeof paths, ScreenOf>>;

const [RETRY_MS, LONGEST_MS] = [3_000, 20_000];

const Nowhere: ScreenOf = () => <NotFound page />;

/** What has been fetched. */
const screens: Screens = { today: Today };
let hasRest = false;

/** The screens of every day, which are one file, and the wanted one, should it be none of them. */
async function fetchScreens(name: keyof typeof paths | undefined): Promise<void> {
  if (!hasRest) Object.assign(screens, await import("../features/rest"));
  hasRest = true;
  if (name && !screens[name]) Object.assign(screens, await import("../features/onDemand"));
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
    const late = () => new Promise((_, no) => setTimeout(no, LONGEST_MS));
    const begin = () => void Promise.race([fetchScreens(name), late()]).then(() => setTried({}), () => (lookForUpdate(), setTried({ failed: name })));
    if (!Part && !hasFailed) return begin();
    const timer = setTimeout(begin, RETRY_MS);
    return () => clearTimeout(timer);
  }, [name, tried]);
  if (!Part) return <Waiting failure={hasFailed ? new GatewayFailure(navigator.onLine ? "not_an_answer" : "unreachable", null, t("problem.screenGone")) : null} />;
  return <Part key={here} id={found?.params.id ?? ""} />;
}
