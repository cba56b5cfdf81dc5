// Sorting: a reason as soon as a sentence lies somewhere, by mouse, by keyboard, and as a form.
import { axeFindings, expect, screenshot, test } from "../support/fixtures.js";
import { WIDGETS, widget } from "../support/widgets.js";
import { LESSON } from "../support/words.js";

for (const lang of ["ko", "en"] as const) {
  const words = WIDGETS[lang].sort;

  test(`sort in ${lang}: reasons come at once, by keyboard too`, async ({ page }) => {
    await page.goto(widget(lang, "sorting"));
    const card = page.getByRole("region", { name: words.title });
    const first = card.getByRole("group", { name: words.first });
    await expect(async () => {
      await first.getByRole("radio", { name: words.command }).check({ force: true });
      await expect(card.getByText(words.yes)).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 60_000 });
    await expect(card.getByText(words.score(1, 1))).toBeVisible();

    // the arrow keys choose within a sentence
    const second = card.getByRole("group", { name: words.second });
    await second.getByRole("radio", { name: words.command }).focus();
    await page.keyboard.press("Space");
    await expect(card.getByText(words.again)).toBeVisible();
    await expect(card.getByText(words.score(2, 1))).toBeVisible();
    await page.keyboard.press("ArrowRight");
    await expect(card.getByText(words.score(2, 2))).toBeVisible();
    await expect(card.getByText(words.again)).toHaveCount(0);

    for (const group of await card.getByRole("group").all()) {
      if ((await group.getByRole("radio", { checked: true }).count()) === 0)
        await group.getByRole("radio", { name: words.wish }).check({ force: true });
    }
    await expect(card.getByText(words.end)).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, `sort-${lang}`);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false, expected: /preloaded using link preload/ });
  for (const lang of ["ko", "en"] as const) {
    const words = WIDGETS[lang].sort;
    test(`sort in ${lang}: the form answers at its place in the lesson`, async ({ page }) => {
      await page.goto(`/${lang}/lessons/${LESSON}`);
      const card = page.getByRole("region", { name: words.title });
      await card.getByRole("group", { name: words.first }).getByText(words.command, { exact: true }).click();
      await card.getByRole("group", { name: words.second }).getByText(words.command, { exact: true }).click();
      await card.getByRole("button", { name: words.show }).click();
      await expect(page).toHaveURL(/sorting\.to-server-two=command/);
      await expect(card.getByText(words.yes)).toBeVisible();
      await expect(card.getByText(words.again)).toBeVisible();
      await expect(card.getByText(words.score(2, 1))).toBeVisible();
      await page.goto(`/${lang}/lessons/${LESSON}`);
      await expect(card.getByText(words.score(2, 1)), "the lesson remembers").toBeVisible();
      await card.getByRole("button", { name: words.over }).click();
      await expect(card.getByRole("radio", { checked: true })).toHaveCount(0);
    });
  }
});
