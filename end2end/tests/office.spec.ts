// Three people in one story: an instructor makes a class, a learner joins by its code and works on two devices, a grader looks,
// replays in a copy, comments and exports.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, type Page } from "@playwright/test";
import { ClusterPage } from "../support/cluster.js";
import { axeFindings, expect, screenshot, test } from "../support/fixtures.js";
import { BINARY, Server } from "../support/server.js";

const PASSWORD = "a quiet morning at the harbour";
const LESSON = "21-why-kubernetes";
const LESSON_22 = "22-parts-of-a-cluster";

/** A new browser, as somebody else's. */
async function device(browser: Browser, baseURL: string): Promise<Page> {
  const context = await browser.newContext({ baseURL, acceptDownloads: true });
  return context.newPage();
}

/** Chooses a password at a link that works once. */
async function choose(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link.replace("/ko/", "/en/"));
  await expect(page.getByLabel("Key")).toHaveValue(link.split("#")[1]!);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Choose it" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Done." })).toBeVisible();
}

/** A page as it is seen at each width, free of what axe finds. */
async function seen(page: Page, name: string): Promise<void> {
  expect(await axeFindings(page), name).toEqual([]);
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await screenshot(page, `office-${name}-${width}-${scheme}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide, `${name} at ${width} scrolls sideways`).toBeLessThanOrEqual(0);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1280, height: 800 });
}

const user = (data: string, ...args: string[]) =>
  execFileSync(BINARY, ["user", ...args, "--data", data], { encoding: "utf8", env: { ...process.env, RUST_LOG: "error" } }).trim();

test("a class, from its making to a judgement", async ({ browser, server, baseURL }) => {
  test.setTimeout(600_000);
  const url = baseURL!;
  // every start makes a new key, and ends the one before
  const first = [...server.log].reverse().find((line) => line.includes("there is no admin yet"))!;
  const admin = await device(browser, url);
  await choose(admin, first.match(/http\S+/)![0], "Harbour Master");
  const told = server.log.filter((line) => line.includes("/key#"));
  expect(told.every((line) => line.startsWith("there is no admin yet")), "in no other line of the log").toBe(true);

  const instructor = await device(browser, url);
  const grader = await device(browser, url);
  for (const [page, name, role] of [[instructor, "Teacher Han", "instructor"], [grader, "Grader Yoon", "grader"]] as const) {
    const link = user(server.data, "add", name, "--role", role, "--url", url).match(/http\S+/)![0];
    await choose(page, link, name);
    await page.goto(link);
    await page.getByLabel("이름").fill(name);
    await page.getByLabel("암호").fill(PASSWORD);
    await page.getByRole("button", { name: "정하기" }).click();
    await expect(page.getByRole("alert")).toContainText("이미 썼거나");
  }
  await admin.goto("/en/people");
  await expect(admin.getByRole("row", { name: /Teacher Han/ }).getByRole("combobox")).toHaveValue("instructor");
  await seen(admin, "people");

  await instructor.goto("/en/classes");
  const make = instructor.locator("form", { has: instructor.getByRole("button", { name: "Make it" }) });
  await make.getByLabel("Name of the class").fill("Friday evening");
  await make.getByLabel("First day").fill("2020-03-02");
  await make.getByLabel("Last day").fill("2099-06-30");
  await make.getByRole("button", { name: "Make it" }).click();
  await expect(instructor.getByRole("heading", { level: 1, name: "Friday evening" })).toBeVisible();
  const code = (await instructor.locator(".office__code").innerText()).trim();
  expect(code).toMatch(/^[A-Z0-9]{6}$/);
  await instructor.getByLabel("Lesson", { exact: true }).selectOption(LESSON);
  await instructor.getByRole("button", { name: "Set it" }).click();
  await instructor.getByLabel("Account name").fill("grader yoon");
  await instructor.getByRole("button", { name: "Add", exact: true }).click();
  await expect(instructor.getByRole("row", { name: /Grader Yoon grader/ })).toBeVisible();
  await instructor.getByLabel("Account name").fill("nobody");
  await instructor.getByRole("button", { name: "Add", exact: true }).click();
  await expect(instructor.getByRole("alert")).toContainText("No account is called nobody");
  await seen(instructor, "class");

  const laptop = await device(browser, url);
  const on = new ClusterPage(laptop, "en");
  await on.open();
  await on.run("kubectl delete pod -l app=web");
  await laptop.goto("/en/account");
  await laptop.getByLabel("Name", { exact: true }).fill("서유나");
  await laptop.getByLabel("Password").fill("seo");
  await laptop.getByRole("button", { name: "Keep it" }).click();
  await expect(laptop.getByRole("alert")).toContainText("at least 10 characters");
  await expect(laptop.getByLabel("Name", { exact: true })).toHaveValue("서유나");
  await seen(laptop, "keep");
  await laptop.getByLabel("Password").fill(PASSWORD);
  await laptop.getByRole("button", { name: "Keep it" }).click();
  await expect(laptop.getByText("this browser")).toBeVisible();
  await seen(laptop, "account");
  await laptop.goto("/en/classes");
  await laptop.getByLabel("The class's code").fill(` ${code.toLowerCase().slice(0, 3)}-${code.slice(3)}`);
  await laptop.getByRole("button", { name: "Join" }).click();
  await expect(laptop.getByRole("heading", { level: 1, name: "Friday evening" })).toBeVisible();
  await expect(laptop.getByText(code)).toHaveCount(0);

  const phone = await device(browser, url);
  await phone.goto("/en/sign-in");
  await phone.getByLabel("Name").fill("서유나");
  await phone.getByLabel("Password").fill(PASSWORD);
  await phone.getByRole("button", { name: "Sign in" }).click();
  const there = new ClusterPage(phone, "en");
  await there.open();
  expect(await there.run("history")).toContain("kubectl delete pod -l app=web");

  await instructor.goto("/en/classes");
  await instructor.getByRole("link", { name: "Friday evening" }).click();
  await instructor.getByRole("link", { name: "Insight" }).click();
  await expect(instructor.locator("section", { hasText: "2-B" }).getByText("1 began it, 0 passed.")).toBeVisible();
  await seen(instructor, "insight");

  await grader.goto("/en/classes");
  await grader.getByRole("link", { name: "Friday evening" }).click();
  await grader.getByRole("link", { name: "Progress" }).click();
  const row = grader.getByRole("row", { name: /서유나/ });
  await expect(row).toBeVisible();
  await seen(grader, "board");
  await row.getByRole("link").first().focus();
  await grader.keyboard.press("ArrowRight");
  await expect(row.getByRole("link").nth(1)).toBeFocused();
  await grader.getByRole("searchbox").fill("nobody");
  await grader.keyboard.press("Enter");
  await expect(row).toHaveCount(0);
  await grader.goBack();
  const csv = await Promise.all([grader.waitForEvent("download"), grader.getByRole("link", { name: "Export as CSV" }).click()]);
  expect(csv[0].suggestedFilename()).toBe(`${LESSON}.csv`);

  await row.getByRole("link").first().click();
  await expect(grader.getByText(/pods were deleted by hand/)).toBeVisible();
  await expect(grader.getByRole("listitem").filter({ hasText: "kubectl delete pod -l app=web" })).toHaveClass(/is-now/);
  await grader.getByLabel("A few words").fill("Wait for the eviction instead.");
  await grader.getByRole("button", { name: "Ask to try again" }).click();
  await expect(grader.getByText("Wait for the eviction instead.")).toBeVisible();
  await seen(grader, "attempt");
  const attempt = grader.url();
  await grader.getByRole("button", { name: "Replay it in a copy" }).click();
  const copy = new ClusterPage(grader, "en");
  await copy.alive();
  expect(await copy.run("history")).not.toContain("delete pod");
  await copy.run("kubectl scale deployment web --replicas=2");
  expect(await copy.run("kubectl get deployment web")).toMatch(/2 +2|\/2/);
  expect(await there.run("kubectl get deployment web")).not.toMatch(/\/2 /);

  await laptop.reload();
  await expect(laptop.getByText("Wait for the eviction instead.")).toBeVisible();
  await grader.goto("/en/account");
  await grader.getByLabel("Name of the token").fill("marks");
  await grader.getByRole("button", { name: "Make a token" }).click();
  const token = (await grader.locator(".office__token").innerText()).trim();
  const classes = await grader.request.get("/api/v1/classes", { headers: { authorization: `Bearer ${token}` } });
  expect((await classes.json()).items.map((c: { name: string }) => c.name)).toEqual(["Friday evening"]);
  await grader.getByRole("link", { name: "Read about the API" }).click();
  await expect(grader.getByRole("heading", { name: "GET /api/v1/classes", exact: true })).toBeVisible();
  await seen(grader, "api");
  await grader.goto(attempt);
  await grader.getByRole("button", { name: "Undo" }).click();
  await expect(grader.getByText("taken back")).toBeVisible();
  await laptop.reload();
  await expect(laptop.getByText("Wait for the eviction instead.")).toHaveCount(0);

  await phone.goto("/en/account");
  await phone.getByLabel("Confirm with your password").fill("not it at all");
  await phone.getByRole("button", { name: "End", exact: true }).click();
  await expect(phone.getByRole("alert")).toContainText("do not go together");
  await phone.getByLabel("Confirm with your password").fill(PASSWORD);
  await phone.getByRole("button", { name: "End", exact: true }).click();
  await expect(phone.getByRole("status").filter({ hasText: "Done." })).toBeVisible();
  await laptop.goto("/en/account");
  await expect(laptop.getByRole("button", { name: "Keep it" })).toBeVisible();
  const all = await phone.request.get("/en/account/download");
  expect(Object.keys(await all.json())).toEqual(expect.arrayContaining(["learner", "sandboxes", "journals", "judgements"]));
  expect(await all.text()).not.toMatch(/password_hash|token_hash|argon2/);
  await phone.getByLabel("Confirm", { exact: true }).fill("서유나");
  await phone.getByRole("button", { name: "Delete" }).click();
  await expect(phone).toHaveURL(/\/en$/);
  await grader.goto(attempt);
  await expect(grader.getByText("nothing here for you")).toBeVisible();
});

test("a lesson that breaks stays online as it was, and instructors see why", async ({ browser }) => {
  const lessons = mkdtempSync(join(tmpdir(), "pilothouse-lessons-"));
  const content = resolve(import.meta.dirname ?? ".", "../../lessons/content");
  cpSync(content, lessons, { recursive: true });
  const server = await Server.fresh("--lessons", lessons);
  try {
    const page = await device(browser, server.url);
    await choose(page, user(server.data, "add", "Author", "--role", "instructor", "--url", server.url).match(/http\S+/)![0], "Author");
    const file = join(lessons, LESSON_22, "lesson.en.md");
    const whole = readFileSync(file, "utf8");
    const check = () => spawnSync(BINARY, ["lessons", "check", join(lessons, LESSON_22), "--format", "json"], { encoding: "utf8" });

    writeFileSync(file, whole.replace("title:", "titel:"));
    const mistakes = page.getByRole("heading", { name: "Lessons with mistakes" });
    await expect(async () => {
      await page.goto(`${server.url}/en/classes`);
      await expect(mistakes).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 15_000 });
    await expect(page.locator("pre", { hasText: "titel" })).toContainText("lesson.en.md");
    const found = check();
    expect(found.status).toBe(1);
    expect(JSON.parse(found.stdout).diagnostics[0].file).toContain("lesson.en.md");
    const learner = await device(browser, server.url);
    await learner.goto(`${server.url}/en/lessons/${LESSON_22}`);
    await expect(learner.locator("html")).toHaveAttribute("lang", "en");
    await expect(learner.getByRole("heading", { level: 1 })).toBeVisible();
    await learner.goto(`${server.url}/en/classes`);
    await expect(learner.getByRole("heading", { name: "Lessons with mistakes" })).toHaveCount(0);

    writeFileSync(file, whole);
    await expect(async () => {
      await page.goto(`${server.url}/en/classes`);
      await expect(mistakes).toHaveCount(0, { timeout: 500 });
    }).toPass({ timeout: 15_000 });
  } finally {
    await server.dispose();
    rmSync(lessons, { recursive: true });
  }
});
