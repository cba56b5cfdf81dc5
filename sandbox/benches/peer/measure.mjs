// What 100 replicas on 3 nodes cost @ngrok/webernetes, from the write to the last pod Ready: the CPU of this whole process, and
// the time on the wall (it knows no virtual time that is free). The cluster and its nodes are there before.
//
// `node measure.mjs [replicas]` prints one line of JSON for each run. Its modules have no file extensions: esbuild bundles them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const RUNS = 5;
const PATIENCE_MS = 120_000;
const replicas = Number(process.argv[2] ?? 100);

const folder = mkdtempSync(join(tmpdir(), "pilothouse-peer-"));
const bundle = join(folder, "webernetes.mjs");
buildSync({
  entryPoints: [new URL("node_modules/@ngrok/webernetes/dist/index.js", import.meta.url).pathname],
  bundle: true,
  format: "esm",
  platform: "node",
  // its own dependencies are CommonJS
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  outfile: bundle,
});
const { Cluster, BaseImage } = await import(pathToFileURL(bundle));
rmSync(folder, { recursive: true });

class Web extends BaseImage {
  static imageName = "web";
  static imageVersion = "1";
  defaultCommand = ["serve"];
  async exec(ctx) {
    return await ctx.waitUntilKilled();
  }
}

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web:1" }] },
    },
  },
};

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves once so many pods of the deployment are Ready. */
function ready(cluster) {
  const names = new Set();
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`${names.size} of ${replicas} pods were Ready after ${PATIENCE_MS} ms`)), PATIENCE_MS).unref();
    cluster.informer("pods", (type, pod) => {
      const isReady = pod.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True");
      if (type !== "delete" && isReady && pod.metadata.labels?.app === "web") names.add(pod.metadata.name);
      if (names.size === replicas) resolve();
    });
  });
}

async function run() {
  const cluster = new Cluster({ nodes: 3 });
  cluster.registerImage(Web);
  await cluster.init();
  await sleep(1_000);
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await cluster.apply([deployment]);
  await ready(cluster);
  const { user, system } = process.cpuUsage(cpu);
  const measured = { replicas, cpu_ms: (user + system) / 1000, wall_ms: performance.now() - wall };
  await cluster.close();
  return measured;
}

const { version } = JSON.parse(readFileSync(new URL("node_modules/@ngrok/webernetes/package.json", import.meta.url)));
for (let n = 0; n < RUNS; n += 1) {
  console.log(JSON.stringify({ peer: `@ngrok/webernetes ${version}`, node: process.version, ...(await run()) }));
}
process.exit(0);
