import { render } from "preact";
import { App } from "./app/App";
import { startSession } from "./app/session";
import { watchUpdates } from "./app/updates";
import { sentencesReady } from "./i18n/messages";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/shell.css";
import "./ui/surfaces.css";
import "./ui/forms.css";
import "./ui/timeline.css";
import "./ui/table.css";
import "./ui/gate.css";
import "./ui/ibasho.css";

// Who is here is asked while the sentences are still being read.
void startSession();
const root = document.getElementById("root");
void sentencesReady.then(() => root && render(<App />, root));
addEventListener("load", () => void watchUpdates());
