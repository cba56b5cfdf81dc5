// No second tries: a test that is right only sometimes is wrong. One worker for the pages, whose times are looked at; the experiments,
// which wait for their clusters most of the time, share the two cores afterwards.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results/artifacts",
  workers: 2,
  projects: [
    { name: "pages", testIgnore: "experiments.spec.ts", workers: 1 },
    { name: "experiments", testMatch: "experiments.spec.ts", fullyParallel: true, dependencies: ["pages"] },
  ],
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [
    ["list", { printSteps: false }],
    // the sum that `cargo xtask test` reads
    ["json", { outputFile: "test-results/report.json" }],
  ],
  use: {
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      // Playwright itself gives every browser a new --user-data-dir
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
