import { useState } from "preact/hooks";
import { ask } from "../../gateway/client";
import { IssueSetUpCode } from "./documents";
import type { IssueSetUpCodeMutation } from "../../gateway/generated";
import { momentText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { TextField } from "../../ui/forms";
import { useToday } from "../../ui/hooks";
import { textProblem } from "../../ui/textLimits";
import { Dialog, Note } from "../../ui/parts";
import { useAgain } from "../session/useAgain";
import { isOver, type Staffing } from "./change";
import { sendNow } from "./sendNow";

type Member = Staffing["directory"][number];

/** 職員: somebody new is registered, and gets a code to choose a password with. */
export function People({ staffing, onChanged }: { staffing: Staffing; onChanged: () => void }) {
  const today = useToday();
  const [registering, setRegistering] = useState(false);
  const [registered, setRegistered] = useState("");
  const [forWhom, setForWhom] = useState<Member | null>(null);
  const [livesWhere, setLivesWhere] = useState<Member | null>(null);
  const mine = new Set(staffing.assignments.filter((each) => !isOver(each, today)).map(({ staff }) => staff.id));
  return (
    <section class="card stack stack-s" aria-labelledby="people">
      <h2 id="people">{t("staff.people")}</h2>
      <ul class="list">
        {staffing.directory.filter(({ staff }) => mine.has(staff.id)).map((member) => (
          <li key={member.staff.id}>
            <div class="grow"><p>{member.staff.name}</p><p class="sub meta"><span>{member.login}</span>{member.homeStreet && <span>{t("staff.livesIn", { street: member.homeStreet })}</span>}</p></div>
            {member.isMine
              ? <>
                  <button class="btn text" type="button" aria-label={t("staff.streetOf", { name: member.staff.name })} onClick={() => setLivesWhere(member)}>{t("staff.street")}</button>
                  <button class="btn line" type="button" aria-label={t("staff.codeOf", { name: member.staff.name })} onClick={() => setForWhom(member)}>{t("staff.code")}</button>
                </>
              : <p class="sub">{t("staff.codeElsewhere")}</p>}
          </li>
        ))}
      </ul>
      <div class="row"><button class="btn line" type="button" onClick={() => setRegistering(true)}>{t("staff.register")}</button></div>
      {registered && <Note icon="ok-c" kind="ok"><p role="status">{t("staff.registered", { name: registered })}</p></Note>}
      {registering && <Register onClose={() => setRegistering(false)} onDone={(name) => (setRegistering(false), setRegistered(name), onChanged())} />}
      {livesWhere && <HomeStreet member={livesWhere} onClose={() => setLivesWhere(null)} onDone={() => (setLivesWhere(null), onChanged())} />}
      {forWhom && <Code member={forWhom} onClose={() => setForWhom(null)} />}
    </section>
  );
}

function Register({ onClose, onDone }: { onClose: () => void; onDone: (name: string) => void }) {
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [subject] = useState(uuid7);
  const [pressed, setPressed] = useState(false);
  const { busy, run, asking } = useAgain(() => sendNow("RegisterStaff", subject, { login, name }), () => onDone(name), "staff.failed");
  const isWrong = !name.trim() || !login.trim() || textProblem(name, 40) || textProblem(login, 100);
  return (
    <Dialog title={t("staff.register")} submit={t("staff.register")} busy={busy} onSubmit={() => (setPressed(true), isWrong || void run())} onClose={onClose}>
      <p>{t("staff.registerHelp")}</p>
      <TextField id="new-name" label={t("staff.name")} value={name} onInput={setName} required limit={40} error={pressed && !name.trim() ? t("staff.nameRequired") : undefined} />
      <TextField id="new-login" label={t("signIn.login")} help={t("staff.loginHelp")} value={login} onInput={setLogin} required limit={100} error={pressed && !login.trim() ? t("signIn.loginRequired") : undefined} />
      {asking}
    </Dialog>
  );
}

/** Only 町名 and 丁目: what 記録の閲覧 compares with an address. */
function HomeStreet({ member, onClose, onDone }: { member: Member; onClose: () => void; onDone: () => void }) {
  const [homeStreet, setHomeStreet] = useState(member.homeStreet);
  const { busy, run, asking } = useAgain(() => sendNow("NoteHomeStreet", member.staff.id, { homeStreet }), onDone, "staff.failed");
  return (
    <Dialog title={t("staff.streetOf", { name: member.staff.name })} submit={t("staff.streetNote")} busy={busy} onSubmit={() => void run()} onClose={onClose}>
      <p>{t("staff.streetHelp")}</p>
      <TextField id="home-street" label={t("staff.street")} value={homeStreet} onInput={setHomeStreet} />
      {asking}
    </Dialog>
  );
}

function Code({ member, onClose }: { member: Member; onClose: () => void }) {
  const [given, setGiven] = useState<IssueSetUpCodeMutation["issueSetUpCode"] | null>(null);
  const issue = async () => setGiven((await ask(IssueSetUpCode, { staffId: member.staff.id })).issueSetUpCode);
  const { busy, run, asking } = useAgain(issue, () => undefined, "staff.failed");
  const title = t("staff.codeOf", { name: member.staff.name });
  if (given) {
    return (
      <Dialog title={title} submit={t("staff.codeSeen")} onSubmit={onClose} onClose={onClose}>
        <p class="h2 num">{given.code}</p>
        <Note icon="ok-c" kind="ok"><p>{t("staff.codeGiven", { time: momentText(given.validUntil) })}</p></Note>
      </Dialog>
    );
  }
  return (
    <Dialog title={title} submit={t("staff.code")} busy={busy} onSubmit={() => void run()} onClose={onClose}>
      <p>{t("staff.codeHelp")}</p>
      {asking}
    </Dialog>
  );
}
