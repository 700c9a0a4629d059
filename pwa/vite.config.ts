import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { icons } from "./build/icons.ts";
import { smallIdb } from "./build/idb.ts";
import { messages } from "./build/messages.ts";
import { minified } from "./build/minified.ts";
import { packed } from "./build/packed.ts";
import { sizes } from "./build/sizes.ts";
import { worker } from "./build/worker.ts";

/** What somebody may see first. Everything it needs is one file; all other screens are a second one, which compresses far better
 *  than many small ones and is fetched while nothing else happens. */
const FIRST = ["/src/main.tsx", "/features/session/SignIn.tsx", "/features/today/Today.tsx"];
const isFirst = (id: string) => FIRST.some((module) => id.endsWith(module));
/** What only screens that show nothing without the network ask for. */
const ASKED_ONLINE = "AccessLog|ClosedCases|Conferences|Devices|EndSignIn|FindParticipant|Holdings|IssueSetUpCode|LeftQueues|LogReaders|Passkeys|PersonRequests|RemovePasskey|RetentionProposals|RevokeDevice|SendLeft|Sharing|SignIns|StaffOf|Staffing|Statistics";
/** The worker drains the queue with the page's own modules: they may not lie in one file with anything that touches the page. */
const SHARED = new RegExp(`/src/(gateway/(client|documents(?!/(${ASKED_ONLINE})\\b))|sync/(carry|outgoing|store|uuid7)|db/(names|trouble)|app/paths)\\b`);
/** What shows nothing without the network, and the other ways in: fetched when it is asked for, and by nobody before. */
const NETWORK = new RegExp(`/src/(features/(accessLog/|account/|closing/|devices/|onDemand|requests/|session/useAgain|sharing/|staff/|statistics/)|gateway/documents/(${ASKED_ONLINE})\\b)`);
const WAY_IN = /\/src\/features\/account\/(passkey|FirstPassword)\b/;
const ON_DEMAND = { network: 19_000, wayIn: 1_000 };
const isScreen = (id: string) => /\/src\/(features\/|app\/deviceCore)|\/lean-qr\//.test(id) && ![NETWORK, WAY_IN].some((apart) => apart.test(id));
/** A group takes along what its modules need, unless a group before it did: so the screens everybody fetches come before those that lie apart. */
const groups = [
  { name: "shared", test: SHARED, priority: 4 },
  { name: "first", test: isFirst, priority: 2 },
  { name: "screens", test: isScreen, priority: 1 },
  { name: "wayIn", test: WAY_IN, priority: 0.5 },
  { name: "network", test: NETWORK, priority: 0 },
];

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A document is asked for by the beginning of the SHA-256 of its text, in base64url (gateway/graphql/trusted.py); only that travels to the browser. */
function trustedDocuments(): Plugin {
  return {
    name: "trusted-documents",
    enforce: "pre",
    load(id) {
      const file = id.split("?")[0] ?? id;
      if (!file.endsWith(".graphql")) return null;
      const text = readFileSync(file, "utf8").trim();
      return `export default ${JSON.stringify(createHash("sha256").update(text).digest().subarray(0, 6).toString("base64url"))};`;
    },
  };
}

/** Vite wraps every `import()` in a helper that fetches its styles first. There is one style sheet, and it is here already. */
function plainImports(): Plugin {
  return { name: "plain-imports", enforce: "pre", load: (id) => (id.endsWith("vite/preload-helper.js") ? "export const __vitePreload = (load) => load();" : null) };
}

/** Every file with elements makes them with Preact's short call. Only those: what the worker shares may not import Preact. */
function elements(): Plugin {
  const head = `import { h, Fragment as Group } from "preact";`;
  return { name: "elements", enforce: "pre", transform: (code, id) => (id.endsWith(".tsx") ? { code: head + code, map: null } : null) };
}

/** What every build of these sources needs; the tests' own page too (harness/). */
export const shared = () => [elements(), plainImports(), smallIdb(), trustedDocuments(), messages(here("../services/contracts/ja.json"), here("src/")), icons(here("src/ui/icons.json"))];

export default defineConfig({
  oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Group" } },
  plugins: [
    ...shared(),
    minified({ module: true, ecma: 2020, compress: { keep_fargs: false, pure_getters: true, passes: 4, inline: 1, sequences: false, unsafe_arrows: true, unsafe_methods: true, lhs_constants: false } }),
    worker("sw.js", "sw-off.js", Object.keys(ON_DEMAND)),
    packed(),
    sizes({ kept: 65_000, first: 30_000, onDemand: ON_DEMAND, total: 84_500, modules: FIRST }),
  ],
  build: {
    target: "es2022",
    minify: false, // minified() does it, and the bundler would write its code anew
    cssMinify: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: { index: here("index.html"), sw: here("src/worker/sw.ts"), "sw-off": here("src/worker/off.ts") },
      output: {
        codeSplitting: { groups },
        minifyInternalExports: false,
        minify: false,
        entryFileNames: ({ name }) => (name.startsWith("sw") ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { proxy: { "/graphql": target(), "/session": target(), "/signals": target() } },
  test: { environment: "node", include: ["{src,build}/**/*.test.ts"] },
});

function target(): string {
  return process.env.BANSO_GATEWAY ?? "http://localhost:8080";
}
