// The first checkpoint: a live picture, one handle that reaches the cluster, and a journal that survives a crash.
import { ClusterPage, NODES } from "../support/cluster.js";
import { expect, forgiveDeadServer, test } from "../support/fixtures.js";

test("the page draws the cluster from the watch", async ({ page }) => {
  const cluster = new ClusterPage(page, "en");
  await cluster.open();
  for (const node of NODES) {
    await cluster.expectNode(node, cluster.words.nodeReady);
    await expect(cluster.podsOn(node)).toHaveCount(2);
  }
  await cluster.expectReady(6);
  const before = await cluster.seconds();
  await expect.poll(() => cluster.seconds(), { message: "the clock runs" }).toBeGreaterThan(before);
  // what somebody else does in the cluster is drawn too
  await cluster.run("kubectl scale deployment web --replicas=3");
  await cluster.expectReady(3, 3);
  await expect.poll(async () => (await cluster.pods()).length).toBe(3);
  // a second Deployment too, and the page opens with it
  const extra = cluster.stage.locator(".wants").getByText("Deployment/extra");
  await cluster.run("kubectl create deployment extra --image=nginx");
  await expect(extra).toBeVisible();
  await page.reload();
  await cluster.alive();
  await expect(extra).toBeVisible();
  await cluster.run("kubectl delete deployment extra");
  await expect(extra).toBeHidden();
});

test("a killed container is restarted, and the crash of the server loses nothing", async ({ page, server, problems }) => {
  const cluster = new ClusterPage(page, "en");
  await cluster.open();
  await cluster.setSpeed(5);
  const victim = (await cluster.pods())[0]!.name;
  await cluster.pod(victim).hover();
  await cluster.button(`${cluster.words.kill}: ${victim}`).click();
  await expect(cluster.log).toContainText(new RegExp(`lab kill \\S*${victim}`));
  await expect(cluster.pod(victim)).toHaveAccessibleName(new RegExp(`, ${cluster.words.restarts(1)}$`));
  await cluster.expectReady(6);
  const before = await cluster.pods();
  expect(before).toHaveLength(6);

  await server.kill();
  await server.start();
  await page.reload();
  await cluster.alive();
  expect(await cluster.pods()).toEqual(before);
  await expect(cluster.log).toContainText(new RegExp(`lab kill \\S*${victim}`));
  forgiveDeadServer(problems);
});

test("an acknowledged action outlives a crash right after it", async ({ page, server, problems }) => {
  const cluster = new ClusterPage(page, "en");
  await cluster.open();
  await cluster.button(`${cluster.words.unplug}: node-b`).click();
  await expect(cluster.log).toContainText("lab unplug node-b");
  await server.kill();
  await server.start();
  await page.reload();
  await cluster.alive();
  await expect(cluster.button(`${cluster.words.plug}: node-b`)).toBeVisible();
  await cluster.setSpeed(60);
  await cluster.expectNode("node-b", cluster.words.nodeLost);
  forgiveDeadServer(problems);
});
