// A lesson page with a live cluster on it, as a reader finds things: by role and name.
import { type Locator, type Page, expect } from "@playwright/test";
import { ADDRESS, type Lang, WORDS, type Words } from "./words.js";

/** A pod as the stage draws it. */
export type DrawnPod = { node: string; name: string; state: string; restarts: number };

export const NODES = ["node-a", "node-b", "node-c"] as const;
type NodeName = (typeof NODES)[number];

/** The unoptimised WebAssembly is large: a busy machine compiles it for a while. */
const ALIVE_MS_MAX = 60_000;

/** What takes virtual minutes takes seconds at ×60. */
const VIRTUAL_MS_MAX = 40_000;

export class ClusterPage {
  readonly words: Words;

  constructor(
    readonly page: Page,
    readonly lang: Lang,
  ) {
    this.words = WORDS[lang];
  }

  /** Opens the lesson and waits until it is alive: its stream of frames is open. */
  async open(): Promise<void> {
    await this.page.goto(`/${this.lang}/lessons/${ADDRESS}`);
    await expect(this.page.locator("html")).toHaveAttribute("lang", this.lang);
    await this.alive();
  }

  async alive(): Promise<void> {
    const link = this.page.getByRole("banner").getByRole("status");
    await expect(link).toHaveText(this.words.saved, { timeout: ALIVE_MS_MAX });
  }

  /** The experiment's card. */
  get card(): Locator {
    return this.page.getByRole("region", { name: this.words.card });
  }
  get stage(): Locator {
    return this.page.locator("#stage");
  }
  get time(): Locator {
    return this.stage.getByRole("region", { name: this.words.time, exact: true });
  }
  /** Virtual seconds of the picture shown. */
  get slider(): Locator {
    return this.time.getByRole("slider", { name: this.words.slider });
  }
  get log(): Locator {
    return this.page.getByRole("log", { name: this.words.consoleLog });
  }

  node(name: NodeName): Locator {
    return this.stage.getByRole("article", { name: `${this.words.node} ${name}` });
  }
  podsOn(name: NodeName): Locator {
    return this.node(name).getByRole("listitem", { name: new RegExp(`^${this.words.pod} `) });
  }
  pod(name: string): Locator {
    return this.stage.getByRole("listitem", { name: new RegExp(`^${this.words.pod} ${name},`) });
  }
  button(name: string): Locator {
    return this.stage.getByRole("button", { name, exact: true });
  }

  async expectNode(name: NodeName, condition: string): Promise<void> {
    await expect(this.node(name)).toHaveAccessibleName(`${this.words.node} ${name}, ${condition}`, {
      timeout: VIRTUAL_MS_MAX,
    });
  }
  async expectReady(ready: number, desired = 6): Promise<void> {
    await expect(this.stage.getByRole("group", { name: this.words.want(desired, ready), exact: true })).toBeVisible({
      timeout: VIRTUAL_MS_MAX,
    });
  }
  async expectScore(passed: number, all = 5): Promise<void> {
    await expect(this.card.getByRole("img", { name: this.words.score(passed, all), exact: true })).toBeVisible();
  }

  /** All pods as drawn now, in a stable order. */
  async pods(): Promise<DrawnPod[]> {
    const all = await Promise.all(
      NODES.map(async (node) => {
        const labels = await this.podsOn(node).evaluateAll((li) => li.map((e) => e.getAttribute("aria-label") ?? ""));
        return labels.map((label) => drawnPod(node, label));
      }),
    );
    return all.flat().sort((a, b) => `${a.node}/${a.name}`.localeCompare(`${b.node}/${b.name}`));
  }

  /** Virtual seconds that the picture shows, from the world's beginning. */
  async seconds(): Promise<number> {
    return Number(await this.slider.getAttribute("aria-valuenow"));
  }

  async setSpeed(speed: 1 | 5 | 20 | 60): Promise<void> {
    const button = this.button(this.words.speed(speed));
    await button.click();
    await expect(button).toHaveAttribute("aria-pressed", "true");
  }

  /** Steps from event to event until so much virtual time has passed, and stands still there. */
  async stepOn(seconds: number): Promise<void> {
    const until = (await this.seconds()) + seconds;
    for (let now = 0; now < until; ) {
      const [answer] = await Promise.all([
        this.page.waitForResponse((r) => r.url().endsWith("/api/time")),
        this.button(this.words.next).click(),
      ]);
      now = (await answer.json()).clock.now_ms / 1000;
    }
  }

  /** Where lines are typed. */
  get prompt(): Locator {
    return this.page.getByRole("textbox", { name: this.words.consoleLine });
  }
  /** Lines that have ended, with what they printed. */
  get entries(): Locator {
    return this.log.locator(".entry[data-done]");
  }
  /** The line that runs. */
  get running(): Locator {
    return this.log.locator(".entry[aria-busy=true]");
  }

  /** Runs a line in the console; gives what came out. */
  async run(line: string): Promise<string> {
    return (await this.send(line))();
  }

  /** Sends a line to the console; what it gives waits until the line has ended, and gives what came out. */
  async send(line: string): Promise<() => Promise<string>> {
    const before = await this.entries.count();
    await this.prompt.fill(line);
    await this.prompt.press("Enter");
    return async () => {
      await expect(this.entries).toHaveCount(before + 1);
      await expect(this.entries.last().locator(".cmd")).toHaveText(line);
      return (await this.entries.last().locator("pre").allInnerTexts()).join("\n");
    };
  }

  /** Who, when and what of the explanation so far. */
  async chain(): Promise<string[]> {
    const links = this.card.locator(".chain").getByRole("listitem");
    return links.evaluateAll((all) =>
      all.map((li) => [".who", "time", ".what"].map((css) => li.querySelector(css)?.textContent ?? "").join(" | ")),
    );
  }
}

/** Reads "Pod q4z7p, Ready, 10.244.1.9, 2 restarts". */
function drawnPod(node: string, label: string): DrawnPod {
  const [who = "", state = "", ...rest] = label.split(", ");
  const restarts = rest.filter((part) => !/^[\d.]+$/.test(part)).map((part) => Number(/\d+/.exec(part)?.[0]));
  return { node, name: who.split(" ").at(-1) ?? "", state, restarts: restarts[0] ?? 0 };
}
