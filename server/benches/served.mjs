// What the benchmarks of a served Pilothouse share: a server of their own, requests with a cookie, tables of times.
// Node >= 20, no packages.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const SITE = path.join(ROOT, "target/site");
export const agent = new http.Agent({ keepAlive: true });

/** Starts the program on free ports; resolves to its address once it listens. */
export async function start(binary, site) {
  const data = mkdtempSync(path.join(os.tmpdir(), "pilothouse-bench-"));
  const args = ["serve", "--listen", "127.0.0.1:0", "--kube-listen", "127.0.0.1:0", "--data", data];
  const child = spawn(path.resolve(binary), args, {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: "", LEPTOS_SITE_ROOT: site, RUST_LOG: process.env.RUST_LOG ?? "warn" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await Promise.race([once(child, "exit"), sleep(8_000)]);
      if (child.exitCode === null) child.kill("SIGKILL");
    }
    rmSync(data, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop().finally(() => process.exit(1)));
  for await (const line of createInterface({ input: child.stdout })) {
    const at = /listening on (http:\S+)/.exec(line);
    if (at) return { url: at[1], stop, pid: child.pid };
  }
  await stop();
  throw new Error(`${binary} ended before it listened`);
}

/** One request with a cookie; the body whole. */
export function ask(url, { method = "GET", cookie, form } = {}) {
  const body = form && new URLSearchParams(form).toString();
  const headers = { accept: form ? "application/json" : "text/html", "accept-language": "ko" };
  if (cookie) headers.cookie = cookie;
  if (form) {
    headers["content-type"] = "application/x-www-form-urlencoded";
    headers["content-length"] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => (text += piece));
      response.on("end", () => resolve({ code: response.statusCode, headers: response.headers, text }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.setTimeout(60_000, () => request.destroy(new Error(`no answer in 60 s: ${method} ${url}`)));
    request.end(body);
  });
}

/** Opens the lesson as a new learner: a cookie, and a sandbox of their own. */
export async function visit(base, slug) {
  const page = await ask(`${base}/ko/lessons/${slug}?ex=self-healing`);
  if (page.code !== 200) throw new Error(`the lesson page gave ${page.code}`);
  const cookie = (page.headers["set-cookie"] ?? []).map((c) => c.split(";")[0]).join("; ");
  const sandbox = /\/sandboxes\/([A-Za-z0-9_-]+)\//.exec(page.text)?.[1]
    ?? /name="sandbox"[^>]*value="([^"]+)"/.exec(page.text)?.[1];
  if (!cookie || !sandbox) throw new Error("the lesson page named no sandbox, or set no cookie");
  return { cookie, sandbox };
}

/** The value that a share of all does not exceed. */
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;

/** What was measured on. */
export function machine() {
  const [cpu] = os.cpus();
  console.log(`machine: ${os.cpus().length} x ${cpu?.model ?? "?"}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, load ${os.loadavg()[0].toFixed(1)}`);
}

/** The head of a table of times. */
export function header() {
  console.log(`${"ms".padEnd(34)}${"count".padStart(7)}${["p50", "p95", "p99", "max"].map((h) => h.padStart(9)).join("")}`);
}

/** A row of it: how many, and percentiles in ms. */
export function row(name, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const cells = [0.5, 0.95, 0.99, 1].map((p) => percentile(sorted, p).toFixed(1).padStart(9));
  console.log(`${name.padEnd(34)}${String(sorted.length).padStart(7)}${cells.join("")}`);
}
