// A client of the Node front: reads a job as JSON, makes its requests at once, tells what came of them.
import { readFileSync } from "node:fs";

import { createAuthFetch } from "../../../node/dist/client.mjs";

const job = JSON.parse(readFileSync(0, "utf8"));
const told = { statuses: [], refreshes: 0, logouts: 0 };
let token = job.token;
const authFetch = createAuthFetch({
  origin: job.origin,
  httpLoopback: true,
  getToken: () => token,
  async refresh() {
    await new Promise((resolve) => setTimeout(resolve, job.takes * 1000));
    told.refreshes += 1;
    return (token = job.fresh[Math.min(told.refreshes, job.fresh.length) - 1]);
  },
  onLogout: () => (told.logouts += 1),
});
const asked = Array.from({ length: job.count }, async () => {
  const response = await authFetch(job.origin + job.target);
  await response.arrayBuffer();
  return response.status;
});
told.statuses = await Promise.all(asked);
process.stdout.write(JSON.stringify(told));
