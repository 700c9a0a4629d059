import { useState } from "preact/hooks";
import { hasRoleIn, me } from "../../app/session";
import { t } from "../../i18n/messages";
import { FieldError, SelectField } from "../../ui/forms";
import { Alert, Dialog, Note } from "../../ui/parts";
import { OfUnit, Picks } from "./Fields";
import type { SectionProps } from "./Readers";
import { type Named, teamChange } from "./terms";
import { useAct, useActAgain } from "./useAct";

interface DialogProps extends Pick<SectionProps, "record" | "sharing"> {
  onClose: () => void;
  onDone: () => void;
}

/** 担当: who works on the case. Whoever leaves sees nothing from then on. */
export function Team(props: SectionProps) {
  const { record, onDone } = props;
  const [open, setOpen] = useState(false);
  return (
    <section class="card stack stack-s" aria-labelledby="team-head">
      <h2 id="team-head">{t("case.team")}</h2>
      <p>{record.team.map(({ name }) => name).join("、")}</p>
      <div class="row"><button class="btn line" type="button" onClick={() => setOpen(true)}>{t("sharing.changeTeam")}</button></div>
      {open && <ChangeTeam {...props} onClose={() => setOpen(false)} onDone={() => (setOpen(false), onDone(t("sharing.teamChanged")))} />}
    </section>
  );
}

function ChangeTeam({ record, sharing, onClose, onDone }: DialogProps) {
  const before = record.team.map(({ id }) => id);
  const [after, setAfter] = useState<readonly string[]>(before);
  const [chosen, setChosen] = useState(before[0] ?? "");
  const { busy, run, failed, of } = useAct("ChangeTeam", record.id, onDone);
  const [added, setAdded] = useState<readonly Named[]>([]);
  const on = [...record.team, ...added].filter(({ id }) => after.includes(id));
  const owner = after.includes(chosen) ? chosen : (on[0]?.id ?? "");
  const change = teamChange(before, after, owner);
  const missing = on.length === 0 ? [{ field: "team", text: t("sharing.teamEmpty") }] : change ? [] : [{ field: "", text: t("error.nothing_changes") }];
  /** Whoever was chosen of another unit stays in sight. */
  const choose = (people: readonly Named[]) => {
    const inSight = [...record.team, ...added];
    const others = people.filter(({ id }) => ![...inSight, ...sharing.keptOff].some((each) => each.id === id));
    const everybody = [...inSight, ...others];
    const take = (ids: string[]) => (setAfter(ids), setAdded(everybody.filter(({ id }) => ids.includes(id) && !before.includes(id))));
    return (
      <>
        {people.length === 0 && <p class="sub">{t("sharing.nobodyForTeam")}</p>}
        <Picks id="team" legend={t("case.team")} options={everybody} values={after} onChange={take} error={of("team")} />
      </>
    );
  };
  return (
    <Dialog title={t("sharing.changeTeam")} submit={t("sharing.change")} busy={busy} onSubmit={() => void run(() => change ?? {}, missing)} onClose={onClose}>
      <p>{t("sharing.teamHelp")}</p>
      <OfUnit first={record.unit.id} forTeam>{choose}</OfUnit>
      <SelectField id="owner" label={t("sharing.owner")} value={owner} options={on.map(({ id, name }) => [id, name] as const)} onChange={setChosen} error={of("owner")} />
      {failed}
    </Dialog>
  );
}

/** 近い人: a relative, a neighbour, anybody the family would not want to know. Only a manager lets them in again. */
export function KeptOff(props: SectionProps) {
  const { record, sharing, onDone } = props;
  const [adding, setAdding] = useState(false);
  const [lettingIn, setLettingIn] = useState<Named | null>(null);
  const done = (said: string) => (setAdding(false), setLettingIn(null), onDone(said));
  return (
    <section class="card stack stack-s" aria-labelledby="kept-off">
      <h2 id="kept-off">{t("sharing.keptOff")}</h2>
      <p class="sub">{t("sharing.keptOffHelp")}</p>
      {sharing.keptOff.map((each) => (
        <div class="split" key={each.id}>
          <p>{each.name}</p>
          {hasRoleIn(record.unit.id, "manager") && <button class="btn line" type="button" aria-label={t("sharing.letInOf", { name: each.name })} onClick={() => setLettingIn(each)}>{t("sharing.letIn")}</button>}
        </div>
      ))}
      {sharing.keptOff.length === 0 && <p>{t("sharing.nobodyKeptOff")}</p>}
      <div class="row"><button class="btn line" type="button" onClick={() => setAdding(true)}>{t("sharing.keepOff")}</button></div>
      {adding && <KeepOff {...props} onClose={() => setAdding(false)} onDone={done} />}
      {lettingIn && <LetIn {...props} staff={lettingIn} onClose={() => setLettingIn(null)} onDone={() => done(t("sharing.letInDone", { name: lettingIn.name }))} />}
    </section>
  );
}

function KeepOff({ record, sharing, onClose, onDone }: SectionProps & Pick<DialogProps, "onClose">) {
  const [staffId, setStaffId] = useState("");
  const [sure, setSure] = useState(false);
  const isSelf = staffId === me().staff.id;
  const { busy, run, failed, of } = useAct("KeepOff", record.id, () => onDone(t(isSelf ? "sharing.keptOffSelf" : "sharing.keptOffDone")));
  const unsure = isSelf && !sure ? [{ field: "sure", text: t("sharing.keepOffUnsure") }] : [];
  const missing = staffId ? unsure : [{ field: "staff", text: t("sharing.staffMissing") }];
  const choose = (people: readonly Named[]) => {
    const free = people.filter(({ id }) => !sharing.keptOff.some((each) => each.id === id));
    const options = [["", t("sharing.choose")] as const, ...free.map(({ id, name }) => [id, name] as const)];
    return <SelectField id="staff" label={t("sharing.staff")} value={free.some(({ id }) => id === staffId) ? staffId : ""} options={options} onChange={setStaffId} error={of("staff")} />;
  };
  return (
    <Dialog title={t("sharing.keepOff")} submit={t("sharing.keepOffDo")} busy={busy} onSubmit={() => void run(() => ({ staffId }), missing)} onClose={onClose}>
      <Note icon="info" kind="soft"><p>{t("sharing.keepOffHelp")}</p></Note>
      <OfUnit first={record.unit.id}>{choose}</OfUnit>
      {isSelf && <Self sure={sure} onSure={setSure} error={of("sure")} />}
      {failed}
    </Dialog>
  );
}

/** Whoever keeps themselves off cannot let themselves in again: said before, and wanted twice. */
function Self({ sure, onSure, error }: { sure: boolean; onSure: (sure: boolean) => void; error: string | undefined }) {
  return (
    <div class="stack stack-s">
      <Alert text={t("sharing.keepOffSelf")} />
      <div class="choices"><label class="choice box"><input type="checkbox" checked={sure} aria-describedby={error && "sure-error"} onChange={() => onSure(!sure)} />{t("sharing.keepOffSure")}</label></div>
      <FieldError id="sure" text={error} />
    </div>
  );
}

/** It widens what somebody sees: by somebody who has just shown who they are. */
function LetIn({ record, staff, onClose, onDone }: DialogProps & { staff: Named }) {
  const { busy, run, failed } = useActAgain("LetIn", record.id, onDone, () => ({ staffId: staff.id }));
  return (
    <Dialog title={t("sharing.letInOf", { name: staff.name })} submit={t("sharing.letIn")} busy={busy} onSubmit={run} onClose={onClose}>
      <p>{t("sharing.letInHelp")}</p>
      {failed}
    </Dialog>
  );
}
