import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));

export default {
  serverExternalPackages: ["countersign"],
  // This app stands within another project, with a lock file of its own.
  outputFileTracingRoot: root,
  turbopack: { root },
};
