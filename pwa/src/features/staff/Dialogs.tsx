import { useState } from "preact/hooks";
import { me } from "../../app/session";
import { codeText, t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { SelectField, TextField } from "../../ui/forms";
import { Dialog, Note } from "../../ui/parts";
import { goesOn, type Line, nextApril, offeredDay, rolesIn, type Staffing } from "./change";

interface Props {
  staffing: Staffing;
  lines: readonly Line[];
  today: string;
  onAdd: (line: Line) => void;
  onClose: () => void;
}

type Options = readonly (readonly [value: string, text: string])[];

/** Units somebody may be assigned to: mine that stay open, and those this very change opens. */
function openUnits({ staffing, lines }: Pick<Props, "staffing" | "lines">): Options {
  const made = lines.flatMap((line) => (line.kind === "opens" ? [[line.unitId, line.unit] as const] : []));
  return [...staffing.units.filter(({ isMine, closedOn }) => isMine && !closedOn).map(({ unit }) => [unit.id, unit.name] as const), ...made];
}

/** What was chosen, as long as it can be. */
const oneOf = (ids: readonly string[], chosen: string) => (ids.includes(chosen) ? chosen : (ids[0] ?? ""));

const nameIn = (options: Options, id: string) => options.find(([value]) => value === id)?.[1] ?? "";

export function AddAssignment(props: Props) {
  const { staffing, lines } = props;
  const mine = goesOn(staffing, lines, me().staff.id);
  const people: Options = staffing.directory
    .filter(({ staff }) => staff.id !== me().staff.id || mine.length > 0)
    .map(({ staff, login }) => [staff.id, `${staff.name}(${login})`] as const);
  const [staffId, setStaffId] = useState(people[0]?.[0] ?? "");
  const isMe = staffId === me().staff.id;
  const units = openUnits(props).filter(([id]) => !isMe || mine.some((each) => each.unitId === id));
  const [unitChosen, setUnitId] = useState("");
  const unitId = oneOf(units.map(([id]) => id), unitChosen);
  const roles = isMe ? mine.filter((each) => each.unitId === unitId).map((each) => each.role) : rolesIn(staffing, lines, unitId);
  const [roleChosen, setRole] = useState<string>("coordinator");
  const role = oneOf(roles, roleChosen);
  const [fromDate, setFromDate] = useState(offeredDay(props.today));
  const add = () => {
    const who = staffing.directory.find(({ staff }) => staff.id === staffId)?.staff.name ?? "";
    if (fromDate) props.onAdd({ key: uuid7(), kind: "begins", staffId, who, unitId, unit: nameIn(units, unitId), role, fromDate });
  };
  return (
    <Dialog title={t("staff.add")} submit={t("staff.gather")} onSubmit={add} onClose={props.onClose}>
      <p class="sub">{t("staff.notOneself")}</p>
      <SelectField id="who" label={t("staff.who")} value={staffId} options={people} onChange={setStaffId} />
      <SelectField id="unit" label={t("staff.unit")} value={unitId} options={units} onChange={setUnitId} />
      <SelectField id="role" label={t("staff.role")} value={role} options={roles.map((each) => [each, codeText("role", each)] as const)} onChange={setRole} />
      <DateField id="from" label={t("staff.from")} value={fromDate} onInput={setFromDate} />
    </Dialog>
  );
}

export function OpenUnit(props: Props) {
  const [unitId, setUnitId] = useState("");
  const [unit, setUnit] = useState("");
  const [answeredBy, setAnsweredBy] = useState("");
  const [wrong, setWrong] = useState(false);
  const kinds: Options = [["", t("staff.unitKind.city")], ...props.staffing.units
    .filter(({ isMine, isAgency, closedOn }) => isMine && !isAgency && !closedOn)
    .map(({ unit }) => [unit.id, t("staff.unitKind.agency", { unit: unit.name })] as const)];
  const add = () => {
    const fits = /^[a-z][a-z0-9-]{1,39}$/.test(unitId) && Boolean(unit.trim());
    setWrong(!fits);
    if (fits) props.onAdd({ key: `open-${unitId}`, kind: "opens", unitId, unit: unit.trim(), answeredBy: answeredBy || null });
  };
  return (
    <Dialog title={t("staff.open")} submit={t("staff.gather")} onSubmit={add} onClose={props.onClose}>
      <SelectField id="unit-kind" label={t("staff.unitKind")} value={answeredBy} options={kinds} onChange={setAnsweredBy} />
      {answeredBy && <Note icon="info"><p>{t("staff.answeredByHelp")}</p></Note>}
      <TextField id="unit-name" label={t("staff.unitName")} value={unit} onInput={setUnit} required />
      <TextField id="unit-id" label={t("staff.unitId")} help={t("staff.unitIdHelp")} value={unitId} onInput={setUnitId} error={wrong ? t("staff.unitWrong") : undefined} required />
    </Dialog>
  );
}

export function CloseUnit(props: Props) {
  const mine = props.staffing.units.filter(({ isMine, closedOn }) => isMine && !closedOn).map(({ unit }) => [unit.id, unit.name] as const);
  const [unitId, setUnitId] = useState(mine[0]?.[0] ?? "");
  const closesAgency = props.staffing.units.some(({ unit, isAgency }) => isAgency && unit.id === unitId);
  // The unit that reads the log takes over nobody's cases; while none is known to, `audits` says nothing.
  const audits = (unit: { audits: boolean }) => unit.audits && !props.staffing.units.every((each) => each.audits);
  const others = props.staffing.units.filter((each) => !each.closedOn && (closesAgency || !each.isAgency) && !audits(each)).map(({ unit }) => [unit.id, unit.name] as const);
  const made = openUnits({ ...props, staffing: { ...props.staffing, units: [] } });
  const successors = [...made, ...others].filter(([id]) => id !== unitId);
  const [chosen, setChosen] = useState("");
  const successor = successors.some(([id]) => id === chosen) ? chosen : "";
  const [closedOn, setClosedOn] = useState(nextApril(props.today));
  const add = () => closedOn && successor && unitId && props.onAdd({ key: `close-${unitId}`, kind: "closes", unitId, unit: nameIn(mine, unitId), successor, successorName: nameIn(successors, successor), closedOn });
  return (
    <Dialog title={t("staff.close")} submit={t("staff.gather")} onSubmit={add} onClose={props.onClose}>
      <Note><p>{t("staff.closeHelp")}</p></Note>
      <SelectField id="unit" label={t("staff.unit")} value={unitId} options={mine} onChange={setUnitId} />
      <SelectField id="successor" label={t("staff.successor")} value={successor} options={[["", t("sharing.choose")], ...successors]} onChange={setChosen} required />
      <DateField id="closed-on" label={t("staff.closedOn")} value={closedOn} onInput={setClosedOn} />
    </Dialog>
  );
}

/** The browser's own field for a day. */
export function DateField({ id, label, value, onInput }: { id: string; label: string; value: string; onInput: (day: string) => void }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="date" value={value} required onInput={(event) => onInput(event.currentTarget.value)} />
    </div>
  );
}
