// The advisor: answers push, the band says how sure it is, and the address keeps what was answered.
import { axeFindings, expect, screenshot, test } from "../support/fixtures.js";
import { WIDGETS, sidewaysPx, widget } from "../support/widgets.js";

for (const lang of ["ko", "en"] as const) {
  const words = WIDGETS[lang].advisor;

  test(`advisor in ${lang}: an answer moves the advice, and the link keeps it`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(widget(lang, "adopt"));
    await expect(page.getByRole("heading", { level: 1, name: words.title })).toBeVisible();
    const advice = page.getByRole("heading", { level: 2 }).first();
    await expect(advice).toContainText(words.notKnown);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, `advisor-${lang}`);

    // hydrated: what is answered counts at once
    const onCall = page.getByRole("slider", { name: words.onCall });
    const sum = page.locator(".adv__sum");
    const before = await sum.innerText();
    await expect(async () => {
      await onCall.press("End");
      await expect(sum).not.toHaveText(before, { timeout: 500 });
    }).toPass({ timeout: 60_000 });
    for (const slider of await page.getByRole("slider").all()) await slider.press("End");
    await expect(advice).toContainText(words.kubernetes);
    for (const slider of await page.getByRole("slider").all()) await slider.press("Home");
    await expect(advice).toContainText(words.compose);

    const services = page.getByRole("checkbox", { name: `${words.unknown}: ${words.services}` });
    const figure = page.locator("tr[data-side=u]");
    await expect(figure).toHaveCount(0);
    // what was answered before may still be on its way
    const answered = page.waitForResponse((r) => /keep-widget/.test(r.url()) && /unknown/.test(r.request().postData() ?? ""));
    await services.check();
    await expect(figure).toHaveCount(1);
    await answered;
    await page.goto(widget(lang, "adopt"));
    await expect(services, "the page remembers").toBeChecked();
    await expect(onCall).toHaveValue("0");
    await page.getByRole("link", { name: words.link }).click();
    await expect(page).toHaveURL(/unknown=services/);
    await expect(services).toBeChecked();
    await expect(onCall).toHaveValue("0");
    await page.getByRole("button", { name: words.first }).click();
    await expect(services, "and starts over").not.toBeChecked();
    await expect(page).toHaveURL(/adopt$/);
  });

  test(`advisor in ${lang} at 390 px, dark, does not scroll sideways`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(widget(lang, "adopt"));
    expect(await page.evaluate(sidewaysPx)).toBeLessThanOrEqual(0);
    await screenshot(page, `advisor-${lang}-390-dark`);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false, expected: /preloaded using link preload/ });
  for (const lang of ["ko", "en"] as const) {
    const words = WIDGETS[lang].advisor;
    test(`advisor in ${lang}: the form answers`, async ({ page }) => {
      await page.goto(widget(lang, "adopt"));
      const sum = page.locator(".adv__sum");
      const before = await sum.innerText();
      await page.getByRole("slider", { name: words.onCall }).press("End");
      await page.getByRole("group", { name: words.managed }).getByText(words.notSure).click();
      await page.getByRole("button", { name: words.show }).click();
      await expect(page).toHaveURL(/on-call=4.*managed=unsure/);
      await expect(sum).not.toHaveText(before);
      await expect(page.locator("tr[data-side=u]")).toHaveCount(1);
    });
  }
});
