import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useAttention } from "../features/attention/useAttention";
import { Today } from "../gateway/documents";
import { codeText, t, type MessageKey } from "../i18n/messages";
import { Icon, Mark, type IconName } from "../ui/Icon";
import { useAsked, useStore } from "../ui/hooks";
import { Link, place } from "./router";
import { hasRole, leave, me } from "./session";
import { standing } from "./standing";
import { DeviceTrouble, StrayRefusals, SyncLine } from "./SyncLine";
import { UpdateLine } from "./UpdateLine";
import { Veil, veiled as veiledStore } from "./Veil";

interface Place {
  href: string;
  key: MessageKey;
  icon: IconName;
  count: number;
}

const placeAt = (href: string, key: MessageKey, icon: IconName, count = 0): Place => ({ href, key, icon, count });

/** Bottom bar in the hand, side rail on the desk. It shows what exists and what the person's role uses. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { data } = useAsked(Today, {}, ["tray", "notices", "case"]);
  const veiled = useStore(veiledStore);
  const here = useStore(place);
  const task = here.includes("/visits/new");
  const main = useRef<HTMLElement>(null);
  useFocusOnArrival(main, here);
  const waiting = hasRole("coordinator", "manager") ? (data?.today.handoffsWaiting ?? 0) : (data?.today.returnedHandoffs.length ?? 0);
  const attention = useAttention().count;
  const badge = attention + useStore(standing).deviceOnly;
  // The app's icon says what is unsent or waits for a person: a number and nothing else. Some systems want a permission for it first.
  useEffect(() => void navigator.setAppBadge?.(badge).catch(() => undefined), [badge]);
  const places = placesOf(waiting, data?.today.unreadNotices ?? 0, attention);
  return (
    <div class={task ? "app taskmode" : "app has-rail"}>
      <a class="skip" href="#main" onClick={(event) => skipTo(event, main.current)}>{t("app.skip")}</a>
      <header class="bar">
        <SyncLine />
        <span class="me"><Icon name="user" /><Link href="/account">{me().staff.name}</Link>{!task && <button class="btn text" type="button" onClick={() => void leave()}>{t("nav.signOut")}</button>}</span>
      </header>
      {!task && <Nav places={places} here={here} onVeil={() => veiledStore.set(true)} />}
      <main id="main" ref={main} tabIndex={-1}>
        <DeviceTrouble />
        <UpdateLine />
        <StrayRefusals />
        {children}
      </main>
      {veiled && <Veil onBack={() => veiledStore.set(false)} />}
    </div>
  );
}

function placesOf(handoffs: number, notices: number, attention: number): Place[] {
  return [
    placeAt("/today", "nav.today", "today"),
    attention > 0 && placeAt("/needs-attention", "nav.attention", "flag", attention),
    hasRole("window_staff", "coordinator", "manager") && placeAt("/handoffs", "nav.consultations", "talk", handoffs),
    hasRole("coordinator", "manager", "partner") && placeAt("/cases", "nav.cases", "case"),
    hasRole("coordinator", "ibasho_staff", "manager") && placeAt("/ibasho", "nav.ibasho", "ibasho"),
    placeAt("/notices", "nav.notices", "bell", notices),
    hasRole("window_staff", "coordinator", "ibasho_staff", "manager") && placeAt("/requests", "nav.requests", "letter"),
    hasRole("manager") && placeAt("/statistics", "nav.statistics", "stat"),
    hasRole("manager") && placeAt("/staff", "nav.staff", "user"),
    hasRole("manager", "auditor") && placeAt("/access-log", "nav.accessLog", "see"),
  ].filter((each) => each !== false);
}

function Nav({ places, here, onVeil }: { places: Place[]; here: string; onVeil: () => void }) {
  const [assignment] = me().assignments;
  return (
    <nav class="nav" aria-label={t("nav.main")}>
      <Link class="brand" href="/today" aria-label={`${t("app.name")} ${t("nav.today")}`}><Mark onDark />{t("app.name")}</Link>
      <ul>
        {places.map(({ href, key, icon, count }) => (
          <li key={href}>
            <Link href={href} aria-current={here.replace("/consultations", "/handoffs").startsWith(href) ? "page" : undefined}>
              <Icon name={icon} />{t(key)}
              {count > 0 && <span class="n">{count}<span class="sr">{t("app.itemsUnit")}</span></span>}
            </Link>
          </li>
        ))}
      </ul>
      <p class="who"><Link href="/account">{me().staff.name}</Link><br />{assignment && codeText("role", assignment.role)}</p>
      <button class="out-btn" type="button" onClick={() => void leave()}><Icon name="left" />{t("nav.signOut")}</button>
      <button class="veil-btn" type="button" onClick={onVeil}><Icon name="hide" />{t("nav.veil")}</button>
    </nav>
  );
}

/** After a change of screen the keyboard and the screen reader start at its beginning, unless the screen took the focus itself. */
function useFocusOnArrival(main: { current: HTMLElement | null }, here: string): void {
  const path = here.split("?")[0];
  const first = useRef(true);
  useEffect(() => {
    if (!first.current && !main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
}

function skipTo(event: Event, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}
