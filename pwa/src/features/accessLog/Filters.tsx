import { useState } from "preact/hooks";
import { t } from "../../i18n/messages";
import { SelectField, TextField } from "../../ui/forms";
import { useAsked } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { LogReaders } from "./documents";
import { type Filter, PERIODS } from "./filter";

/** By whom, since when, and about which case. A choice counts at once; a number that is typed, when it is sent. */
export function Filters({ filter, onChange }: { filter: Filter; onChange: (next: Partial<Filter>) => void }) {
  const { data } = useAsked(LogReaders, {});
  const [receipt, setReceipt] = useState(filter.receipt);
  const isUnmarked = data?.logReaders.some(({ staff, hasStreet }) => staff.id === filter.staffId && !hasStreet);
  const readers = (data?.logReaders ?? []).map(({ staff, unit }) => [staff.id, unit ? t("log.withUnit", { name: staff.name, unit: unit.name }) : staff.name] as const);
  const go = (event: Event) => {
    event.preventDefault();
    onChange({ receipt: receipt.trim(), caseId: "" });
  };
  return (
    <>
      <form class="pair" role="search" aria-label={t("log.narrow")} autocomplete="off" onSubmit={go}>
        <SelectField id="log-staff" label={t("log.staff")} value={filter.staffId} options={[["", t("log.everybody")], ...readers]} onChange={(staffId) => onChange({ staffId })} />
        <SelectField id="log-period" label={t("log.period")} value={String(filter.days)} options={PERIODS.map(([days, key]) => [String(days), t(key)] as const)} onChange={(days) => onChange({ days: Number(days) })} />
        <TextField id="log-receipt" label={t("log.receipt")} value={receipt} limit={20} onInput={setReceipt} />
        <button class="btn line bottom" type="submit"><Icon name="find" />{t("log.find")}</button>
      </form>
      {isUnmarked && <p class="sub" role="status">{t("log.noStreet")}</p>}
    </>
  );
}
