import { chromium } from "playwright";
const exe = process.env.CHROMIUM ?? "/usr/bin/chromium";
const b = await chromium.launch({ executablePath: exe, args: ["--no-sandbox"] });
const p = await b.newPage({ viewport: { width: 1440, height: 900 } });
await p.goto("http://127.0.0.1:4555/ko/lessons/21-why-kubernetes?ex=pending");
await p.waitForTimeout(2500);
for (const id of ["scheduling", "compose-and-kubernetes", "a-change-of-thinking", "when-to-adopt"]) {
  await p.evaluate((id) => document.getElementById(id).scrollIntoView(), id);
  await p.waitForTimeout(400);
  await p.screenshot({ path: `/tmp/look/s-${id}.png` });
  await p.mouse.move(300,500); await p.mouse.wheel(0, 780); await p.waitForTimeout(500);
  await p.screenshot({ path: `/tmp/look/s-${id}-2.png` });
}
await b.close();
