// Without JavaScript the lesson reads, and every step of the experiment answers as a form.
import { type Locator } from "@playwright/test";
import { ClusterPage, NODES } from "../support/cluster.js";
import { expect, screenshot, test } from "../support/fixtures.js";
import { ADDRESS, LESSON, WORDS } from "../support/words.js";

// Chromium fetches what the page preloads, and complains that nobody ran it: there is nobody
test.use({ javaScriptEnabled: false, expected: /preloaded using link preload/ });

const STEPS_MAX = 60;

/** Presses what brings a new page, and waits for that page. */
async function press(control: Locator): Promise<void> {
  await Promise.all([control.page().waitForEvent("domcontentloaded"), control.click()]);
}

for (const lang of ["ko", "en"] as const) {
  test(`without JavaScript in ${lang}: the lesson reads and its forms answer`, async ({ page }) => {
    const words = WORDS[lang];
    const cluster = new ClusterPage(page, lang);
    const { card, stage } = cluster;

    await page.goto(`/${lang}`);
    await press(page.getByRole("main").getByRole("link", { name: words.firstLesson }).first());
    await expect(page).toHaveURL(new RegExp(`/${lang}/lessons/${LESSON}`));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/\S/);
    await expect(page.locator("#self-healing")).toBeVisible();
    await press(card.getByRole("link", { name: words.onStage }));
    await expect(page).toHaveURL(/[?&]ex=self-healing/);
    for (const node of NODES) {
      await cluster.expectNode(node, words.nodeReady);
      await expect(cluster.podsOn(node)).toHaveCount(2);
    }

    // predict
    await expect(card.getByRole("button", { name: words.unplugAct })).toBeDisabled();
    await card.getByRole("radio", { name: words.choice }).check();
    await press(card.getByRole("button", { name: words.lock }));
    await expect(page).toHaveURL(new RegExp(`/${lang}/lessons/${LESSON}`));
    await expect(card.getByText(words.lockedAt)).toBeVisible();
    await expect(card.getByRole("radio", { name: words.choice })).toBeChecked();
    await expect(card.getByRole("radio", { name: words.choice })).toBeDisabled();

    // act
    await press(card.getByRole("button", { name: words.unplugAct }));
    await expect(card.getByText(words.actDoneAt)).toBeVisible();
    await expect(cluster.button(`${words.plug}: node-c`)).toBeVisible();

    // step: from event to event until the node counts as lost and its pods as not ready
    const before = await cluster.seconds();
    const wants = stage.getByRole("group", { name: words.want(6, 4), exact: true });
    for (let n = 0; n < STEPS_MAX && (await wants.count()) === 0; n++) {
      const at = await cluster.seconds();
      await press(cluster.button(words.next));
      await expect(page).toHaveURL(/#time$/);
      expect(await cluster.seconds(), "a step does not go back").toBeGreaterThanOrEqual(at);
    }
    await cluster.expectNode("node-c", words.nodeLost);
    await cluster.expectReady(4);
    expect(await cluster.seconds(), "steps move time").toBeGreaterThan(before + 30);

    // the console
    await page.getByRole("textbox", { name: words.consoleLine }).fill("kubectl get nodes");
    await press(page.getByRole("button", { name: words.consoleRun, exact: true }));
    await expect(cluster.log).toContainText("kubectl get nodes");
    await expect(cluster.log).toContainText(/node-c\s+NotReady/);

    // speed, and a past moment
    await press(cluster.button(words.speed(20)));
    await expect(cluster.button(words.speed(20))).toHaveAttribute("aria-pressed", "true");
    await press(cluster.button(words.previous));
    await expect(cluster.button(words.goLive)).toBeVisible();
    await expect(page).toHaveURL(/[?&]at=\d+/);
    await press(cluster.button(words.goLive));
    await cluster.expectReady(4);
    await screenshot(page, `nojs-${lang}`);
  });
}

test("without JavaScript: bad input is answered on the page and loses nothing", async ({ page }) => {
  const words = WORDS.ko;
  const cluster = new ClusterPage(page, "ko");
  await page.goto(`/ko/lessons/${ADDRESS}`);
  await page.getByRole("textbox", { name: words.consoleLine }).fill("rm -rf /");
  await press(page.getByRole("button", { name: words.consoleRun, exact: true }));
  await expect(cluster.log).toContainText("rm -rf /");
  await cluster.expectReady(6);
});
