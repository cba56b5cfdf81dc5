// An act that takes a while, begun while time stands still: the card says what it waits for, and nothing of it is lost.
import { expect, test } from "../support/fixtures.js";
import { experiments } from "../support/experiment.js";
import { ExperimentPage } from "../support/solving.js";

const WAITS = { ko: /시간이 멈춰 있어서/, en: /^Time stands still/ };

test("what was answered before is not what is shown last", async ({ page }) => {
  const on = new ExperimentPage(page, "en", experiments().find((e) => e.id === "service-name")!);
  await on.open();
  await on.predict();
  let asked = false;
  await page.route("**/api/act", async (route) => {
    const answer = await route.fetch();
    asked = true;
    // time has gone on until the last check when the answer to the act comes in
    await on.expectScore(4, 4);
    await route.fulfill({ response: answer });
  });
  await on.button(on.words.speed(20)).click();
  const answered = page.waitForResponse((r) => r.url().endsWith("/api/act"));
  await on.card.getByRole("button", { name: on.said.acts.one!, exact: true }).click();
  await (await answered).finished();
  expect(asked).toBe(true);
  // as long as the page needs to take it
  await page.evaluate(() => new Promise((end) => setTimeout(end, 500)));
  await on.expectScore(4, 4);
});

for (const lang of ["ko", "en"] as const) {
  test(`an act goes on while time stands still, in ${lang}`, async ({ page }) => {
    const on = new ExperimentPage(page, lang, experiments().find((e) => e.id === "wishes")!);
    await on.open();
    await on.predict();
    // a budget that grants nothing: a drain asks for each of two nodes again after five seconds
    const lines = ["kubectl scale deployment web --replicas=3", "kubectl create pdb web --selector=app=web --min-available=3"];
    for (const line of lines) await on.run(line);
    await on.button(on.words.speed(60)).click();
    await on.expectReady(3, 3);
    await on.button(on.words.pause).click();
    const answer = page.waitForResponse((r) => r.url().endsWith("/api/act"));
    await on.card.getByRole("button", { name: on.said.acts.drain!, exact: true }).click();
    const said = on.card.getByText(WAITS[lang]);
    await expect(said).toBeVisible();
    expect((await answer).status(), "it comes to its end, which makes the nodes usable again").toBe(200);
    await expect(said).toHaveCount(0);
    await expect(on.card.getByRole("alert")).toHaveCount(0);
  });
}
