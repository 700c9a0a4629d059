import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { codeText, t, type MessageKey } from "../i18n/messages";
import type { GatewayFailure } from "../gateway/client";
import { useTitle } from "./hooks";
import { Icon, type IconName } from "./Icon";

/** The contact-safety banner: what binds every channel, before anything else on the page. */
export function Guard(props: { rules: readonly string[]; lines?: readonly string[]; foot?: ComponentChildren; small?: boolean; level: 2 | 3 | 4 }) {
  const { rules, lines = [], foot, small = false, level } = props;
  const Title = `h${level}` as const;
  const said = [...new Set(lines.filter(Boolean))];
  return (
    <section class={small ? "guard s" : "guard"} role={small ? "group" : "region"} aria-label={t("case.guard")}>
      <span class="mark"><Icon name="shield" large /></span>
      <div class="body">
        <Title>{t("case.guard")}</Title>
        <ul>
          {rules.map((rule) => <li key={rule}><Icon name={ruleIcon(rule)} />{codeText("contact_rule", rule)}</li>)}
          {said.map((line) => <li key={line} class="said"><Icon name="info" />{line}</li>)}
          {rules.length === 0 && said.length === 0 && <li>{t("case.guardNone")}</li>}
        </ul>
        {foot}
      </div>
    </section>
  );
}

function ruleIcon(rule: string): IconName {
  const icons: Record<string, IconName> = {
    no_home_phone: "phone-off", no_city_envelope: "mail-off", no_letter: "mail-off", no_visit: "door",
    caller_mobile_only: "phone", mail_only: "letter", afternoon_only: "clock", any_way: "ok",
  };
  return icons[rule] ?? "shield";
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return <div class="empty"><b>{title}</b>{children}</div>;
}

/** A list in a card of its own, under its name; `side` stands at the right of it. */
export function Section({ id, title, side, children }: { id: string; title: string; side?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="card card-flush" aria-labelledby={id}>
      <div class="card-head"><h2 id={id}>{title}</h2><span class="sp sub">{side}</span></div>
      {children}
    </section>
  );
}

export function Note({ icon = "info", kind = "", children }: { icon?: IconName; kind?: "" | "ok" | "err" | "soft"; children: ComponentChildren }) {
  return <div class={`note ${kind}`}><Icon name={icon} /><div class="grow">{children}</div></div>;
}

/** What the screen is called, on the page and in its tab, and what it is for. */
export function ScreenHead({ title, children }: { title: MessageKey; children: ComponentChildren }) {
  useTitle(title);
  return <div class="head tight"><h1>{t(title)}</h1><p>{children}</p></div>;
}

/** What went wrong, if anything did, read out at once. */
export function Alert({ text }: { text: string | null }) {
  return text && <Note kind="err"><p role="alert">{text}</p></Note>;
}

/** What a screen shows while its answer is not here, or cannot come. */
export function Waiting({ failure }: { failure: GatewayFailure | null }) {
  if (!failure) return <p class="sub pad" role="status">{t("app.loading")}</p>;
  const text = failure.kind === "unreachable" ? t("problem.offline") : (failure.sentence ?? t("problem.unavailableText"));
  return (
    <div class="empty" role="status">
      <b>{t("problem.unavailable")}</b>
      {text}
    </div>
  );
}

/** Old data with a failed refresh: say so instead of pretending. */
export function Stale({ failure }: { failure: GatewayFailure | null }) {
  return failure ? <Note icon="cloud-off"><p role="status">{t("problem.stale")}</p></Note> : null;
}

/** Without `onClose` nobody closes it. A browser does after some Escapes, whatever is said to `cancel`, alone or with others: all are
 *  then shown anew, in the order of the page, or the lower one would lie over the upper. */
export function Modal(props: { label: string; onClose?: () => void; class?: string; children: ComponentChildren }) {
  const { label, onClose, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    const isOpen = dialog.current?.open;
    if (onClose && !(isOpen && event.type === "close")) return onClose();
    if (isOpen) return;
    const all = document.querySelectorAll<HTMLDialogElement>("dialog");
    all.forEach((each) => each.close());
    all.forEach((each) => each.showModal());
  };
  return (
    <dialog ref={dialog} class={props.class} aria-label={label} onCancel={cancel} onClose={cancel}>
      {children}
    </dialog>
  );
}

interface DialogProps {
  title: string;
  submit: string;
  busy?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  /** More buttons, between the two. */
  more?: ComponentChildren;
  children: ComponentChildren;
}

/** A question over the page: what it is about, the answer, and the way back. */
export function Dialog({ title, submit, busy = false, onSubmit, onClose, more, children }: DialogProps) {
  const go = (event: Event) => {
    event.preventDefault();
    if (!busy) onSubmit();
  };
  return (
    <Modal label={title} onClose={onClose}>
      <form class="stack" autocomplete="off" noValidate onSubmit={go}>
        <h2>{title}</h2>
        {children}
        <div class="row">
          <button class="btn" type="submit" aria-disabled={busy}>{submit}</button>
          {more}
          <button class="btn text" type="button" onClick={onClose}>{t("app.cancel")}</button>
        </div>
      </form>
    </Modal>
  );
}

/** ◎ the heaviest first, then ○. */
export function Concerns({ concerns, main }: { concerns: readonly string[]; main: string | null }) {
  const rest = concerns.filter((concern) => concern !== main);
  return (
    <span class="concerns">
      {main && <span>◎ {codeText("concern", main)}</span>}
      {rest.map((concern) => <span key={concern}>○ {codeText("concern", concern)}</span>)}
      {!main && rest.length === 0 && t("app.notHeard")}
    </span>
  );
}

/** A line that is broken at its spaces only: 「17時間30分」 and 「（1998年）ごろ」 stay whole. */
export function Parts({ text }: { text: string }) {
  return <>{text.split(/([ 　])/).map((part, index) => <span key={index} class={index % 2 ? undefined : "nowrap"}>{part}</span>)}</>;
}
