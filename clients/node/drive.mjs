// The JavaScript client drives a cluster: KUBECONFIG says which. Prints what it did; any surprise is an exception.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import * as k8s from "@kubernetes/client-node";

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const namespace = "default";
const labels = { app: "js" };
const PATIENCE_MS = 60_000;

/** Resolves once the informer's cache will do. */
function until(informer, what, willDo) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`waited for ${what}`)), PATIENCE_MS);
    const look = () => {
      if (willDo(informer.list(namespace) ?? [])) {
        clearTimeout(timer);
        resolve();
      }
    };
    for (const verb of ["add", "update", "delete"]) informer.on(verb, look);
    look();
  });
}

const isReady = (pod) => (pod.status?.conditions ?? []).some((c) => c.type === "Ready" && c.status === "True");

const nodes = (await core.listNode()).items;
assert.equal(nodes.length, 3);
console.log("list");

const pods = k8s.makeInformer(
  config,
  `/api/v1/namespaces/${namespace}/pods`,
  () => core.listNamespacedPod({ namespace, labelSelector: "app=js" }),
  "app=js",
);
await pods.start();

const created = await apps.createNamespacedDeployment({
  namespace,
  body: {
    metadata: { name: "js" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx:1.27" }] } },
    },
  },
});
assert.equal(created.spec.strategy.type, "RollingUpdate");
console.log("create");

await until(pods, "two ready pods", (all) => all.filter(isReady).length === 2);
console.log("informer");

const patched = await apps.patchNamespacedDeployment(
  { name: "js", namespace, body: { spec: { replicas: 3 } } },
  k8s.setHeaderOptions("Content-Type", k8s.PatchStrategy.StrategicMergePatch),
);
assert.equal(patched.spec.replicas, 3);
await until(pods, "three ready pods", (all) => all.filter(isReady).length === 3);
console.log("patch");

const out = new PassThrough();
const pod = pods.list(namespace)[0];
const logs = new k8s.Log(config);
const done = text(out);
await logs.log(namespace, pod.metadata.name, "web", out, { follow: false });
assert.equal(typeof (await done), "string");
console.log("logs");

const said = new PassThrough();
const heard = text(said);
const status = await new Promise((resolve, reject) => {
  const command = ["sh", "-c", "hostname; exit 3"];
  new k8s.Exec(config).exec(namespace, pod.metadata.name, "web", command, said, null, null, false, resolve).catch(reject);
});
said.end();
assert.equal(await heard, `${pod.metadata.name}\n`);
assert.equal(status.reason, "NonZeroExitCode");
console.log("exec");

await apps.deleteNamespacedDeployment({ name: "js", namespace });
await until(pods, "no pods", (all) => all.length === 0);
await pods.stop();
console.log("delete");

await assert.rejects(core.readNamespacedPod({ name: "nobody", namespace }), (e) => e.code === 404);
console.log("refused");
