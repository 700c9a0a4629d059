import { Fragment } from "preact";
import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { t } from "../i18n/messages";
import { useStore } from "../ui/hooks";
import { SignIn } from "../features/session/SignIn";
import { Screen } from "./Screen";
import { Shell } from "./Shell";
import { revoked, sealed } from "./device";
import { door, session, startSession } from "./session";

export function App() {
  const now = useStore(session);
  const isSealed = useStore(sealed);
  const way = useStore(door);
  if (useStore(revoked)) return <Gate key="revoked" name="revoked" />;
  if (isSealed) return way === "pin" ? <Gate key="pin" name="unlock" /> : <SignIn />;
  if (now.state === "loading") return <p class="sr" role="status">{t("app.loading")}</p>;
  if (now.state === "unreachable") return <Unreachable />;
  if (now.state === "out") return <SignIn />;
  return (
    <Fragment key={now.me.staff.id}>
      <Shell>
        <Screen />
      </Shell>
      {now.expired && <SignIn again />}
    </Fragment>
  );
}

/** A gate of a browser with a PIN: it comes with the other screens. Each has its `key`, or one would go on showing the other. */
function Gate({ name }: { name: "revoked" | "unlock" }) {
  const [Part, setPart] = useState<ComponentType | null>(null);
  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fetchPart = () => import("../features/rest").then((rest) => setPart(() => rest[name]), () => (timer = setTimeout(fetchPart, 3_000)));
    void fetchPart();
    return () => clearTimeout(timer);
  }, []);
  return Part ? <Part /> : <p class="sr" role="status">{t("app.loading")}</p>;
}

function Unreachable() {
  useEffect(() => {
    const timer = setInterval(() => void startSession(), 5_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <main class="gate">
      <section class="card stack center">
        <h1>{t("problem.unavailable")}</h1>
        <p>{t("problem.offline")}</p>
        <button class="btn" type="button" onClick={() => void startSession()}>{t("app.tryAgain")}</button>
      </section>
    </main>
  );
}
