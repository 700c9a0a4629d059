import { useState } from "preact/hooks";
import { Units } from "../../gateway/documents";
import { codeText, t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { SelectField, TextField } from "../../ui/forms";
import { useAsked } from "../../ui/hooks";
import { Dialog, Note } from "../../ui/parts";
import { DayField, OfUnit, Picks } from "./Fields";
import { COMMAND, ITEMS, type Kind, limitOf, missingIn, type Named, openable, payloadOf, type SharedCase, type Terms } from "./terms";
import { useAct } from "./useAct";

interface Props {
  kind: Kind;
  record: SharedCase;
  today: string;
  onClose: () => void;
  onDone: () => void;
}

interface FieldProps {
  terms: Terms;
  set: (change: Partial<Terms>) => void;
  of: (field: string) => string | undefined;
}

/** 同意・支援会議・法による共有: what is opened, to whom, until when. The kind says what it can open at most. */
export function Give({ kind, record, today, onClose, onDone }: Props) {
  const [basisId] = useState(uuid7);
  const [terms, setTerms] = useState<Terms>({ groups: [], units: [], members: [], item: "", from: today, until: "", reason: "" });
  const { busy, run, failed, of } = useAct(COMMAND[kind], record.id, onDone);
  const fields = { terms, of, set: (change: Partial<Terms>) => setTerms((before) => ({ ...before, ...change })) };
  return (
    <Dialog title={t(`sharing.give.${kind}`)} submit={t(`sharing.do.${kind}`)} busy={busy} onClose={onClose}
      onSubmit={() => void run(() => payloadOf(kind, basisId, terms), missingIn(kind, terms))}>
      <Note icon="info" kind="soft"><p>{t(`sharing.help.${kind}`)}</p></Note>
      {kind === "article_69_2" && <SelectField id="item" label={t("sharing.item")} value={terms.item} required error={of("item")}
        options={[["", t("sharing.choose")], ...ITEMS.map((each) => [each, codeText("article69_item", each)] as const)]} onChange={(item) => fields.set({ item })} />}
      {kind === "conference" ? <Members {...fields} first={record.unit.id} /> : <Agencies {...fields} />}
      <Picks id="groups" legend={t("sharing.groups")} options={openable(kind).map((id) => ({ id, name: codeText("field_group", id) }))}
        values={terms.groups} onChange={(groups) => fields.set({ groups })} error={of("groups")} />
      <div class="pair">
        {kind === "conference" && <DayField id="from" label={t("sharing.from")} value={terms.from} onInput={(from) => fields.set({ from })} error={of("from")} />}
        <DayField id="until" label={t("sharing.until")} {...(kind !== "conference" && { help: t("sharing.untilYear") })} value={terms.until} onInput={(until) => fields.set({ until })} error={of("until")} />
      </div>
      <TextField id="reason" label={t(kind === "consent" ? "sharing.note" : "sharing.reason")} help={t(`sharing.reasonHelp.${kind}`)} marked required={kind !== "consent"}
        rows={2} limit={limitOf(kind)} value={terms.reason} onInput={(reason) => fields.set({ reason })} error={of("reason")} />
      {failed}
    </Dialog>
  );
}

function Agencies({ terms, set, of }: FieldProps) {
  const { data } = useAsked(Units, { receiving: false });
  return <Picks id="to" legend={t("sharing.to")} options={data?.units ?? []} values={terms.units} onChange={(units) => set({ units })} error={of("to")} />;
}

/** Members are chosen unit by unit; those already chosen stay in sight. */
function Members({ terms, set, of, first }: FieldProps & { first: string }) {
  const choose = (people: readonly Named[]) => (
    <Picks id="to" legend={t("sharing.members")} options={withChosen(people, terms.members)} values={terms.members.map(({ id }) => id)} error={of("to")}
      onChange={(ids) => set({ members: withChosen(people, terms.members).filter(({ id }) => ids.includes(id)) })} />
  );
  return <OfUnit first={first}>{choose}</OfUnit>;
}

function withChosen(people: readonly Named[], chosen: readonly Named[]): Named[] {
  return [...people, ...chosen.filter(({ id }) => !people.some((each) => each.id === id))];
}
