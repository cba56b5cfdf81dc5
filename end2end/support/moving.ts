// Hands on the page: how the moves of handles.ts are made.
import { type Locator, expect } from "@playwright/test";
import { type Move, type ObjectId, changed } from "./handles.js";
import { paste } from "./editor.js";
import { type Ending, ExperimentPage } from "./solving.js";

const WORDS = {
  ko: { pick: "열 것", apply: "적용하기", force: "넘겨받아 적용하기", traffic: "사용자 요청" },
  en: { pick: "Open", apply: "Apply", force: "Take over and apply", traffic: "User requests" },
};

/** Begins what a line asks for. */
export async function make(on: ExperimentPage, all: Move[]): Promise<Ending> {
  const ends: Ending[] = [];
  for (const move of all) ends.push(await begin(on, move));
  return async () => {
    for (const end of ends) await end();
  };
}

async function begin(on: ExperimentPage, move: Move): Promise<Ending> {
  switch (move.way) {
    case "act":
      return press(on, move.id);
    case "power":
      return power(on, move.verb, move.node);
    case "traffic":
      return traffic(on, move.name, move.rate_rps);
    case "edit":
      return edited(on, move.object, (text) => changed(text, move.change));
    case "apply":
      return edited(on, undefined, () => move.text);
    case "look":
      return async () => {};
  }
}

async function press(on: ExperimentPage, act: string): Promise<Ending> {
  const button = on.card.getByRole("button", { name: on.said.acts[act]!, exact: true });
  return sent(on, "act", () => button.click());
}

async function power(on: ExperimentPage, verb: "plug" | "unplug", node: string): Promise<Ending> {
  const { words } = on;
  const end = await sent(on, "handle", () => on.button(`${words[verb]}: ${node}`).click());
  return async () => {
    await end();
    await expect(on.button(`${words[verb === "plug" ? "unplug" : "plug"]}: ${node}`)).toBeVisible();
  };
}

async function traffic(on: ExperimentPage, name: string, rate_rps: number): Promise<Ending> {
  const sliders = on.stage.getByRole("slider", { name: WORDS[on.lang].traffic });
  const slider = sliders.and(on.page.locator(`[title^="lab traffic ${name} "]`));
  const end = await sent(on, "handle", () => slider.fill(String(rate_rps)));
  return async () => {
    await end();
    await expect(slider).toHaveAttribute("title", `lab traffic ${name} ${rate_rps}`);
  };
}

/** Opens an object in the YAML tab, what stands there where none is named, puts another text in its place and applies it. */
async function edited(on: ExperimentPage, object: ObjectId | undefined, change: (text: string) => string): Promise<Ending> {
  const say = WORDS[on.lang];
  const panel = on.page.getByRole("tabpanel");
  await on.page.getByRole("tab", { name: "YAML" }).click();
  const text = panel.locator("yaml-editor textarea");
  const [list, area] = [panel.getByRole("combobox", { name: say.pick }), panel.locator("yaml-editor .cm-content")];
  await expect(area).toBeVisible();
  if (object) {
    const value = await option(list, object);
    if ((await list.inputValue()) !== value) {
      const read = await sent(on, "manifest", async () => void (await list.selectOption(value)));
      await read();
    }
    await expect(text).toHaveValue(new RegExp(`^kind: ${object.kind}$[^]*^  name: ${object.name}$`, "m"));
  }
  await paste(on.page, change(await text.inputValue()));
  await panel.getByRole("button", { name: say.apply, exact: true }).click();
  const [done, refused] = [panel.getByRole("status").filter({ hasText: /applied/ }), panel.getByRole("alert")];
  await expect(done.or(refused)).toBeVisible();
  const force = panel.getByRole("button", { name: say.force, exact: true });
  if (await force.count()) {
    // the fields are another manager's: what taking them over changes is shown, then done
    await force.click();
    await expect(panel.getByRole("region")).toBeVisible();
    await panel.locator("button.btn--primary").click();
    await expect(done.or(refused)).toBeVisible();
  }
  if (await refused.count()) throw new Error(`refused: ${await refused.innerText()}`);
  return async () => {};
}

/** The value of an object in the list. */
async function option(list: Locator, { kind, name }: ObjectId): Promise<string> {
  const values = () => list.locator("option").evaluateAll((all) => all.map((o) => (o as HTMLOptionElement).value));
  const isIt = (value: string) => [`${kind}/default/${name}`, `${kind}//${name}`].includes(value);
  await expect.poll(async () => (await values()).some(isIt), `${kind}/${name} is listed`).toBe(true);
  return (await values()).find(isIt)!;
}

/** Does what asks the server; the end is its answer. */
async function sent(on: ExperimentPage, endpoint: string, deed: () => Promise<void>): Promise<Ending> {
  const answer = on.page.waitForResponse((r) => r.url().endsWith(`/api/${endpoint}`)).catch((why: Error) => why);
  await deed();
  return async () => {
    const come = await answer;
    if (come instanceof Error) throw come;
    if (!come.ok()) throw new Error(`/api/${endpoint} answers ${come.status()}: ${await come.text()}`);
  };
}
