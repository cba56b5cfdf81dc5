#!/usr/bin/env node
// How long an action takes until a learner's picture shows it, with many learners at once.
//
//   node server/benches/load.mjs --binary target/release/pilothouse     starts it on free ports with its own data
//   node server/benches/load.mjs --url http://127.0.0.1:3000            uses a server that runs
//
// Each learner opens the lesson (a cookie and a sandbox of their own) and its frames, then types
// `lab traffic web N` with another N about every second. Measured: from sending the form until the frame that shows N;
// with --speed, how evenly the frames of a fast clock come, too; --first gives a line that each types before.
// Exits with 1 on errors only; how fast a machine is, is for the reader to judge. Node >= 20, no packages.

import { readFileSync } from "node:fs";
import http from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { agent, ask, header, machine, row, SITE, start, visit } from "./served.mjs";

const WAIT_MS = 10_000;
const OPENING_AT_ONCE = 4;

const { values: flags } = parseArgs({
  options: {
    binary: { type: "string" },
    site: { type: "string", default: SITE },
    url: { type: "string" },
    slug: { type: "string", default: "21-why-kubernetes" },
    learners: { type: "string", default: "50" },
    seconds: { type: "string", default: "20" },
    "every-ms": { type: "string", default: "1000" },
    speed: { type: "string", default: "1" },
    first: { type: "string", default: "" },
  },
});
const learners = Number(flags.learners);
const seconds = Number(flags.seconds);
const everyMs = Number(flags["every-ms"]);
const speed = Number(flags.speed);
const errors = [];
agent.maxSockets = learners * 3;

/** Seconds of processor time that a process has used; NaN where it cannot be told. */
function cpuSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(stat[11]) + Number(stat[12])) / 100;
  } catch {
    return NaN;
  }
}

class Learner {
  constructor(base, number) {
    this.base = base;
    this.number = number;
    this.wanted = new Map();
    this.times = [];
    this.answers = [];
    this.frames = 0;
    this.clocks = [];
  }

  async open() {
    Object.assign(this, await visit(this.base, flags.slug));
    const first = new Promise((resolve, reject) => {
      this.first = resolve;
      setTimeout(() => reject(new Error("no first frame in 20 s")), 20_000).unref();
    });
    const uri = `${this.base}/sandboxes/${this.sandbox}/frames?lang=ko`;
    this.stream = http.get(uri, { headers: { cookie: this.cookie, accept: "text/event-stream" }, agent: false }, (response) => {
      if (response.statusCode !== 200) errors.push(`frames gave ${response.statusCode}`);
      const lines = createInterface({ input: response });
      lines.on("line", (line) => this.line(line, performance.now()));
      lines.on("error", (e) => this.closed || errors.push(`frames: ${e.message}`));
      response.on("end", () => this.closed || errors.push("a stream of frames ended"));
    });
    this.stream.on("error", (e) => this.closed || errors.push(`frames: ${e.message}`));
    await first;
    if (flags.first) await this.type(flags.first);
    if (speed !== 1) {
      const form = { sandbox: this.sandbox, control: "speed", speed, back: "" };
      const answer = await ask(`${this.base}/api/time`, { method: "POST", cookie: this.cookie, form });
      if (answer.code !== 200) throw new Error(`time gave ${answer.code}: ${answer.text.slice(0, 300)}`);
    }
  }

  async type(line) {
    const form = { sandbox: this.sandbox, line, back: "" };
    const answer = await ask(`${this.base}/api/console`, { method: "POST", cookie: this.cookie, form });
    if (answer.code !== 200 || JSON.parse(answer.text).exit_code !== 0) {
      throw new Error(`console gave ${answer.code}: ${answer.text.slice(0, 300)}`);
    }
  }

  /** Of each frame at full speed: real ms that its clock is behind the clock of the timeliest, and ms since the one before. */
  lags() {
    const at = this.clocks.map(({ now, virtual }) => now - virtual / speed);
    const least = at.reduce((a, b) => Math.min(a, b), Infinity);
    const gaps = this.clocks.slice(1).map(({ now }, n) => now - this.clocks[n].now);
    return { behind: at.map((one) => one - least), gaps };
  }

  line(line, now) {
    if (!line.startsWith("data:")) return;
    this.frames += 1;
    this.first();
    const clock = /"clock":\{"now_ms":(\d+),[^}]*"speed":(\d+)/.exec(line);
    if (clock && Number(clock[2]) === speed) this.clocks.push({ now, virtual: Number(clock[1]) });
    // Only frames with a Traffic in them are of interest, and only its rate.
    for (const [, rate] of line.matchAll(/"rate_rps":([0-9.]+)/g)) {
      const action = this.wanted.get(Number(rate));
      if (!action) continue;
      this.wanted.delete(Number(rate));
      this.times.push(now - action.sent);
      action.shown();
    }
  }

  async act(rate) {
    const action = { sent: performance.now() };
    const shown = new Promise((resolve) => (action.shown = resolve));
    this.wanted.set(rate, action);
    await this.type(`lab traffic web ${rate}`).catch((e) => {
      this.wanted.delete(rate);
      throw e;
    });
    this.answers.push(performance.now() - action.sent);
    const late = sleep(WAIT_MS, "late", { ref: false });
    if ((await Promise.race([shown, late])) === "late") {
      this.wanted.delete(rate);
      throw new Error(`learner ${this.number}: no frame showed rate ${rate} within ${WAIT_MS} ms`);
    }
  }

  async live(until) {
    await sleep(Math.random() * everyMs);
    for (let n = 0; performance.now() < until; n += 1) {
      const next = performance.now() + everyMs * (0.8 + 0.4 * Math.random());
      // 41, 42 … 100 and again: never the rate that is there.
      await this.act(41 + ((n + this.number) % 60)).catch((e) => errors.push(e.message));
      await sleep(Math.max(0, Math.min(next, until) - performance.now()));
    }
  }

  close() {
    this.closed = true;
    this.stream?.destroy();
  }
}

async function main() {
  if (!flags.url && !flags.binary) throw new Error("say which server: --url ADDRESS, or --binary PATH to start one");
  const server = flags.url ? { url: flags.url.replace(/\/$/, ""), stop: async () => {} } : await start(flags.binary, flags.site);
  const all = Array.from({ length: learners }, (_, n) => new Learner(server.url, n));
  try {
    const begun = performance.now();
    const queue = [...all];
    await Promise.all(Array.from({ length: OPENING_AT_ONCE }, async () => {
      for (let one; (one = queue.shift()); ) await one.open();
    }));
    const openedMs = performance.now() - begun;
    const before = cpuSeconds(server.pid);
    const until = performance.now() + seconds * 1000;
    await Promise.all(all.map((one) => one.live(until)));

    const busy = ((cpuSeconds(server.pid) - before) / seconds) * 100;
    machine();
    console.log(`learners: ${learners}, opened in ${(openedMs / 1000).toFixed(1)} s; ${seconds} s of an action about every ${everyMs} ms each, clocks at x${speed}`);
    header();
    row("action sent to picture shown", all.flatMap((one) => one.times));
    row("action sent to form answered", all.flatMap((one) => one.answers));
    const lags = all.map((one) => one.lags());
    row("frame after frame", lags.flatMap((one) => one.gaps));
    row("frame's clock behind real time", lags.flatMap((one) => one.behind));
    console.log(`frames: ${all.reduce((n, one) => n + one.frames, 0)}; errors: ${errors.length}; the server used ${Number.isNaN(busy) ? "?" : busy.toFixed(0)} % of a core`);
  } finally {
    all.forEach((one) => one.close());
    agent.destroy();
    await server.stop();
  }
  for (const e of new Set(errors)) console.error(`error: ${e}`);
  if (errors.length > 0 || all.every((one) => one.times.length === 0)) process.exitCode = 1;
}

main().catch((e) => {
  console.error(`error: ${e.message}`);
  process.exit(1);
});
