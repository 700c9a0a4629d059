import type { ComponentChildren, TargetedMouseEvent } from "preact";
import { Store } from "../sync/store";

/** Where we are: path and query. Ids only; nothing that anybody typed is ever put into an address. */
export const place = new Store<string>(typeof location === "undefined" ? "/" : location.pathname + location.search);

/** While set, nothing leads away from this address: the tablet lies open before visitors. */
export const held = new Store<string | null>(null);

if (typeof window !== "undefined") addEventListener("popstate", () => goBack(held.get()));

function goBack(kept: string | null): void {
  if (kept !== null) history.pushState(null, "", kept);
  else place.set(location.pathname + location.search);
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (to === place.get() || held.get() !== null) return;
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  place.set(to);
  if (!options.replace) scrollTo(0, 0);
}

/** Change the address without leaving the screen, such as when a draft gets its id. */
export function rememberInAddress(to: string): void {
  history.replaceState(null, "", to);
}

export function query(name: string): string | null {
  return new URLSearchParams(location.search).get(name);
}

interface LinkProps {
  href: string;
  class?: string | undefined;
  onClick?: () => void;
  "aria-current"?: "page" | undefined;
  "aria-label"?: string;
  children: ComponentChildren;
}

export function Link({ href, children, onClick, ...rest }: LinkProps) {
  const go = (event: TargetedMouseEvent<HTMLAnchorElement>) => {
    onClick?.();
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={go}>{children}</a>;
}

export interface Match {
  name: string;
  params: Record<string, string>;
}

/** `/cases/:id` against `/cases/0190…`; the first pattern that fits wins. */
export function match(patterns: Record<string, string>, path: string): Match | null {
  const found = path.split("?")[0]?.split("/") ?? [];
  for (const [name, pattern] of Object.entries(patterns)) {
    const wanted = pattern.split("/");
    if (wanted.length !== found.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, index) => {
      const here = found[index] ?? "";
      if (!part.startsWith(":")) return part === here;
      params[part.slice(1)] = here;
      return here !== "";
    });
    if (fits) return { name, params };
  }
  return null;
}
