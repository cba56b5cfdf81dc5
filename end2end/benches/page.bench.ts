// What a lesson's page weighs, how soon it is there, and what it costs to keep up with a large cluster.
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { type Browser, type CDPSession, type Page, expect } from "@playwright/test";
import { ClusterPage } from "../support/cluster.js";
import { test } from "../support/fixtures.js";

/** Lighthouse's desktop: its window, 10 Mbit/s and 40 ms there and back. */
const WINDOW = { width: 1350, height: 940 };
const NETWORK = { offline: false, latency: 40, downloadThroughput: 10_240_000 / 8, uploadThroughput: 10_240_000 / 8 };
const VISITS = 5;
const ACTIONS = 40;
const PODS = 300;
const WATCHED_MS = 15_000;
const LONG_TASK_MS = 50;
const LIGHTHOUSE = resolve(import.meta.dirname ?? ".", "lighthouse/node_modules/lighthouse/cli/index.js");

test.use({ viewport: WINDOW });

const print = (name: string, amount: number, unit: string) =>
  process.stdout.write(`${name.padEnd(60)} ${amount.toFixed(amount < 10 ? 3 : 1)} ${unit}\n`);
const nth = (all: number[], part: number) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))]!;

test("weight and speed of a lesson's page", async ({ browser, baseURL }) => {
  const visits = [];
  for (let n = 0; n < VISITS; n += 1) visits.push(await visit(browser, `${baseURL}/ko/lessons/21-why-kubernetes`));
  print("page: WebAssembly as it is sent", visits[0]!.wasm_bytes / 1024, "KiB");
  print("page: everything as it is sent", visits[0]!.all_bytes / 1024, "KiB");
  print("page: largest contentful paint, median", nth(visits.map((v) => v.lcp_ms), 0.5), "ms");
  print("page: cumulative layout shift, worst, thousandths", Math.max(...visits.map((v) => v.cls)) * 1000, "");
  print("page: until it is alive, median", nth(visits.map((v) => v.alive_ms), 0.5), "ms");
});

test("from action to picture", async ({ page }) => {
  const on = new ClusterPage(page, "en");
  await on.open();
  const took: number[] = [];
  for (let n = 0; n < ACTIONS; n += 1) {
    const replicas = 5 + (n % 2);
    took.push(await seen(page, `kubectl scale deployment web --replicas=${replicas}`, on, replicas));
  }
  print("page: from a command to its effect on the stage, p95", nth(took, 0.95), "ms");
});

test("a large cluster at sixty times", async ({ page }) => {
  const on = new ClusterPage(page, "en");
  // its four machines have the memory for so many
  await page.goto("/en/lessons/21-why-kubernetes?ex=constraints");
  await on.alive();
  await on.setSpeed(60);
  await on.run(`kubectl create deployment crowd --image=busybox:1.36 --replicas=${PODS} -- sleep 1d`);
  await expect.poll(async () => (await on.run("kubectl get deployment crowd")).includes(`${PODS}/${PODS}`), { timeout: 120_000 }).toBe(true);
  await on.run("kubectl rollout restart deployment crowd");
  const told = await watched(page);
  print(`page: ${PODS} pods at x60: scripting a frame, mean`, told.script_ms / told.frames, "ms");
  print(`page: ${PODS} pods at x60: longest task`, told.longest_ms, "ms");
  print(`page: ${PODS} pods at x60: tasks over ${LONG_TASK_MS} ms`, told.long_tasks, "");
  print(`page: ${PODS} pods at x60: frames a second`, (told.frames * 1000) / WATCHED_MS, "");
});

test("Lighthouse", async ({ baseURL }) => {
  for (const path of ["/ko", "/ko/lessons/21-why-kubernetes"]) {
    const flags = ["--preset=desktop", "--quiet", "--output=json", "--chrome-flags=--headless --no-sandbox --disable-gpu"];
    const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? "/usr/bin/chromium" };
    const report = execFileSync("node", [LIGHTHOUSE, `${baseURL}${path}`, ...flags], { env, encoding: "utf8", maxBuffer: 2 ** 28 });
    const { categories, audits } = JSON.parse(report) as Report;
    for (const [id, { score }] of Object.entries(categories)) print(`Lighthouse of ${path}: ${id}`, (score ?? 0) * 100, "");
    const failed = Object.entries(audits).filter(([, audit]) => audit.score !== null && audit.score < 0.9);
    for (const [id, { score, displayValue }] of failed) print(`  ${id} (${displayValue ?? "no figure"})`, score!, "");
  }
});

type Report = {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { score: number | null; displayValue?: string }>;
};

/** A first visit: nothing is in the cache. */
async function visit(browser: Browser, url: string) {
  const context = await browser.newContext({ viewport: WINDOW });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", NETWORK);
  const sent = weigh(cdp);
  await page.addInitScript(() => {
    const seen = { lcp_ms: 0, cls: 0 };
    Object.assign(window, { seen });
    type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean };
    const observe = (type: string, each: (entry: PerformanceEntry) => void) =>
      new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
    observe("largest-contentful-paint", (entry) => (seen.lcp_ms = entry.startTime));
    observe("layout-shift", (entry) => {
      const { value, hadRecentInput } = entry as Shift;
      if (!hadRecentInput) seen.cls += value;
    });
  });
  const from = Date.now();
  await page.goto(url);
  await new ClusterPage(page, "ko").alive();
  const alive_ms = Date.now() - from;
  await page.waitForTimeout(1000);
  const seen = await page.evaluate(() => (window as unknown as { seen: { lcp_ms: number; cls: number } }).seen);
  await context.close();
  return { ...seen, ...sent, alive_ms };
}

/** Bytes as they came over the wire, headers among them. */
function weigh(cdp: CDPSession) {
  const sent = { wasm_bytes: 0, all_bytes: 0 };
  const urls = new Map<string, string>();
  cdp.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    sent.all_bytes += encodedDataLength;
    if (urls.get(requestId)?.endsWith(".wasm")) sent.wasm_bytes += encodedDataLength;
  });
  return sent;
}

/** Types a line; how long after Enter the stage shows the number that it asks for, by the page's own clock. */
async function seen(page: Page, line: string, on: ClusterPage, replicas: number): Promise<number> {
  const before = await on.entries.count();
  await on.prompt.fill(line);
  const shown = page.evaluate(
    (wanted) =>
      new Promise<number>((end) => {
        let pressed = 0;
        addEventListener("keydown", (ev) => ev.key === "Enter" && (pressed = performance.now()), { once: true, capture: true });
        const look = () => {
          const groups = [...document.querySelectorAll("#stage [role=group]")];
          const is = groups.some((group) => group.getAttribute("aria-label")?.includes(wanted));
          if (pressed > 0 && is) return end(performance.now() - pressed);
          requestAnimationFrame(look);
        };
        look();
      }),
    `${replicas} desired`,
  );
  await on.prompt.press("Enter");
  const took = await shown;
  await expect(on.entries).toHaveCount(before + 1);
  return took;
}

/** What the page did for a while. */
async function watched(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  const script_s = async () => {
    const { metrics } = await cdp.send("Performance.getMetrics");
    return metrics.find((m) => m.name === "ScriptDuration")!.value;
  };
  const before_s = await script_s();
  const counted = await page.evaluate(
    ([watched_ms, long_ms]) =>
      new Promise<{ frames: number; longest_ms: number; long_tasks: number }>((end) => {
        const told = { frames: 0, longest_ms: 0, long_tasks: 0 };
        new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) {
            told.longest_ms = Math.max(told.longest_ms, duration);
            if (duration > long_ms) told.long_tasks += 1;
          }
        }).observe({ type: "longtask" });
        const from = performance.now();
        const frame = () => {
          told.frames += 1;
          if (performance.now() - from < watched_ms) requestAnimationFrame(frame);
          else end(told);
        };
        requestAnimationFrame(frame);
      }),
    [WATCHED_MS, LONG_TASK_MS] as const,
  );
  return { ...counted, script_ms: ((await script_s()) - before_s) * 1000 };
}
