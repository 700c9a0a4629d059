// Accepts or refuses the AsyncAPI document with its reference parser. Exit 1 names every error.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const errors = diagnostics.filter(({ severity }) => severity === 0);
for (const { message, path } of errors) console.error(path.join("."), message);
if (!document || errors.length > 0) process.exit(1);
console.log(`${document.version()} ${document.channels().all().length} channels ${document.allMessages().all().length} messages`);
