import { useState } from "preact/hooks";
import { me } from "../../app/session";
import { problemsOf, useSubmit } from "../../app/useSubmit";
import { Colleagues, IbashoPlaces } from "../../gateway/documents";
import type { IbashoPlacesQuery } from "../../gateway/generated";
import { addDays, dayText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { ErrorSummary, FieldError, Need, Segments, SelectField, textOf, TextField, type Problem } from "../../ui/forms";
import { useAsked } from "../../ui/hooks";
import { Dialog, Modal, Waiting } from "../../ui/parts";
import { missingInPlan, payloadOfPlan, STYLES, type Plan } from "./plan";

const PLACES = { placeId: "p-place", programmeId: "p-programme", startsAt: "p-from", endsAt: "p-to", style: "p-style", capacity: "p-capacity", staffIds: "p-staff" };

interface PlanProps {
  today: string;
  onClose: () => void;
  onPlanned: (day: string) => void;
}

/** A session is planned with the network: who is on duty and where is decided together, not on one tablet. */
export function PlanSession(props: PlanProps) {
  const places = useAsked(IbashoPlaces, {});
  if (places.data) return <Form {...props} places={places.data.ibashoPlaces} />;
  return <Modal label={t("ibasho.plan")} onClose={props.onClose}><Waiting failure={places.failure} /></Modal>;
}

interface FormProps extends PlanProps {
  places: IbashoPlacesQuery["ibashoPlaces"];
}

function Form({ today, places, onClose, onPlanned }: FormProps) {
  const self = me().staff;
  const [first] = places;
  const [plan, setPlan] = useState<Plan>({
    placeId: first?.id ?? "", programmeId: first?.programmes[0]?.id ?? "", day: today, from: "13:00", to: "17:00", style: "free", capacity: "", staff: [self.id],
  });
  const [problems, setProblems] = useState<Problem[]>([]);
  const [id] = useState(uuid7);
  const { busy, send } = useSubmit();
  const set = (change: Partial<Plan>) => setPlan((before) => ({ ...before, ...change }));
  const go = async () => {
    const missing = missingInPlan(plan);
    setProblems(missing);
    if (missing.length > 0) return;
    const outcome = await send("ScheduleSession", id, payloadOfPlan(plan));
    if (outcome?.status === "REFUSED") return setProblems(problemsOf(outcome, PLACES, "p-from"));
    if (outcome) onPlanned(plan.day);
  };
  const fields = { plan, set, problems };
  return (
    <Dialog title={t("ibasho.plan")} submit={t("plan.submit")} busy={busy} onSubmit={() => void go()} onClose={onClose}>
      <ErrorSummary title={t("plan.errorTitle")} text={t("consult.errorText")} problems={problems} />
      <WhatAndWhere {...fields} places={places} />
      <When {...fields} today={today} />
      <fieldset id="p-style" class="stack stack-s"><legend><b>{t("plan.style")}</b></legend><Segments name="p-style" list="session_style" codes={STYLES} value={plan.style} onChange={(style) => set({ style })} /></fieldset>
      <TextField id="p-capacity" label={t("plan.capacity")} marked value={plan.capacity} onInput={(capacity) => set({ capacity })} error={textOf(problems, "p-capacity")} />
      <StaffOnDuty key={plan.placeId} {...fields} unitId={places.find((place) => place.id === plan.placeId)?.unitId ?? ""} />
    </Dialog>
  );
}

interface FieldProps {
  plan: Plan;
  set: (change: Partial<Plan>) => void;
  problems: readonly Problem[];
}

function WhatAndWhere({ plan, set, problems, places }: FieldProps & Pick<FormProps, "places">) {
  const here = places.find((place) => place.id === plan.placeId);
  const named = (all: readonly { id: string; name: string }[]) => all.map(({ id, name }): [string, string] => [id, name]);
  const move = (placeId: string) => set({ placeId, programmeId: places.find((place) => place.id === placeId)?.programmes[0]?.id ?? "" });
  return (
    <div class="pair">
      <SelectField id="p-place" label={t("plan.place")} value={plan.placeId} options={named(places)} onChange={move} />
      <SelectField id="p-programme" label={t("plan.programme")} value={plan.programmeId} options={named(here?.programmes ?? [])} onChange={(programmeId) => set({ programmeId })} error={textOf(problems, "p-programme")} />
    </div>
  );
}

function When({ plan, set, problems, today }: FieldProps & { today: string }) {
  const days = Array.from({ length: 92 }, (_, index) => addDays(today, index)).map((day): [string, string] => [day, dayText(day)]);
  return (
    <div class="pair times">
      <SelectField id="p-day" label={t("plan.day")} value={plan.day} options={days} onChange={(day) => set({ day })} />
      <TextField id="p-from" label={t("plan.from")} value={plan.from} onInput={(from) => set({ from })} error={textOf(problems, "p-from")} />
      <TextField id="p-to" label={t("plan.to")} value={plan.to} onInput={(to) => set({ to })} error={textOf(problems, "p-to")} />
    </div>
  );
}

function StaffOnDuty({ plan, set, problems, unitId }: FieldProps & { unitId: string }) {
  const { data } = useAsked(Colleagues, { unitId });
  const self = me().staff;
  const people = [self, ...(data?.colleagues ?? []).filter((each) => each.id !== self.id)];
  const toggle = (id: string) => set({ staff: plan.staff.includes(id) ? plan.staff.filter((each) => each !== id) : [...plan.staff, id] });
  return (
    <fieldset id="p-staff" class="stack stack-s" tabIndex={-1}>
      <legend><b>{t("plan.staff")}</b> <Need required /></legend>
      <div class="choices">
        {people.map(({ id, name }) => (
          <label class="choice box" key={id}><input type="checkbox" checked={plan.staff.includes(id)} onChange={() => toggle(id)} />{name}</label>
        ))}
      </div>
      <FieldError id="p-staff" text={textOf(problems, "p-staff")} />
    </fieldset>
  );
}
