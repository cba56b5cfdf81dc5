// Runs: a branch from a past moment, a name for it, the way back, and the solution shown.
import { ClusterPage } from "../support/cluster.js";
import { expect, test } from "../support/fixtures.js";

const SAYINGS = {
  ko: { again: "여기서 다시 해 보기", runs: /^시도 목록/, name: "이 시도의 이름", rename: "이름 바꾸기", first: "시도 1", show: "시범 보기" },
  en: { again: "Try again from here", runs: /^Runs/, name: "Name of this run", rename: "Rename", first: "Run 1", show: "Show me" },
} as const;

for (const lang of ["ko", "en"] as const) {
  test(`runs in ${lang}: branch, name, go back, be shown`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.setViewportSize({ width: 1440, height: 900 });
    const cluster = new ClusterPage(page, lang);
    const { words } = cluster;
    const say = SAYINGS[lang];
    const list = page.locator("details.runs");
    await cluster.open();
    expect(await cluster.run("lab unplug node-c")).toContain("node-c");
    await expect(cluster.button(`${words.plug}: node-c`)).toBeVisible();

    await test.step("from before the plug was pulled, in a branch", async () => {
      await page.goto(`${page.url().split("#")[0]}&at=60000#time`);
      await page.getByRole("button", { name: say.again }).click();
      await expect(page).toHaveURL(/[?&]run=2/);
      await cluster.alive();
      await expect(cluster.button(`${words.unplug}: node-c`)).toBeVisible();
      await expect(cluster.log).not.toContainText("lab unplug node-c");
    });

    await test.step("it has a name, and the first run is still there", async () => {
      await list.locator("summary").click();
      await list.getByRole("textbox", { name: say.name }).fill("조용한 하루");
      await list.getByRole("button", { name: say.rename }).click();
      await expect(list.locator("summary")).toContainText("조용한 하루");
      await list.locator("summary").click();
      await list.getByRole("link", { name: say.first }).click();
      await cluster.alive();
      await expect(cluster.button(`${words.plug}: node-c`)).toBeVisible();
      await expect(cluster.log).toContainText("lab unplug node-c");
    });

    await test.step("the solution is shown in a run of its own", async () => {
      await cluster.card.getByRole("button", { name: say.show }).click();
      await expect(page).toHaveURL(/[?&]run=3/);
      await cluster.alive();
      await expect(cluster.button(`${words.plug}: node-c`)).toBeVisible({ timeout: 30_000 });
      await page.reload();
      await expect(cluster.log).toContainText("lab unplug node-c");
    });
  });
}
