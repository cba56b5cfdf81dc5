// The story: a learner pulls a machine's plug and watches the cluster heal, while the server crashes in the middle.
import { type Page } from "@playwright/test";
import { ClusterPage, NODES } from "../support/cluster.js";
import { axeFindings, expect, forgiveDeadServer, screenshot, test } from "../support/fixtures.js";
import { LESSON } from "../support/words.js";

const HEALED_MS_MAX = 60_000;

/** By then a silent node counts as lost; its pods are evicted only 300 s later. */
const SILENCE_S_MAX = 70;

for (const lang of ["ko", "en"] as const) {
  test(`the whole story in ${lang}`, async ({ page, server, problems }) => {
    test.setTimeout(240_000);
    await page.setViewportSize({ width: 1440, height: 900 });
    const cluster = new ClusterPage(page, lang);
    const { words, card, stage } = cluster;

    await test.step("home leads to the lesson", async () => {
      await page.goto(`/${lang}`);
      await expect(page.getByRole("img", { name: words.homeDone })).toHaveCount(0);
      await page.getByRole("main").getByRole("link", { name: words.firstLesson }).first().click();
      await expect(page).toHaveURL(new RegExp(`/${lang}/lessons/${LESSON}`));
      await card.getByRole("link", { name: words.onStage }).click();
      await expect(page).toHaveURL(/[?&]ex=self-healing/);
      await cluster.alive();
      for (const node of NODES) {
        await cluster.expectNode(node, words.nodeReady);
        await expect(cluster.podsOn(node)).toHaveCount(2);
      }
      await cluster.expectReady(6);
      await cluster.expectScore(0);
    });
    const first = await cluster.pods();
    const lost = first.filter((p) => p.node === "node-c").map((p) => p.name);

    await test.step("a prediction is locked before anything can be done", async () => {
      await expect(card.getByText(words.lockFirst)).toBeVisible();
      await expect(card.getByRole("button", { name: words.unplugAct })).toBeDisabled();
      await card.getByRole("radio", { name: words.choice }).check();
      await card.getByRole("button", { name: words.lock }).click();
      await expect(card.getByText(words.lockedAt)).toBeVisible();
      await expect(card.getByRole("radio", { name: words.choice })).toBeDisabled();
      await expect(card.getByRole("radio", { name: words.choice })).toBeChecked();
    });

    await test.step("the plug is pulled, and nobody notices at once", async () => {
      await card.getByRole("button", { name: words.unplugAct }).click();
      await expect(cluster.button(`${words.plug}: node-c`)).toBeVisible();
      await expect(card.getByText(words.actDoneAt)).toBeVisible();
      await cluster.expectNode("node-c", words.nodeReady);
      await cluster.expectReady(6);
    });

    await test.step("after the silence, node-c counts as lost and 4 of 6 are ready", async () => {
      await cluster.stepOn(SILENCE_S_MAX);
      await cluster.expectNode("node-c", words.nodeLost);
      await cluster.expectReady(4);
      await cluster.expectScore(2);
      await expect(card.locator(".chain")).toContainText(words.chain[2]![0]!);
    });
    await screenshot(page, `story-lost-${lang}`);

    await test.step("the server dies and comes back: same pods, times and prediction", async () => {
      await cluster.button(words.play).click();
      await expect(cluster.button(words.pause)).toBeVisible();
      const before = await remembered(cluster);
      const at = await cluster.seconds();
      const died = Date.now();
      await server.kill();
      await expect(page.getByRole("banner").getByRole("status")).toHaveText(words.reconnecting);
      await server.start();
      await cluster.alive();
      expect(await remembered(cluster), "without a reload").toEqual(before);
      await page.reload();
      await cluster.alive();
      expect(await remembered(cluster), "after a reload").toEqual(before);
      const now = await cluster.seconds();
      expect(now, "time does not go back").toBeGreaterThanOrEqual(at - 2);
      expect(now, "time stood still while nobody ran").toBeLessThanOrEqual(at + (Date.now() - died) / 1000 + 2);
      forgiveDeadServer(problems);
    });

    await test.step("the cluster heals itself, and every check says what decided it", async () => {
      await cluster.setSpeed(60);
      await expect(stage.getByRole("group", { name: words.want(6, 6), exact: true })).toBeVisible({
        timeout: HEALED_MS_MAX,
      });
      await cluster.expectScore(5);
      await cluster.setSpeed(1);
      for (const text of words.checks) {
        const check = card.locator(".checks").getByRole("listitem").filter({ hasText: text });
        await expect(check).toContainText(`, ${words.passed}`);
        await expect(check.locator(".obj"), `the object of “${text}”`).toHaveText(/\S+\/\S+/);
        await expect(check.locator(".val"), `the value of “${text}”`).toHaveText(/[^\s–]/);
        await expect(check.locator("time")).toHaveText(/^\d\d:\d\d$/);
      }
      await expect(card.getByText(words.right)).toBeVisible();
    });

    await test.step("the explanation names who did what, in order", async () => {
      const chain = (await cluster.chain()).map((link) => link.replaceAll("`", ""));
      let from = 0;
      for (const [who, what] of words.chain) {
        const found = chain.findIndex((link, i) => i >= from && link.startsWith(`${who} |`) && link.includes(what!));
        expect(found, `“${who}: ${what}” after link ${from} of\n${chain.join("\n")}`).toBeGreaterThanOrEqual(from);
        from = found + 1;
      }
      const times = chain.map((link) => link.split(" | ")[1]);
      expect(times, "in order").toEqual([...times].sort());
      await expect(card.locator(".chain"), "waiting is explained").toContainText("tolerationSeconds");
    });

    await test.step("the old pods still show Terminating; new ones stand on the other nodes", async () => {
      const wide = await cluster.run("kubectl get pods -o wide");
      for (const pod of lost) expect(wide).toMatch(new RegExp(`web-\\S*-${pod}\\s.*Terminating.*node-c`));
      expect(wide.match(/1\/1\s+Running.*node-[ab]/g), wide).toHaveLength(6);
      for (const name of lost) await expect(cluster.pod(name)).toHaveAccessibleName(new RegExp(words.terminating));
    });

    await test.step("a look back, and Live again", async () => {
      await cluster.slider.press("Home");
      await expect(cluster.button(words.goLive)).toHaveAttribute("aria-pressed", "false");
      await cluster.expectNode("node-c", words.nodeReady);
      await expect.poll(() => cluster.pods()).toEqual(first);
      await expect(cluster.button(`${words.unplug}: node-c`)).toHaveAttribute("aria-disabled", "true");
      await cluster.time.getByRole("link", { name: new RegExp(words.iPulled) }).first().click();
      await expect(cluster.button(`${words.plug}: node-c`)).toBeVisible();
      await cluster.expectReady(6);
      await cluster.button(words.goLive).click();
      await expect(cluster.button(words.live)).toHaveAttribute("aria-pressed", "true");
      await cluster.expectNode("node-c", words.nodeLost);
    });

    await test.step("axe has no finding, the picture is kept in every size", async () => {
      await pictures(page, `lesson-${lang}`);
    });

    await test.step("plugged in again, the node is back and the old pods go", async () => {
      const said = await cluster.run("lab plug node-c");
      expect(said).toContain("node-c");
      await cluster.setSpeed(5);
      await cluster.expectNode("node-c", words.nodeReady);
      for (const name of lost) await expect(cluster.pod(name)).toHaveCount(0);
      await cluster.expectReady(6);
      expect(await cluster.run("kubectl get nodes")).toMatch(/node-c\s+Ready\s/);
      await cluster.expectScore(5);
    });

    await test.step("home knows how far it went", async () => {
      await page.goto(`/${lang}`);
      await expect(page.getByText(words.homeChecks(5))).toBeVisible();
      await expect(page.getByRole("img", { name: words.homeDone })).toBeVisible();
      await expect(page.getByRole("link", { name: new RegExp(words.resume) })).toBeVisible();
      await pictures(page, `home-begun-${lang}`);
    });
  });
}

/** All that must be the same after a crash. */
async function remembered(cluster: ClusterPage) {
  const { card, words } = cluster;
  return {
    pods: await cluster.pods(),
    chain: await cluster.chain(),
    locked: await card.getByText(words.lockedAt).innerText(),
    done: await card.getByText(words.actDoneAt).innerText(),
    choice: await card.getByRole("radio", { checked: true }).inputValue(),
    checks: await card.locator(".check").evaluateAll((all) => all.map((li) => li.getAttribute("data-state"))),
  };
}

/** Axe and screenshots: 1440 light and dark, 1024, 390. */
async function pictures(page: Page, name: string): Promise<void> {
  const size = page.viewportSize()!;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axeFindings(page), colorScheme).toEqual([]);
    await screenshot(page, `${name}-1440-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  for (const width of [1024, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 768 });
    expect(await axeFindings(page), `${width} px`).toEqual([]);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(tooWide, `${width} px does not scroll sideways`).toBeLessThanOrEqual(0);
    await screenshot(page, `${name}-${width}`);
  }
  await page.setViewportSize(size);
}
