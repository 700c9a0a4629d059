import { useState } from "preact/hooks";
import { Link, navigate } from "../../app/router";
import { hasRole } from "../../app/session";
import type { ConferencesQuery } from "../../gateway/generated";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { SelectField, TextField } from "../../ui/forms";
import { useAsked, useNow, useTitle } from "../../ui/hooks";
import { Alert, Note, Waiting } from "../../ui/parts";
import { NotFound } from "../problem/NotFound";
import { Conferences } from "./documents";
import { missingReason, periodText, TO_REACH_THEM } from "./terms";
import { useAct } from "./useAct";

type Conference = ConferencesQuery["conferences"][number];

const HOURS = [1, 2, 4];
const isStaff = () => hasRole("window_staff", "coordinator", "ibasho_staff", "manager");

/** A case that is not mine: opened by the pledge of a meeting that calls me, or in an emergency. It says the same of a case that is not there. */
export function OpenCase({ id }: { id: string }) {
  useTitle("openCase.title");
  const { data, failure } = useAsked(Conferences, {});
  if (!data) return <Waiting failure={failure} />;
  const calls = data.conferences.filter(({ caseId, pledged }) => caseId === id && !pledged);
  if (calls.length === 0 && !isStaff()) return <NotFound />;
  return (
    <div class="stack">
      <div class="head tight"><h1>{t("openCase.title")}</h1><p>{t("openCase.help")}</p></div>
      {calls.map((call) => <Pledge key={call.id} call={call} />)}
      {isStaff() && <Emergency caseId={id} />}
    </div>
  );
}

/** Without the address of a case: the meetings that wait for one's pledge (their notice names none), an emergency by a 受付番号,
 *  and the cases of the meetings that have the pledge. */
export function Called() {
  useTitle("openCase.title");
  const { data, failure } = useAsked(Conferences, {});
  if (!data) return <Waiting failure={failure} />;
  const calls = data.conferences;
  return (
    <div class="stack">
      <div class="split"><h1>{t("openCase.title")}</h1>{isStaff() && <Link class="btn line" href="/cases">{t("openCase.openNow")}</Link>}</div>
      {calls.map((call) => call.pledged || <Pledge key={call.id} call={call} />)}
      {isStaff() && <Emergency />}
      {calls.map((call) => call.pledged && <Pledged key={call.id} call={call} />)}
      {calls.length === 0 && <p class="sub">{t("openCase.notCalled")}</p>}
    </div>
  );
}

function Pledge({ call }: { call: Conference }) {
  const { busy, run, failed } = useAct("PledgeSecrecy", call.caseId, () => navigate(`/cases/${call.caseId}`, { replace: true }));
  return (
    <section class="card stack stack-s">
      <h2>{t("openCase.called")}</h2>
      <p class="sub">{periodText(call)}</p>
      <p>{t("openCase.pledgeHelp")}</p>
      {failed}
      <div class="row"><button class="btn" type="button" aria-disabled={busy} onClick={() => !busy && void run(() => ({ basisId: call.id }))}>{t("openCase.pledge")}</button></div>
    </section>
  );
}

function Pledged({ call }: { call: Conference }) {
  return (
    <div class="card split">
      <p><b>{t("openCase.pledged")}</b><br /><span class="sub">{periodText(call)}</span></p>
      <Link class="btn line" href={`/cases/${call.caseId}`}>{t("openCase.toCase")}</Link>
    </div>
  );
}

/** 緊急: the reason typed, a few hours at most, the supervisors told at once, and the person will see it. Without the address of the
 *  case, by a 受付番号: whether it is one is told by nothing but the opening. */
function Emergency({ caseId }: { caseId?: string }) {
  const [basisId] = useState(uuid7);
  const [number, setNumber] = useState("");
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState("60");
  const [isNowhere, setNowhere] = useState(false);
  const now = +useNow();
  const { busy, run, failed, of } = useAct(caseId ? "UseEmergency" : "UseEmergencyByNumber", caseId ?? basisId, ({ caseId }) => navigate(`/cases/${caseId}`, { replace: true }));
  const go = (event: Event) => {
    event.preventDefault();
    const which = caseId ? { basisId } : { receiptNumber: number.trim() };
    const missing = caseId || number.trim() ? [] : [{ field: "number", text: t("openCase.numberMissing") }];
    if (!busy) void run(() => ({ ...which, minutes: Number(minutes), reason: reason.trim() }), [...missing, ...missingReason(reason)]).then((outcome) => setNowhere(!caseId && outcome?.code === "not_found"));
  };
  return (
    <section class="card" aria-labelledby="emergency">
      <form class="stack" noValidate autocomplete="off" onSubmit={go}>
        <h2 id="emergency">{t("openCase.emergency")}</h2>
        <Note icon="info" kind="soft"><p>{t("openCase.told")}</p></Note>
        <dl class="kv"><dt>{t("sharing.seen")}</dt><dd>{TO_REACH_THEM.map((group) => codeText("field_group", group)).join("、")}</dd></dl>
        {!caseId && <TextField id="number" label={t("openCase.number")} help={t("openCase.numberHelp")} marked required value={number} onInput={setNumber} error={of("number")} />}
        <TextField id="reason" label={t("sharing.reason")} help={t("openCase.reasonHelp")} marked required rows={3} value={reason} onInput={setReason} error={of("reason")} />
        <SelectField id="minutes" label={t("openCase.minutes")} value={minutes} options={HOURS.map((h) => [String(h * 60), t("time.hours", { h })] as const)} onChange={setMinutes} error={of("minutes")} />
        <p class="sub">{t("openCase.until", { time: momentText(now + Number(minutes) * 60_000) })}</p>
        {isNowhere ? <Alert text={t("openCase.nowhere")} /> : failed}
        <div class="row"><button class="btn" type="submit" aria-disabled={busy}>{t("openCase.open")}</button></div>
      </form>
    </section>
  );
}
