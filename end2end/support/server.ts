// The server process under test: started on a free port with its own data, ended or killed at will.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");
const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");
export const BINARY = process.env.PILOTHOUSE_BIN ?? join(TARGET, "debug/pilothouse");
const SITE = process.env.LEPTOS_SITE_ROOT ?? join(TARGET, "site");

const READY = /listening on (http:\/\/\S+)/;
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;
/** Enough of the log to see why a server did not start. */
const LOG_LINES_MAX = 200;

/** One server with its data folder; it can be started again on the same port and data. */
export class Server {
  readonly url: string;
  /** The last lines of both streams. */
  readonly log: string[] = [];
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly data: string,
    private readonly more: string[],
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** A running server with fresh data. */
  static async fresh(...more: string[]): Promise<Server> {
    const server = new Server(await freePort(), mkdtempSync(join(tmpdir(), "pilothouse-e2e-")), more);
    try {
      await server.start();
    } catch (why) {
      await server.dispose();
      throw why;
    }
    return server;
  }

  /** Starts the process and waits until it says that it listens. */
  async start(): Promise<void> {
    // kubectl's door is not part of this: a free port, so that another server on this machine is not in the way
    const doors = ["--listen", `127.0.0.1:${this.port}`, "--kube-listen", "127.0.0.1:0"];
    const args = ["serve", ...doors, "--data", this.data, ...this.more];
    const child = spawn(BINARY, args, {
      cwd: ROOT,
      env: { ...process.env, LEPTOS_SITE_ROOT: SITE, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    await new Promise<void>((ready, failed) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        failed(new Error(`${BINARY} ${args.join(" ")}: ${why}\n${this.log.join("\n")}`));
      };
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        fail(`did not say "listening on" in ${START_MS_MAX} ms`);
      }, START_MS_MAX);
      child.once("error", (e) => fail(String(e)));
      child.once("exit", (code, signal) => fail(`ended with ${signal ?? code} before it listened`));
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream! }).on("line", (line) => {
          this.log.push(line);
          if (this.log.length > LOG_LINES_MAX) this.log.shift();
          if (stream === child.stdout && READY.test(line)) {
            clearTimeout(timer);
            ready();
          }
        });
      }
    });
  }

  /** A crash: SIGKILL, nothing can be saved any more. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** An orderly end by SIGTERM; an error when it takes too long or fails. */
  async stop(): Promise<void> {
    const child = this.child;
    const late = setTimeout(() => child?.kill("SIGKILL"), STOP_MS_MAX);
    await this.end("SIGTERM");
    clearTimeout(late);
    if (child?.exitCode !== 0) {
      const how = child?.signalCode ?? child?.exitCode;
      throw new Error(`SIGTERM ended the server with ${how}, not 0\n${this.log.join("\n")}`);
    }
  }

  /** Ends the process, if it still runs, and removes the data. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no free port on 127.0.0.1");
  return address.port;
}
