// The home page answers in both languages, with and without JavaScript, and leaves nobody out.
import { axeFindings, expect, screenshot, test } from "../support/fixtures.js";

for (const lang of ["ko", "en"] as const) {
  test(`home in ${lang}: a title, the language, no finding of axe`, async ({ page }) => {
    const answer = await page.goto(`/${lang}`);
    expect(answer?.status()).toBe(200);
    await expect(page.locator("html")).toHaveAttribute("lang", lang);
    await expect(page).toHaveTitle(/\S/);
    await expect(page.locator("h1")).toHaveCount(1);
    await page.waitForLoadState("load");
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, `home-${lang}`);
  });

  test(`home in ${lang} at 390 px does not scroll sideways`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`/${lang}`);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(tooWide).toBeLessThanOrEqual(0);
    const cutOff = await page.locator('.resume .btn').evaluateAll((buttons) =>
      buttons.filter((b) => b.getBoundingClientRect().right > b.closest('.resume')!.getBoundingClientRect().right).length);
    expect(cutOff, 'buttons that reach out of their card').toBe(0);
    await screenshot(page, `home-${lang}-390`);
  });

  test(`home in ${lang} leads to a lesson without JavaScript`, async ({ browser, server }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: server.url });
    const page = await context.newPage();
    await page.goto(`/${lang}`);
    await page.locator(`a[href*="/${lang}/lessons/"]`).first().click();
    await expect(page).toHaveURL(new RegExp(`/${lang}/lessons/`));
    await expect(page.locator("h1")).toHaveText(/\S/);
    await context.close();
  });
}

test("an address without a language leads to one", async ({ page }) => {
  await page.goto("/");
  await expect(page.locator("html")).toHaveAttribute("lang", /^(ko|en)$/);
});

test("the server ends in order, and answers again after a kill", async ({ request, server }) => {
  await server.stop();
  await server.start();
  await server.kill();
  await server.start();
  expect((await request.get("/healthz")).ok()).toBe(true);
});
