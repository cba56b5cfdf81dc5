// `cargo xtask bench` plays these against the release build: they print figures and judge none.
import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.js";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "*.bench.ts",
  projects: [{ name: "benches" }],
  outputDir: "../test-results/benches",
  workers: 1,
  timeout: 300_000,
  reporter: [["list"]],
  use: { ...tests.use, trace: "off" },
});
