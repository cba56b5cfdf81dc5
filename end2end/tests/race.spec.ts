// The race: predictions, a script, two worlds, and verdicts that the run decided. It is a form all the way.
import { type Page } from "@playwright/test";
import { axeFindings, expect, screenshot, test } from "../support/fixtures.js";
import { WIDGETS, sidewaysPx, widget } from "../support/widgets.js";

const LABELS = { width: 1440, height: 900 };

async function predict(page: Page, sides: readonly string[]): Promise<void> {
  const groups = await page.locator(".guess").all();
  expect(groups).toHaveLength(sides.length);
  for (const [i, side] of sides.entries()) await groups[i].getByText(side, { exact: true }).click();
}

function verdicts(page: Page): Promise<string[]> {
  return page.locator(".vd > span").allInnerTexts();
}

async function play(page: Page, lang: "ko" | "en"): Promise<void> {
  const words = WIDGETS[lang].race;
  await page.goto(widget(lang, "race"));
  await expect(page.getByRole("heading", { level: 1, name: words.title })).toBeVisible();
  await expect(page.locator(".race__out")).toHaveCount(0);
  const { even, kubernetes } = words;
  await predict(page, ["Compose", even, kubernetes, kubernetes, kubernetes, kubernetes]);
  await page.getByRole("button", { name: words.run }).click();
  await expect(page.getByRole("img", { name: words.chart })).toBeVisible();
  expect(await verdicts(page)).toEqual(words.verdicts);
  await expect(page.getByText(words.right)).toBeVisible();
}

for (const lang of ["ko", "en"] as const) {
  const words = WIDGETS[lang].race;

  test(`race in ${lang}: predicted, run, and decided by the run`, async ({ page }) => {
    await page.setViewportSize(LABELS);
    await play(page, lang);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, `race-${lang}`);
    await page.getByText(words.table).click();
    await expect(page.locator(".race__chart table tbody tr")).toHaveCount(6);
    await page.goto(widget(lang, "race"));
    await expect(page.getByText(words.right), "the last race is there again").toBeVisible();
  });

  test(`race in ${lang} at 390 px, dark, does not scroll sideways`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    await play(page, lang);
    expect(await page.evaluate(sidewaysPx)).toBeLessThanOrEqual(0);
    await screenshot(page, `race-${lang}-390-dark`);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false, expected: /preloaded using link preload/ });
  for (const lang of ["ko", "en"] as const) {
    const words = WIDGETS[lang].race;
    test(`race in ${lang}: a script of one's own is played, and a wrong one is told`, async ({ page }) => {
      await play(page, lang);
      await page.locator(".race__setup > summary").click();
      const script = page.getByRole("textbox", { name: words.script });
      await script.fill("00:10 explode");
      await page.getByRole("button", { name: words.run }).click();
      await expect(page.getByRole("alert").filter({ hasText: words.noVerb })).toBeVisible();
      await expect(script).toHaveValue("00:10 explode");
      await script.fill("00:00 cores 6\n01:00 traffic 120");
      await page.getByRole("button", { name: words.run }).click();
      await expect(page.locator(".race__out")).toBeVisible();
      expect((await verdicts(page))[2], "a larger machine is an answer too").toBe(words.even_);
    });
  }
});
