// The scheduler's game: the real scheduler judges each move, and gets the same pods at the end.
import { type Page } from "@playwright/test";
import { axeFindings, expect, forgiveDeadServer, screenshot, test } from "../support/fixtures.js";
import { WIDGETS, sidewaysPx, widget } from "../support/widgets.js";

const node = (page: Page, name: string) => page.getByRole("article", { name });

for (const lang of ["ko", "en"] as const) {
  const words = WIDGETS[lang].placing;

  test(`placing in ${lang}: by click and by key, refused in the scheduler's words`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(widget(lang, "placing"));
    await expect(page.getByRole("heading", { level: 1, name: words.title })).toBeVisible();
    await expect(node(page, "node-c")).toContainText("node(s) had untolerated taint {gpu: true}");
    const turn = page.locator(".wstat dd").first();
    await expect(turn).toHaveText("0 / 8");
    await node(page, "node-a").getByRole("link").click();
    await expect(turn).toHaveText("1 / 8");
    await expect(page).toHaveURL(/moves=1$/);

    // with focus inside, digits are moves: two on node-b, then it has no core left for the third
    await node(page, "node-b").getByRole("link").focus();
    await page.keyboard.press("2");
    await expect(turn).toHaveText("2 / 8");
    await page.keyboard.press("2");
    await expect(turn).toHaveText("3 / 8");
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, `placing-${lang}`);
    await page.keyboard.press("3");
    await expect(page.getByRole("status").filter({ hasText: "untolerated taint" })).toBeVisible();
    await expect(turn).toHaveText("3 / 8");
    for (let pod = 4; pod <= 8; pod++) {
      await page.keyboard.press("0");
      await expect(turn).toHaveText(`${pod} / 8`);
    }
    const result = page.getByRole("region", { name: words.result });
    await expect(result).toContainText(words.without);
    await expect(result).toContainText("3/8");
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, `placing-${lang}-end`);
  });

  test(`placing in ${lang}: a game is there again, on another device too, and starts over`, async ({ browser, page, problems, server }) => {
    await page.goto(widget(lang, "placing"));
    const turn = page.locator(".wstat dd").first();
    await expect(async () => {
      await node(page, "node-a").getByRole("link").click();
      await expect(turn).toHaveText(/^[1-8] /, { timeout: 500 });
    }).toPass({ timeout: 60_000 });
    // keys are the script's, which may not have come to life yet
    await expect(async () => {
      await node(page, "node-b").getByRole("link").focus();
      await page.keyboard.press("2");
      await expect(page).toHaveURL(/moves=\d*2$/, { timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    const left = await turn.innerText();

    await server.kill();
    await server.start();
    await page.goto(widget(lang, "placing"));
    await expect(turn).toHaveText(left);
    const device = await browser.newContext({ baseURL: server.url, storageState: await page.context().storageState() });
    const there = await device.newPage();
    await there.goto(widget(lang, "placing"));
    await expect(there.locator(".wstat dd").first()).toHaveText(left);
    await there.getByRole("button", { name: words.again }).click();
    await expect(there.locator(".wstat dd").first()).toHaveText("0 / 8");
    await device.close();
    await page.goto(widget(lang, "placing"));
    await expect(turn).toHaveText("0 / 8");
    forgiveDeadServer(problems);
  });

  test(`placing in ${lang} at 390 px, dark, does not scroll sideways`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(`${widget(lang, "placing")}?moves=12123100`);
    await expect(page.getByRole("region", { name: words.result })).toBeVisible();
    expect(await page.evaluate(sidewaysPx)).toBeLessThanOrEqual(0);
    await screenshot(page, `placing-${lang}-390-dark`);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false, expected: /preloaded using link preload/ });
  for (const lang of ["ko", "en"] as const) {
    const words = WIDGETS[lang].placing;
    test(`placing in ${lang}: every move is a link`, async ({ page }) => {
      await page.goto(widget(lang, "placing"));
      await node(page, "node-b").getByRole("link").click();
      await expect(page).toHaveURL(/moves=2$/);
      await page.getByRole("link", { name: words.wait }).click();
      await expect(page.locator(".wstat dd").first()).toHaveText("2 / 8");
      await expect(page.locator(".qdone")).toContainText("node-b");
    });
  }
});
