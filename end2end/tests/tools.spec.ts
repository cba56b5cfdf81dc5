// The tools under the stage: a manifest is edited with the cluster's help, and what was done to an object is told.
import { ClusterPage } from "../support/cluster.js";
import { paste } from "../support/editor.js";
import { axeFindings, expect, screenshot, test } from "../support/fixtures.js";

const SAY = {
  ko: {
    open: "열 것",
    changes: "바뀌는 것 보기",
    force: "넘겨받아 적용하기",
    wrong: /없는 필드예요: replicsa.*replicas/,
    objects: /^객체/,
    events: /^이벤트/,
    you: "나",
    all: "모든 객체",
    filter: "걸러 보기",
    five: "Deployment/web: 원하는 수 5, 준비된 수 5",
  },
  en: {
    open: "Open",
    changes: "Show changes",
    force: "Take over and apply",
    wrong: /no field replicsa here.*replicas/,
    objects: /^Objects/,
    events: /^Events/,
    you: "You",
    all: "All objects",
    filter: "Filter",
    five: "Deployment/web: 5 desired, 5 ready",
  },
} as const;

for (const lang of ["ko", "en"] as const) {
  test(`a manifest is edited, applied, and told of, in ${lang}`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    const cluster = new ClusterPage(page, lang);
    const say = SAY[lang];
    const panel = page.getByRole("tabpanel");
    await cluster.open();
    await page.getByRole("tab", { name: "YAML" }).click();

    await test.step("something is open at once, and the object asked for after it", async () => {
      await expect(panel.locator("yaml-editor .cm-line").first()).toContainText("apiVersion");
      await panel.getByRole("combobox", { name: say.open }).selectOption("Deployment/default/web");
      await expect(panel.locator("yaml-editor textarea")).toHaveValue(/deployment\.kubernetes\.io\/revision/);
    });
    const text = await panel.locator("yaml-editor textarea").inputValue();

    await test.step("a field that the cluster does not know is named, with the one that is meant", async () => {
      await paste(page, text.replace(/^ {2}replicas: 6$/m, "  replicsa: 6"));
      await expect(panel.locator("yaml-editor .say")).toHaveText(say.wrong);
      await expect(panel.locator("yaml-editor .cm-lintRange-error")).toHaveText("replicsa");
    });

    await test.step("keys are filled in from the kind's schema", async () => {
      await paste(page, "apiVersion: apps/v1\nkind: Deployment\nspec:\n  minRea");
      await page.keyboard.press("Control+Space");
      const first = panel.locator("yaml-editor .cm-tooltip-autocomplete li").first();
      await expect(first).toContainText("minReadySeconds");
      await page.keyboard.press("Escape");
    });

    await test.step("what it would change is shown before it is done, and fields of others are taken over", async () => {
      await paste(page, text.replace(/^ {2}replicas: 6$/m, "  replicas: 5"));
      await panel.getByRole("button", { name: say.changes, exact: true }).click();
      await expect(panel.getByRole("alert")).toContainText('conflict with "pilothouse" using apps/v1: .spec.replicas');
      await panel.getByRole("button", { name: say.force, exact: true }).click();
      await expect(panel.locator(".yamldiff")).toContainText("replicas: 5");
      expect(await axeFindings(page)).toEqual([]);
      await screenshot(page, `tools-yaml-${lang}`);
      await panel.locator("button.btn--primary").click();
      await expect(panel.getByRole("status").filter({ hasText: "serverside-applied" })).toBeVisible();
      await expect(cluster.stage.getByRole("group", { name: say.five, exact: true })).toBeVisible();
    });

    await test.step("its history says who did that", async () => {
      await page.getByRole("tab", { name: say.objects }).click();
      const row = panel.getByRole("row").filter({ hasText: "spec.replicas" });
      await expect(row.first()).toContainText(/spec\.replicas\s*6\s*→\s*5/);
      await expect(row.first().getByRole("cell").nth(1)).toHaveText(say.you);
      expect(await axeFindings(page)).toEqual([]);
      await screenshot(page, `tools-history-${lang}`);
      await panel.getByRole("link", { name: say.all }).click();
      await panel.getByRole("searchbox", { name: say.filter }).fill("service default");
      await panel.getByRole("link", { name: "default/web", exact: true }).click();
      await expect(panel.getByText("Service/web")).toBeVisible();
    });

    await test.step("an Event leads to what it is about", async () => {
      await page.getByRole("tab", { name: say.events }).click();
      await panel.getByRole("searchbox", { name: say.filter }).fill("ScalingReplicaSet");
      await panel.getByRole("link", { name: "deployment/web" }).first().click();
      await expect(panel.getByText("Deployment/web")).toBeVisible();
    });
  });
}
