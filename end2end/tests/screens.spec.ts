// Each screen at three widths, light and dark, as pictures to lay beside the design's. What would make a page scroll sideways fails.
import { type Page } from "@playwright/test";
import { experiments } from "../support/experiment.js";
import { expect, screenshot, test } from "../support/fixtures.js";
import { ExperimentPage } from "../support/solving.js";
import { sidewaysPx, widget } from "../support/widgets.js";

const SIZES = [[1440, 900], [1024, 768], [390, 844]] as const;
const SCHEMES = ["light", "dark"] as const;
const LESSON = "/ko/lessons/21-why-kubernetes";

const PAGES: Record<string, string> = {
  home: "/ko",
  "home-en": "/en",
  fidelity: "/ko/fidelity",
  race: widget("ko", "race"),
  placing: `${widget("ko", "placing")}?moves=12123100`,
  sorting: widget("ko", "sorting"),
  advisor: widget("ko", "adopt"),
};

/** Experiments in the middle of their work: how far their solution has gone, and what is looked at. */
const AT_WORK = [
  { id: "operator", after_s: 60, part: ".ex__head" },
  { id: "self-healing", after_s: 75, part: ".checks" },
  { id: "graceful-rollout", after_s: 20, part: ".checks" },
  { id: "autoscale", after_s: 840, part: ".charts" },
] as const;

for (const [name, address] of Object.entries(PAGES)) {
  test(`the screen ${name}`, async ({ page }) => {
    await page.goto(address);
    await page.waitForLoadState("load");
    await everySize(page, async (size) => screenshot(page, `${name}-${size}`));
  });
}

test("the screen lesson", async ({ page }) => {
  await page.goto(LESSON);
  await page.waitForLoadState("load");
  await everySize(page, (size) => screenshot(page, `lesson-${size}`, false));
});

for (const { id, after_s, part } of AT_WORK) {
  test(`the screen ${id}`, async ({ page }) => {
    const on = new ExperimentPage(page, "ko", experiments().find((e) => e.id === id)!);
    await on.open();
    await on.predict();
    await on.setSpeed(60);
    // a busy machine lets virtual time flow slower than asked
    const reach = (at_s: number) => expect.poll(() => on.elapsed(), { timeout: 60_000 }).toBeGreaterThanOrEqual(at_s);
    for (const { at_s, line } of on.experiment.steps.filter((step) => step.at_s < after_s)) {
      await reach(at_s);
      await on.run(line);
    }
    await reach(after_s);
    await on.button(on.words.pause).click();
    await everySize(page, async (size) => {
      await on.card.locator(part).first().scrollIntoViewIfNeeded();
      await screenshot(page, `${id}-${size}`, false);
    });
    // on a phone the stage is a sheet
    await page.locator("label.btn[for=stage-open]").click();
    await expect(on.stage).toBeInViewport();
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `${id}-stage-390-${colorScheme}`, false);
    }
  });
}

async function everySize(page: Page, keep: (size: string) => Promise<void>): Promise<void> {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(sidewaysPx), `${width} px does not scroll sideways`).toBeLessThanOrEqual(0);
      await keep(`${width}-${colorScheme}`);
    }
  }
}
