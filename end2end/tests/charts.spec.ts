// The charts of an experiment about scaling: what callers, pods and the autoscaler did, on one clock.
import { expect, test } from "../support/fixtures.js";
import { experiments } from "../support/experiment.js";
import { moves } from "../support/handles.js";
import { make } from "../support/moving.js";
import { ExperimentPage } from "../support/solving.js";

const WORDS = {
  ko: { pods: "파드 수", cpu: "CPU 사용률", most: "최대 10", table: "표로 보기", many: /원하는 파드 \d+개 가운데 \d+개가 준비됐어요/ },
  en: { pods: "Pods", cpu: "CPU use", most: "max 10", table: "As a table", many: /Of \d+ wanted pods, \d+ are ready/ },
};

for (const lang of ["ko", "en"] as const) {
  test(`an autoscaler's work is drawn, in ${lang}`, async ({ page }) => {
    const on = new ExperimentPage(page, lang, experiments().find((e) => e.id === "autoscale")!);
    const words = WORDS[lang];
    await on.open();
    const chart = on.card.getByRole("figure").filter({ hasText: words.pods }).first();
    // what the cluster is like before anything was done
    await expect(chart.getByText(words.pods, { exact: true })).toBeVisible();
    await expect(chart.getByText(words.most, { exact: true })).toHaveCount(0);
    await on.predict();
    for (const { line } of on.experiment.steps.slice(0, 2)) await (await make(on, moves(on.experiment, line)))();
    await on.setSpeed(60);
    // the policy, what it measured, and what it wanted because of it
    await expect(chart.getByText(words.most, { exact: true })).toBeVisible();
    await expect(chart.getByText(words.cpu, { exact: true })).toBeVisible();
    const picture = chart.getByRole("img", { name: words.many });
    await expect.poll(async () => Number(/(?:파드 |Of )(\d+)/.exec((await picture.getAttribute("aria-label")) ?? "")?.[1])).toBeGreaterThan(4);
    // a table that is open stays so while time goes on
    await chart.getByText(words.table).click();
    const rows = chart.getByRole("row");
    await expect(rows.first()).toBeVisible();
    const until = (await on.seconds()) + 60;
    await expect.poll(() => on.seconds()).toBeGreaterThan(until);
    await on.button(on.words.pause).click();
    await expect(rows.last()).toBeVisible();
    const wanted = await chart.locator("tbody tr td:nth-child(3)").allInnerTexts();
    expect(wanted.length).toBeGreaterThan(2);
    expect(Number(wanted[0])).toBe(2);
    expect(Math.max(...wanted.map(Number))).toBeGreaterThan(4);
  });
}
