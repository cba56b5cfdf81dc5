// Every experiment of the course is solved as its file solves it: by what the page offers to the hand, and by lines typed into
// the console. Both languages go side by side, each a learner with a cluster of their own.
import { type Browser } from "@playwright/test";
import { type Experiment, experiments } from "../support/experiment.js";
import { type Problems, complaints, expect, test } from "../support/fixtures.js";
import { moves } from "../support/handles.js";
import { make } from "../support/moving.js";
import { type Ending, ExperimentPage } from "../support/solving.js";
import type { Lang } from "../support/words.js";

// What the console alone can do would be excepted here; there is none, as the YAML tab applies whatever a line would change.

/** A busy machine lets virtual time flow slower than asked. */
test.describe.configure({ timeout: 240_000 });
// a failure tells what was done when; tracing two busy pages would slow both
test.use({ trace: "off" });

const LANGS = ["ko", "en"] as const;

type Way = (on: ExperimentPage, line: string) => Promise<Ending>;

const WAYS: Record<string, Way> = {
  handles: (on, line) => make(on, moves(on.experiment, line)),
  console: async (on, line) => {
    const printed = await on.send(line);
    return async () => {
      const text = await printed();
      await expect(on.entries.last().locator(".note"), `\`${line}\` succeeds:\n${text}`).toHaveCount(0);
    };
  },
};

for (const experiment of experiments()) {
  for (const [name, way] of Object.entries(WAYS)) {
    test(`${experiment.id} by ${name}`, async ({ browser, server }) => {
      const found = await Promise.all(LANGS.map((lang) => faults(browser, lang, experiment, way)));
      expect(found.flat(), `the server said:\n${server.log.slice(-10).join("\n")}`).toEqual([]);
    });
  }
}

test("no experiment of the course is left out", async ({ page }) => {
  await page.goto("/en");
  const links = page.getByRole("main").getByRole("link");
  const hrefs = await links.evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
  const lessons = new Set(hrefs.flatMap((href) => /^\/en\/lessons\/[^/?#]+/.exec(href)?.[0] ?? []));
  const cards: string[] = [];
  for (const lesson of lessons) {
    await page.goto(lesson);
    const ids = await page.locator("section.ex[id^=ex-]").evaluateAll((all) => all.map((card) => card.id.replace(/^ex-/, "")));
    cards.push(...ids.map((id) => `${lesson}/${id}`));
  }
  expect(cards.sort()).toEqual(experiments().map((e) => `/en/lessons/${e.lesson}/${e.id}`).sort());
});

/** What goes wrong when an experiment is solved, and what the page complains of meanwhile. */
async function faults(browser: Browser, lang: Lang, experiment: Experiment, way: Way): Promise<string[]> {
  const problems: Problems = [];
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    complaints(page, problems);
    const on = new ExperimentPage(page, lang, experiment);
    await on.open();
    await on.predict();
    await on.play((line) => way(on, line));
    await on.expectSolved();
  } catch (why) {
    problems.push((why as Error).stack ?? String(why));
  } finally {
    await context.close();
  }
  return problems.map((problem) => `${lang}: ${problem}`);
}
