// The experiments of the course as their files describe them: what to type and when, and the words of their cards.
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { Lang } from "./words.js";

const CONTENT = resolve(import.meta.dirname ?? ".", "../../lessons/content");

/** A line of the solution. */
export type Step = {
  /** Virtual seconds after the learner's zero. */
  at_s: number;
  /** What the console is given. */
  line: string;
};

type Act = { id: string; command: string };

/** What the card of an experiment says in one language. */
export type CardWords = {
  label: string;
  title: string;
  prediction: { question: string; choices: Record<string, string> };
  acts: Record<string, string>;
  checks: Record<string, string>;
  closing: string;
};

export type Experiment = {
  /** The folder of its lesson. */
  lesson: string;
  id: string;
  acts: Act[];
  /** Ids, in the card's order. */
  choices: string[];
  checks: string[];
  /** Has a check to pass within a time? */
  hurried: boolean;
  steps: Step[];
  /** The solution has passed by then, virtual seconds after the learner's zero. */
  until_s: number;
  /** Folder of the files that the console has. */
  files: string;
  words: Record<Lang, CardWords>;
};

/** Every experiment of the course, in the order of lessons and ids. */
export function experiments(): Experiment[] {
  return folders(CONTENT).flatMap((lesson) => {
    const inside = join(CONTENT, lesson);
    const said = { ko: fences(join(inside, "lesson.ko.md")), en: fences(join(inside, "lesson.en.md")) };
    return folders(join(inside, "experiments")).map((id) => {
      const [ko, en] = [said.ko[id], said.en[id]];
      if (!ko || !en) throw new Error(`${lesson} has no words for the experiment ${id}`);
      return { ...ofFolder(join(inside, "experiments", id)), lesson, id, words: { ko, en } };
    });
  });
}

type Plain = Omit<Experiment, "lesson" | "id" | "words">;

function ofFolder(folder: string): Plain {
  const file = parse(readFileSync(join(folder, "experiment.yaml"), "utf8"));
  const ids = (all: { id: string }[]) => all.map((one) => one.id);
  return {
    acts: file.acts ?? [],
    choices: ids(file.prediction.choices),
    checks: ids(file.checks),
    hurried: file.checks.some((check: { within?: string }) => check.within !== undefined),
    steps: file.solution.steps.map((s: { at: string; run: string }) => ({ at_s: seconds(s.at), line: s.run })),
    until_s: seconds(file.solution.until),
    files: join(folder, "files"),
  };
}

/** Folders in a folder, sorted; none where there is no such folder. */
function folders(inside: string): string[] {
  try {
    const all = readdirSync(inside, { withFileTypes: true });
    return all.flatMap((one) => (one.isDirectory() ? [one.name] : [])).sort();
  } catch (why) {
    if ((why as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw why;
  }
}

/** The words of a lesson's experiments, by id. */
function fences(path: string): Record<string, CardWords> {
  const all = readFileSync(path, "utf8").matchAll(/^```experiment (\S+)\n(.*?)^```$/gms);
  return Object.fromEntries([...all].map(([, id, yaml]) => [id, parse(yaml!)]));
}

/** Reads `1m50s`. */
function seconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|s|m|h)/g)];
  if (parts.map((p) => p[0]).join("") !== duration) throw new Error(`${duration} is no duration`);
  const unit = { ms: 0.001, s: 1, m: 60, h: 3600 } as Record<string, number>;
  return parts.reduce((sum, [, n, u]) => sum + Number(n) * unit[u!]!, 0);
}

/** A sentence of a card as it is read: its names stand between backticks. */
export const spoken = (sentence: string) => sentence.replaceAll("`", "");

/** Prose as it is read: without its marks. */
export function plain(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[*`]/g, "").replace(/\s+/g, " ").trim();
}
