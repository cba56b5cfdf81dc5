// What every test begins with: a server of its own file, a page that must stay free of errors, axe, screenshots.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type Page, expect, test as base } from "@playwright/test";
import { Server } from "./server.js";

const SCREENSHOTS = resolve(import.meta.dirname ?? ".", "../screenshots");

/** What the console and the page complained of; a test that expects a complaint takes it out. */
export type Problems = string[];

type Fixtures = {
  /** Complaints that belong to what a test does; set with `test.use`. */
  expected: RegExp;
  problems: Problems;
};
type WorkerFixtures = { server: Server };

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await Server.fresh();
      await use(server);
      await server.dispose();
    },
    { scope: "worker" },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  expected: [/^$/, { option: true }],

  problems: [
    async ({ page, expected }, use) => {
      const problems: Problems = [];
      complaints(page, problems, expected);
      await use(problems);
      expect(problems, "console errors and warnings").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Takes down what a page and its console complain of. */
export function complaints(page: Page, problems: Problems, expected = /^$/): void {
  page.on("console", (message) => {
    const text = `${message.type()}: ${message.text()}`;
    if (["error", "warning"].includes(message.type()) && !expected.test(text)) problems.push(text);
  });
  page.on("pageerror", (error) => problems.push(`page: ${error.stack ?? error}`));
}

/** Takes out the complaints that a server's death causes: requests and streams that found nobody. */
export function forgiveDeadServer(problems: Problems): void {
  const told = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)/;
  problems.splice(0, problems.length, ...problems.filter((p) => !told.test(p)));
}

/** Axe's findings in words, so that a failure says where and what. Colours on their way to others are not judged. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(async () => {
    // those in a closed <details> stand still until it is opened
    const isSeen = (a: Animation) => (a.effect as KeyframeEffect | null)?.target?.checkVisibility() ?? false;
    const passing = document.getAnimations().filter((a) => a instanceof CSSTransition && isSeen(a));
    await Promise.allSettled(passing.map((a) => a.finished));
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target.join(" ")}`));
}

/** Keeps a picture of the page in end2end/screenshots/, for the eye: all of it, or what is seen where it stands. */
export async function screenshot(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.evaluate((fullPage) => {
    if (fullPage) scrollTo(0, 0);
    return document.fonts.ready;
  }, fullPage);
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage });
}
