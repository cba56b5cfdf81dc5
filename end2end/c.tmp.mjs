import { chromium } from "@playwright/test";
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless","--no-sandbox","--disable-gpu"] });
const p = await (await b.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
p.on("console", m => { if (["error","warning"].includes(m.type())) console.log("CONSOLE", m.text()); });
p.on("response", r => { if (r.url().includes("/api/")) console.log(Date.now()%100000, r.status(), r.url().slice(-20), r.request().postData()?.slice(0,200)); });
await p.goto("http://127.0.0.1:3100/en/lessons/21-why-kubernetes"); await p.waitForTimeout(1500);
const inp = p.locator("input[name=line], textarea[name=line]").first();
for (const line of ["kubectl get pods -o wide", "lab unplug node-a", "lab plug node-a", "docker ps", "kubectl get foo"]) {
  await inp.fill(line); console.log(Date.now()%100000, line); await inp.press("Enter"); await p.waitForTimeout(1200);
}
console.log(await p.locator(".console, .panel__out, [class*=console]").first().innerText().catch(e=>e.message));
await p.screenshot({ path: "/tmp/shots/con.png" });
await b.close();
