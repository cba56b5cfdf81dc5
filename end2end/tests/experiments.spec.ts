// Every experiment of the course is solved as its file solves it: by what the page offers to the hand, and by lines typed into
// the console. Both languages go side by side, each a learner with a cluster of their own.
import { type Browser } from "@playwright/test";
import { type Experiment, experiments } from "../support/experiment.js";
import { type Problems, complaints, expect, test } from "../support/fixtures.js";
import { moves } from "../support/handles.js";
import { make } from "../support/moving.js";
import { type Ending, ExperimentPage } from "../support/solving.js";
import type { Lang } from "../support/words.js";

/** Solved with the console alone, and why. */
const CONSOLE_ONLY: Record<string, string> = {};

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

/** Runs that have begun, with what went wrong in them. A run mostly waits, so the ways of an experiment go side by side. */
const begun = new Map<string, Promise<string[]>>();

function begin(browser: Browser, experiment: Experiment, way: string): Promise<string[]> {
  const name = `${experiment.lesson}/${experiment.id} by ${way}`;
  const runs = begun.get(name) ?? Promise.all(LANGS.map((lang) => faults(browser, lang, experiment, WAYS[way]!))).then((all) => all.flat());
  begun.set(name, runs);
  return runs;
}

for (const experiment of experiments()) {
  const ways = Object.keys(WAYS).filter((way) => way === "console" || !(experiment.id in CONSOLE_ONLY));
  for (const way of ways) {
    test(`${experiment.id} by ${way}`, async ({ browser }) => {
      for (const other of ways) void begin(browser, experiment, other);
      expect((await begin(browser, experiment, way)).join("\n\n")).toBe("");
    });
  }
}

test("only experiments of the course are excepted", () => {
  const ids = experiments().map((e) => e.id);
  expect(ids.length).toBeGreaterThan(0);
  expect(Object.keys(CONSOLE_ONLY).filter((id) => !ids.includes(id))).toEqual([]);
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
