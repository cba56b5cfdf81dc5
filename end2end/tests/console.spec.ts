// The console, as somebody types at it: streams and Ctrl-C, pipes, files, history, Tab, Hangul, paste, links, the past.
import { type CDPSession, type Page } from "@playwright/test";
import { ClusterPage } from "../support/cluster.js";
import { axeFindings, expect, screenshot, test } from "../support/fixtures.js";

/** Puts text into the clipboard's place and pastes it where the focus is. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    const field = document.activeElement as HTMLTextAreaElement;
    // where nobody takes the event, a browser puts the text in itself
    if (field.dispatchEvent(event)) document.execCommand("insertText", false, text);
  }, text);
}

/** The key that an input method swallows. */
async function swallowed(cdp: CDPSession, key: string): Promise<void> {
  for (const type of ["rawKeyDown", "keyUp"] as const) {
    await cdp.send("Input.dispatchKeyEvent", { type, key, windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 });
  }
}

for (const lang of ["ko", "en"] as const) {
  test(`a console that streams, in ${lang}`, async ({ page }) => {
    const cluster = new ClusterPage(page, lang);
    await cluster.open();
    const { prompt, running, entries } = cluster;

    await test.step("what is printed appears as it comes, and Ctrl-C ends it", async () => {
      await prompt.fill("kubectl get pods -w");
      await prompt.press("Enter");
      await expect(running).toContainText("NAME");
      await expect(prompt).toHaveValue("");
      const victim = (await cluster.pods())[0]!.name;
      const rows = await running.locator("pre").first().innerText();
      await cluster.pod(victim).hover();
      await cluster.button(`${cluster.words.kill}: ${victim}`).click();
      await expect.poll(async () => (await running.locator("pre").first().innerText()).length).toBeGreaterThan(rows.length);
      await prompt.focus();
      await prompt.press("Control+c");
      await expect(running).toHaveCount(0);
      await expect(entries.last()).toContainText("^C");
      expect(await cluster.run("echo still here")).toBe("still here\n");
    });

    await test.step("a stop by the button, and what waits is forgotten", async () => {
      await prompt.fill("sleep 60");
      await prompt.press("Enter");
      await prompt.fill("echo never");
      await prompt.press("Enter");
      await expect(running).toContainText("sleep 60");
      await page.getByRole("button", { name: cluster.words.consoleStop }).click();
      await expect(running).toHaveCount(0);
      expect(await cluster.run("echo next")).toBe("next\n");
      await expect(cluster.log).not.toContainText("never");
    });

    await test.step("watch draws in its place", async () => {
      await prompt.fill("watch -n 0.5 kubectl get pods");
      await prompt.press("Enter");
      await expect(running).toContainText("Every 0.5s: kubectl get pods");
      const clock = async () => /\d\d:\d\d:\d\d/.exec(await running.innerText())?.[0];
      const before = await clock();
      await expect.poll(clock).not.toBe(before);
      await expect(running.getByText("Every 0.5s")).toHaveCount(1);
      await prompt.press("Control+c");
      await expect(running).toHaveCount(0);
    });

    await test.step("pipes, loops, files", async () => {
      expect(await cluster.run("kubectl get pods --no-headers | grep -c Running")).toBe("6\n");
      expect(await cluster.run("kubectl get nodes -o json | jq -r '.items[].metadata.name' | sort -r | head -1")).toBe("node-c\n");
      expect(await cluster.run("for n in a b; do echo node-$n; done; echo $?")).toBe("node-a\nnode-b\n0\n");
      expect(await cluster.run("ls")).toContain("web.yaml");
      expect(await cluster.run("kubectl apply -f web.yaml --dry-run=server -o name")).toContain("deployment.apps/web");
      expect(await cluster.run(`echo ${lang} > mine.txt && cat mine.txt | wc -l`)).toBe("1\n");
    });

    await test.step("what no kubectl has is answered in one sentence", async () => {
      expect(await cluster.run("docker ps")).toContain(cluster.words.noEngine);
      expect(await cluster.run("lab unplg node-c")).toContain("lab unplug");
      expect(await cluster.run("lab traffic web 41")).toContain("traffic.sim.pilothouse.dev/web patched");
    });

    await test.step("who listens hears one sentence, not a stream", async () => {
      await expect(cluster.log).toHaveAttribute("aria-live", "polite");
      await expect(cluster.log.locator(".entries")).toHaveAttribute("aria-live", "off");
      await cluster.run("echo heard");
      await expect(cluster.log.locator("[data-said]")).toHaveText("heard");
      await cluster.run("seq 40");
      await expect(cluster.log.locator("[data-said]")).toHaveText(cluster.words.fortyLines);
    });

    await test.step("lines are there after a reload, and in another tab of the browser", async () => {
      await page.reload();
      await cluster.alive();
      await prompt.press("ArrowUp");
      await expect(prompt).toHaveValue("seq 40");
      await prompt.press("ArrowUp");
      await expect(prompt).toHaveValue("echo heard");
      await prompt.press("ArrowDown");
      await prompt.press("ArrowDown");
      await expect(prompt).toHaveValue("");
      expect(await cluster.run("cat mine.txt")).toBe(`${lang}\n`);
    });
  });
}

test("a syllable is neither lost nor doubled", async ({ page }) => {
  const cluster = new ClusterPage(page, "ko");
  await cluster.open();
  const { prompt, entries } = cluster;
  const cdp = await page.context().newCDPSession(page);
  const compose = (text: string) =>
    cdp.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });

  await prompt.focus();
  await page.keyboard.type("echo ");
  for (const part of ["ㅍ", "파", "팓"]) await compose(part);
  await cdp.send("Input.insertText", { text: "파" });
  for (const part of ["ㄷ", "드"]) await compose(part);
  await expect(prompt).toHaveValue("echo 파드");

  // the Enter that an input method takes for itself sends nothing and changes nothing
  const before = await entries.count();
  await swallowed(cdp, "Enter");
  await expect(prompt).toHaveValue("echo 파드");
  // the syllable is put in, and Enter comes again: one line goes, whole
  await cdp.send("Input.insertText", { text: "드" });
  await page.keyboard.press("Enter");
  await expect(entries).toHaveCount(before + 1);
  await expect(entries.last().locator(".cmd")).toHaveText("echo 파드");
  await expect(entries.last().locator("pre").first()).toHaveText("파드\n");
  await expect(prompt).toHaveValue("");

  // Tab and arrows belong to the input method while it composes
  await compose("ㅎ");
  for (const key of ["Tab", "ArrowUp"]) await swallowed(cdp, key);
  await expect(prompt).toHaveValue("ㅎ");
  await expect(prompt).toBeFocused();
  await cdp.send("Input.insertText", { text: "한" });
  await expect(prompt).toHaveValue("한");
  await page.keyboard.press("Control+c");
  await expect(prompt).toHaveValue("");
});

test("paste of many lines runs them in turn, here-documents whole", async ({ page }) => {
  const cluster = new ClusterPage(page, "en");
  await cluster.open();
  const { prompt, entries } = cluster;
  const before = await entries.count();
  await prompt.focus();
  await paste(
    page,
    "echo one\nkubectl apply -f - <<EOF\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: pasted}\n\nEOF\nkubectl get cm pasted -o name\necho last",
  );
  await expect(entries).toHaveCount(before + 3);
  const said = await entries.locator("pre").allInnerTexts();
  expect(said.slice(-3)).toEqual(["one\n", "configmap/pasted created\n", "configmap/pasted\n"]);
  // a last line without its end waits for Enter, as in any terminal
  await expect(prompt).toHaveValue("echo last");
  await prompt.press("Enter");
  await expect(entries).toHaveCount(before + 4);

  await prompt.fill("kubectl delete -f - <<EOF");
  await prompt.press("Enter");
  await expect(page.locator("#console-more")).toContainText("EOF");
  await paste(page, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pasted}\nEOF\n");
  await expect(entries.last()).toContainText('configmap "pasted" deleted');
});

test("Tab completes from the live cluster, by keyboard alone", async ({ page }) => {
  const cluster = new ClusterPage(page, "en");
  await cluster.open();
  const { prompt } = cluster;
  const words = page.getByRole("group", { name: cluster.words.candidates });
  await prompt.fill("lab unpl");
  await prompt.press("Tab");
  await expect(prompt).toHaveValue("lab unplug ");
  await prompt.press("Tab");
  await expect(prompt).toHaveValue("lab unplug node-");
  await expect(words.getByRole("button")).toHaveText(["node-a", "node-b", "node-c"]);
  expect(await axeFindings(page)).toEqual([]);
  await words.getByRole("button", { name: "node-b" }).click();
  await expect(prompt).toHaveValue("lab unplug node-b ");
  await expect(words).toBeHidden();
  await expect(prompt).toBeFocused();

  await prompt.fill("kubectl get po,deploym");
  await prompt.press("Tab");
  await expect(prompt).toHaveValue("kubectl get po,deployments ");
  await prompt.fill("kubectl describe node/nod");
  await prompt.press("Tab");
  await expect(prompt).toHaveValue("kubectl describe node/node-");
  await words.getByRole("button", { name: "node-c" }).click();
  await expect(prompt).toHaveValue("kubectl describe node/node-c ");

  await prompt.fill("kubectl get pods | gr");
  await prompt.press("Tab");
  await expect(prompt).toHaveValue("kubectl get pods | grep ");
  // an empty line lets Tab go on, and Escape always leads out
  await prompt.fill("");
  await prompt.press("Tab");
  await expect(prompt).not.toBeFocused();
  await prompt.focus();
  await prompt.fill("lab");
  await prompt.press("Escape");
  await expect(prompt).not.toBeFocused();
});

test("names lead to the stage, and the console says when the stage looks back", async ({ page }) => {
  const cluster = new ClusterPage(page, "en");
  await cluster.open();
  await cluster.run("kubectl get nodes");
  await cluster.entries.last().getByRole("link", { name: "node-b" }).click();
  const node = cluster.stage.locator('[data-stop="node/node-b"]');
  await expect(node).toHaveAttribute("data-picked", "");
  await expect(node).toBeFocused();

  await cluster.run("kubectl get pods -o name");
  const pod = cluster.entries.last().getByRole("link").first();
  const stop = (await pod.getAttribute("data-name"))!;
  await pod.focus();
  await page.keyboard.press("Enter");
  await expect(cluster.stage.locator(`[data-stop="${stop}"]`)).toBeFocused();
  await expect(node).not.toHaveAttribute("data-picked", "");
  await cluster.run("kubectl get deployment web");
  await cluster.entries.last().getByRole("link", { name: "web" }).click();
  await expect(cluster.stage.locator('[data-stop="deployment/default/web"]')).toBeFocused();

  const note = page.getByRole("note").filter({ hasText: cluster.words.consolePast });
  await expect(note).toHaveCount(0);
  await cluster.button(cluster.words.previous).click();
  await expect(note).toBeVisible();
  expect(await cluster.run("echo now")).toBe("now\n");
  expect(await axeFindings(page)).toEqual([]);
  await note.getByRole("link", { name: cluster.words.goLive }).click();
  await expect(note).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the console at every size, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const cluster = new ClusterPage(page, "ko");
    await cluster.open();
    await cluster.run("kubectl get pods -o wide");
    await cluster.run("lab traffic web 60");
    await cluster.run("kubectl get podz");
    await cluster.prompt.fill("lab unplug ");
    await cluster.prompt.press("Tab");
    await expect(page.getByRole("group", { name: cluster.words.candidates })).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, `console-1280-${colorScheme}`);

    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText(cluster.words.openStage, { exact: true }).click();
    const tab = page.getByRole("tab", { name: cluster.words.console });
    if (!(await cluster.prompt.isVisible())) await tab.click();
    await expect(cluster.prompt).toBeVisible();
    await cluster.run("kubectl get nodes");
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(tooWide, "390 px does not scroll sideways").toBeLessThanOrEqual(0);
    expect(await axeFindings(page)).toEqual([]);
    await page.screenshot({ path: `screenshots/console-390-${colorScheme}.png` });
  });
}
