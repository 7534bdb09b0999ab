// Builds the addon and the JavaScript: `node scripts/build.mjs [--no-addon]`.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const run = (command, args) => execFileSync(command, args, { cwd: here, stdio: ["ignore", 2, 2] });
const require = createRequire(import.meta.url);

/** As in ts/native.ts. */
function platform() {
  const { platform: system, arch } = process;
  if (system !== "linux") return `${system}-${arch}`;
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  return `${system}-${arch}-${glibc === undefined ? "musl" : "gnu"}`;
}

function buildAddon() {
  run("cargo", ["build", "--release", "--locked"]);
  const target = process.env.CARGO_TARGET_DIR ?? join(here, "target");
  const library = { linux: "libcountersign_node.so", darwin: "libcountersign_node.dylib", win32: "countersign_node.dll" };
  const folder = join(here, "prebuilt", platform());
  mkdirSync(folder, { recursive: true });
  // Moved into place: a process that has the old addon loaded keeps its file.
  const fresh = join(folder, "countersign.node.new");
  copyFileSync(join(target, "release", library[process.platform]), fresh);
  renameSync(fresh, join(folder, "countersign.node"));
}

/** Unions of the words that the addon's tables hold, by the file of ts/ that each stands in. */
function sources() {
  const { attributes, reasons, clientWords, findingWords } = require(join(here, "prebuilt", platform(), "countersign.node"));
  const words = clientWords();
  const found = findingWords();
  return {
    "attributes.ts": [["Attribute", "The name of what a span says of a decision; docs/MONITORING.md tells what each means.", attributes()]],
    "reasons.ts": [
      ["Reason", "The stable name of a reason; docs/REASONS.md tells what each means.", reasons().map((row) => row.name)],
    ],
    "findings.ts": [
      ["FindingId", "The stable name of a finding; docs/FINDINGS.md tells what each means.", found.ids],
      ["FindingSeverity", "How bad a finding is.", found.severities],
      ["Certainty", "How a finding is known, the surest first.", found.certainties],
      ["ExchangePart", "What of an exchange a finding is about.", found.parts],
    ],
    "words.ts": [
      ["StepKind", "What a client does next.", words.steps],
      ["StepReason", "Why it does so.", words.reasons],
      ["Tolerance", "What was tolerated when challenges were read.", words.tolerances],
    ],
  };
}

function sourceOf(unions) {
  const types = unions.map(([name, text, members]) => {
    const lines = members.map((word) => `  | ${JSON.stringify(word)}`);
    return `/** ${text} */\nexport type ${name} =\n${lines.join("\n")};\n`;
  });
  return `// Made by scripts/build.mjs from the tables in the addon.\n\n${types.join("\n")}`;
}

/** Entry points for \`import\`: they name what the CommonJS module of the same name has. */
function writeModules() {
  const dist = join(here, "dist");
  for (const name of ["index", "axios", "client", "express", "fastify", "http", "opentelemetry", "undici", "web"]) {
    const exported = Object.keys(require(join(dist, `${name}.js`))).filter((key) => key !== "default");
    const lines = [`import entry from "./${name}.js";`, `export const { ${exported.join(", ")} } = entry;`];
    if (name === "fastify") lines.push("export default entry.default;");
    writeFileSync(join(dist, `${name}.mjs`), `${lines.join("\n")}\n`);
    const types = [`export * from "./${name}.js";`];
    if (name === "fastify") types.push(`export { countersign as default } from "./${name}.js";`);
    writeFileSync(join(dist, `${name}.d.mts`), `${types.join("\n")}\n`);
  }
}

if (!process.argv.includes("--no-addon")) buildAddon();
for (const [name, unions] of Object.entries(sources())) {
  const path = join(here, "ts", name);
  const made = sourceOf(unions);
  if (!process.argv.includes("--check")) writeFileSync(path, made);
  else if (readFileSync(path, "utf8") !== made) throw new Error(`ts/${name} is not of the addon's tables: run scripts/build.mjs`);
}
rmSync(join(here, "dist"), { recursive: true, force: true });
run(join(here, "node_modules", ".bin", "tsc"), ["-p", "."]);
writeModules();
console.log(`built for ${platform()}: ${readdirSync(join(here, "dist")).length} files in dist`);
