import { correction, generate } from "lean-qr/nano";
import { useState } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { ScreenHead } from "../../ui/parts";
import { NotFound } from "../problem/NotFound";
import { newTokenCode, spokenCode } from "./tokenCode";

const ON_A_SHEET = 24;

/** An A4 sheet of paper tokens. A token carries a number and nothing else: not a name, not the city, not what the place is for. */
export default function TokenSheet() {
  const [codes, setCodes] = useState(newSheet);
  if (!hasRole("ibasho_staff", "manager")) return <NotFound />;
  return (
    <div class="stack">
      <div class="split no-print">
        <ScreenHead title="tokens.title">{t("tokens.help", { n: ON_A_SHEET })}</ScreenHead>
        <div class="row">
          <Link class="btn line" href="/ibasho"><Icon name="left" />{t("app.back")}</Link>
          <button class="btn line" type="button" onClick={() => setCodes(newSheet())}>{t("tokens.again")}</button>
          <button class="btn" type="button" onClick={() => print()}>{t("tokens.print")}</button>
        </div>
      </div>
      <p class="sub no-print">{t("tokens.how")}</p>
      <ul class="tokens">{codes.map((code) => <Token key={code} code={code} />)}</ul>
    </div>
  );
}

function newSheet(): string[] {
  const codes = new Set<string>();
  while (codes.size < ON_A_SHEET) codes.add(newTokenCode());
  return [...codes];
}

function Token({ code }: { code: string }) {
  const { size, path } = qrOf(code);
  return (
    <li class="token">
      <b>{t("tokens.name")}</b>
      <svg viewBox={`-2 -2 ${size + 4} ${size + 4}`} role="img" aria-label={t("tokens.qr", { code: spokenCode(code) })} shape-rendering="crispEdges">
        <path d={path} />
      </svg>
      <span class="code">{spokenCode(code)}</span>
    </li>
  );
}

interface Picture {
  size: number;
  path: string;
}

/** The QR code as one path. */
function qrOf(text: string): Picture {
  const bitmap = generate(text, { minCorrectionLevel: correction.Q });
  return { size: bitmap.size, path: pathOf(bitmap.size, (x, y) => bitmap.get(x, y)) };
}

/** Dark modules as runs of a row: `M x y h n v1 h-n z`. */
export function pathOf(size: number, isDark: (x: number, y: number) => boolean): string {
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = x;
      while (x < size && isDark(x, y)) x++;
      if (x > from) path += `M${from} ${y}h${x - from}v1h${from - x}z`;
    }
  }
  return path;
}
