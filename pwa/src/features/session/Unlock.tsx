import { useEffect, useRef, useState } from "preact/hooks";
import { deviceCore, deviceRow } from "../../app/device";
import { door, openWithPin, session } from "../../app/session";
import { troubleCode } from "../../db/trouble";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { queueCounts } from "../../sync/queue";
import { useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/parts";
import { triesLeft, vault } from "../../vault/vault";
import { GateLines } from "./OnThisDevice";
import { PinPad, whyShut } from "./PinPad";

/** The locked device. What was written is safe behind it, and is sent without it being opened. */
export default function Unlock() {
  useTitle("pin.title");
  const here = useStore(vault);
  const staffId = here.state === "none" ? null : here.staffId;
  return (
    <main class="gate" id="main">
      <GateLines />
      <section class="card stack" aria-labelledby="unlock">
        <Head staffId={staffId} />
        <PinForm key={staffId} />
        <Waiting />
        <button class="btn text" type="button" onClick={() => door.set("forgotten")}>{t("pin.forgotten")}</button>
      </section>
    </main>
  );
}

/** `staffId`: whose PIN is asked. */
function Head({ staffId }: { staffId: string | null }) {
  const now = useStore(session);
  const [device, setDevice] = useState("");
  const [asked, setAsked] = useState({ of: 0, at: 0 });
  useEffect(() => void deviceRow().then((row) => setDevice(row?.name ?? "")), []);
  useEffect(() => void deviceCore()?.asked().then(({ ids, at }) => setAsked({ of: ids.length, at })), [staffId]);
  const who = now.state === "in" && now.me.staff.id === staffId ? now.me.staff.name : "";
  return (
    <div class="gate-head">
      <span class="gate-lock"><Icon name="lock" large /></span>
      <h1 id="unlock">{t("pin.enter")}</h1>
      <p class="sub">{[who, device].filter(Boolean).join("　")}</p>
      {asked.of > 1 && <p class="sub" role="status">{t("pin.oneOf", asked)}</p>}
      {asked.of > 1 && <button class="btn text" type="button" onClick={() => void deviceCore()?.askNext()}>{t("pin.askNext")}</button>}
    </div>
  );
}

function PinForm() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const wait = useWait();
  const said = useRef<HTMLParagraphElement>(null);
  const enter = async (pin: string) => {
    setBusy(true);
    const result = await openWithPin(pin).catch(troubleCode);
    setBusy(false);
    if (result === "ok" || result === "gone") return;
    setProblem(result === "wait" ? null : await whyShut(result));
    await wait.look();
  };
  return (
    <div class="stack">
      {problem && <p class="note err" role="alert" ref={said}>{problem}</p>}
      {wait.seconds > 0 && <p class="note" role="status">{t("pin.wait", { n: wait.seconds })}</p>}
      <PinPad busy={busy || wait.seconds > 0} action={t(busy ? "signIn.working" : "pin.open")} onEnter={(pin) => void enter(pin)}
        left={<button class="btn text" type="button" onClick={() => door.set("password")}>{t("pin.other")}</button>} />
    </div>
  );
}

/** Seconds until the next try, counted down. */
function useWait(): { seconds: number; look: () => Promise<void> } {
  const [seconds, setSeconds] = useState(0);
  const look = async () => setSeconds(Math.ceil((await triesLeft()).waitMs / 1_000));
  useEffect(() => {
    void look();
    const timer = setInterval(() => setSeconds((left) => Math.max(0, left - 1)), 1_000);
    return () => clearInterval(timer);
  }, []);
  return { seconds, look };
}

function Waiting() {
  const isOnline = useStore(online);
  // Only what is sealed: what waits in the page's memory is not.
  const { device, sent } = useStore(queueCounts);
  return (
    <Note icon={isOnline ? "cloud" : "cloud-off"}>
      <p>{t(isOnline ? "sync.online" : "sync.offline")}　{t("sync.deviceOnly", { n: device })}{sent > 0 && <>　{t("sync.sent", { n: sent })}</>}</p>
      <p>{t("pin.kept")}</p>
    </Note>
  );
}
