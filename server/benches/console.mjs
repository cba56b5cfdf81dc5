#!/usr/bin/env node
// How long a command typed in the page waits for its first byte, on the in-process cluster.
//
//   node server/benches/console.mjs --binary target/release/pilothouse     starts it on a free port with its own data
//   node server/benches/console.mjs --url http://127.0.0.1:3000            uses a server that runs
//
// One learner opens the lesson and types lines in turn, as the page sends them. Measured: from sending a line until the first
// piece of what it prints, and until it has ended. Exits with 1 on errors, or when the median of all first bytes is over --max-ms.

import http from "node:http";
import { parseArgs } from "node:util";
import { agent, header, machine, row, SITE, start, visit } from "./served.mjs";

const LINES = [
  "kubectl get pods",
  "kubectl get pods -o wide",
  "kubectl get nodes -o json | jq -r '.items[].metadata.name'",
  "kubectl describe node node-a",
  "kubectl get all -A",
  "kubectl scale deployment web --replicas=6",
  "lab traffic web 40",
  "kubectl get podz",
];

const { values: flags } = parseArgs({
  options: {
    binary: { type: "string" },
    site: { type: "string", default: SITE },
    url: { type: "string" },
    slug: { type: "string", default: "21-why-kubernetes" },
    rounds: { type: "string", default: "25" },
    "max-ms": { type: "string", default: "50" },
  },
});

/** Types a line; ms until its first piece, and until its end. */
function type(base, { cookie, sandbox }, line) {
  const begun = performance.now();
  const headers = { cookie, "content-type": "text/plain", "content-length": Buffer.byteLength(line) };
  return new Promise((resolve, reject) => {
    const request = http.request(`${base}/sandboxes/${sandbox}/console?lang=ko`, { method: "POST", headers, agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${line}: ${response.statusCode}`));
      let first;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => {
        first ??= performance.now() - begun;
        text += piece;
      });
      response.on("end", () => {
        const last = JSON.parse(text.trimEnd().split("\n").at(-1));
        if (last.end) resolve({ first, all: performance.now() - begun });
        else reject(new Error(`${line}: ended without its end`));
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(line);
  });
}

async function main() {
  if (!flags.url && !flags.binary) throw new Error("say which server: --url ADDRESS, or --binary PATH to start one");
  const server = flags.url ? { url: flags.url.replace(/\/$/, ""), stop: async () => {} } : await start(flags.binary, flags.site);
  const firsts = [];
  try {
    const learner = await visit(server.url, flags.slug);
    const times = new Map(LINES.map((line) => [line, []]));
    for (let round = 0; round < Number(flags.rounds); round += 1) {
      for (const line of LINES) times.get(line).push(await type(server.url, learner, line));
    }
    machine();
    header();
    for (const [line, all] of times) {
      row(`${line.slice(0, 26)}: first byte`, all.map((one) => one.first));
      row("  ended", all.map((one) => one.all));
      firsts.push(...all.map((one) => one.first));
    }
    row("all: first byte", firsts);
  } finally {
    agent.destroy();
    await server.stop();
  }
  const median = firsts.toSorted((a, b) => a - b)[Math.floor(firsts.length / 2)];
  if (!(median <= Number(flags["max-ms"]))) process.exitCode = 1;
}

main().catch((e) => {
  console.error(`error: ${e.message}`);
  process.exit(1);
});
