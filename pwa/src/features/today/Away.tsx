import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { t } from "../../i18n/messages";
import { PinSetUpCard } from "../session/PinSetUpCard";
import { Confirming } from "./Confirming";
import { TodaySessions } from "./Sessions";
import { TakeAlong } from "./TakeAlong";

/** For those who leave the office: what is on the tablet, today's sessions, and visits that are still looked at. */
export default function Away({ today }: { today: string }) {
  return (
    <>
      {hasRole("coordinator", "ibasho_staff") && <PinSetUpCard />}
      <TakeAlong />
      <TodaySessions today={today} />
      {hasRole("coordinator") && <Confirming />}
      <p><Link href="/cases/called">{t("openCase.emergency")}</Link></p>
    </>
  );
}
