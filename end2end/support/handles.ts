// What a learner who types nothing would do for a line of the console: press the act's button, pull the plug, or change an
// object in the YAML tab.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import type { Experiment } from "./experiment.js";
import { type Json, merge } from "./merge.js";

/** How a line is done without the console. */
export type Move =
  | { way: "act"; id: string }
  | { way: "power"; verb: "plug" | "unplug"; node: string }
  | { way: "traffic"; name: string; rate_rps: number }
  /** Changes an object that the YAML tab shows. */
  | { way: "edit"; object: ObjectId; change: Json }
  /** Applies a text in the YAML tab. */
  | { way: "apply"; text: string }
  /** Looks at what the page shows anyway. */
  | { way: "look" };

/** As the YAML tab lists it. */
export type ObjectId = { kind: string; name: string };

/** The moves for a line; an error where none is known. */
export function moves(experiment: Experiment, line: string): Move[] {
  const things = onStage(words(line));
  if (things) return [things];
  const act = experiment.acts.find((act) => spaced(act.command) === spaced(line));
  if (act) return [{ way: "act", id: act.id }];
  const text = applied(experiment.files, line);
  if (text !== undefined) return [{ way: "apply", text }];
  const found = changes(experiment.files, words(line));
  if (found) return found;
  throw new Error(`nothing on the page is known to do \`${line}\`: teach end2end/support/handles.ts`);
}

const spaced = (line: string) => line.trim().split(/\s+/).join(" ");

/** Words of a line as a shell divides it, quotes taken off. */
function words(line: string): string[] {
  const all = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"]+)+/g) ?? [];
  return all.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, a, b) => a ?? b));
}

/** What has a handle on the stage itself. */
function onStage(line: string[]): Move | undefined {
  const [lab, verb, what, how, ...rest] = line;
  if (lab !== "lab" || what === undefined || rest.length > 0) return undefined;
  if ((verb === "plug" || verb === "unplug") && how === undefined) return { way: "power", verb, node: what };
  if (verb === "traffic") return { way: "traffic", name: what, rate_rps: Number(how) };
  return undefined;
}

/** The text that a line applies: of a file, of a here-document, of what a filter makes of a file. */
function applied(files: string, line: string): string | undefined {
  const piped = /^([^|]+)\|\s*kubectl apply( --[\w-]+)* -f -$/.exec(line);
  if (piped) return execFileSync("sh", ["-c", piped[1]!], { cwd: files, encoding: "utf8" });
  const here = /^kubectl apply( --[\w-]+)* -f - <<'?(\w+)'?\n([^]*)\n\2$/.exec(line.trim());
  if (here) return here[3];
  const file = /^kubectl apply( --[\w-]+)* -f ([\w.-]+)$/.exec(line)?.[2];
  return file === undefined ? undefined : readFileSync(join(files, file), "utf8");
}

const READS = ["get", "describe", "top", "diff", "logs", "explain"];
const KINDS: Record<string, string> = { deployment: "Deployment", deploy: "Deployment", service: "Service", svc: "Service" };

/** What a line of kubectl or lab changes in objects that are there, or makes. */
function changes(files: string, line: string[]): Move[] | undefined {
  const options = new Map(line.filter((w) => w.startsWith("--")).map((w) => w.slice(2).split(/=(.*)/s) as [string, string]));
  const [program, verb, ...rest] = line.filter((w) => !w.startsWith("--"));
  if (program === "lab" && verb === "compose") return [{ way: "apply", text: compose(rest[0]!, line.slice(3)) }];
  if (program === "lab" && verb === "crash") return crash(rest[0]!, rest[1] ?? "3s");
  if (program !== "kubectl") return undefined;
  if (READS.includes(verb!)) return [{ way: "look" }];
  switch (verb) {
    case "patch":
      return [edit(rest[0]!, rest[1]!, parse(rest[rest.indexOf("-p") + 1]!))];
    case "scale":
      return [edit(rest[0]!, rest[1]!, { spec: { replicas: Number(options.get("replicas")) } })];
    case "set":
      return set(rest, options);
    case "label":
      return [edit(rest[0]!, rest[1]!, { metadata: { labels: pairs(rest[2]!) } })];
    case "create":
      return rest[0] === "poddisruptionbudget" ? [{ way: "apply", text: budget(rest[1]!, options) }] : undefined;
    case "delete":
      return rest[0] === "-f" && existsSync(join(files, rest[1]!)) ? emptied(join(files, rest[1]!)) : undefined;
    default:
      return undefined;
  }
}

const edit = (kind: string, name: string, change: Json): Move => {
  const full = KINDS[kind];
  if (!full) throw new Error(`handles.ts does not know the kind ${kind}`);
  return { way: "edit", object: { kind: full, name }, change };
};

/** `kubectl set image|resources|selector`. */
function set([what, ...rest]: string[], options: Map<string, string>): Move[] | undefined {
  const template = (containers: Json) => ({ spec: { template: { spec: { containers } } } });
  if (what === "image") {
    const [kind, name] = rest[0]!.split("/");
    const images = rest.slice(1).map((pair) => pair.split("="));
    return [edit(kind!, name!, template(images.map(([name, image]) => ({ name: name!, image: image! }))))];
  }
  if (what === "resources") {
    // every container, as kubectl does it
    return [edit(rest[0]!, rest[1]!, template([{ name: "*", resources: { requests: pairs(options.get("requests")!) } }]))];
  }
  return what === "selector" ? [edit(rest[0]!, rest[1]!, { spec: { selector: pairs(rest[2]!) } })] : undefined;
}

const pairs = (text: string) => Object.fromEntries(text.split(",").map((pair) => pair.split("=") as [string, string]));

let commands = 0;

/** `lab compose PROJECT ARGS`: a command is an object. */
function compose(project: string, args: string[]): string {
  commands += 1;
  const metadata = { name: `${project}-by-hand-${commands}` };
  return JSON.stringify({ apiVersion: "sim.pilothouse.dev/v1", kind: "ComposeCommand", metadata, spec: { project, args } });
}

function budget(name: string, options: Map<string, string>): string {
  const spec = { minAvailable: Number(options.get("min-available")), selector: { matchLabels: pairs(options.get("selector")!) } };
  return JSON.stringify({ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name }, spec });
}

const DAY_MS = 86_400_000;

/** `lab crash IMAGE AFTER|off`. A field that another manager owns cannot be taken away by an apply: a day is as good as never. */
function crash(name: string, after: string): Move[] {
  const millis = after === "off" ? DAY_MS : Number.parseFloat(after) * (after.endsWith("ms") ? 1 : 1000);
  return [{ way: "edit", object: { kind: "Image", name }, change: { spec: { crashAfterMillis: millis } } }];
}

/** The YAML tab deletes nothing: what a file would delete is left without pods. */
function emptied(file: string): Move[] {
  const all = parseAllDocuments(readFileSync(file, "utf8")).map((doc) => doc.toJS());
  const workloads = all.filter((object) => typeof object?.spec?.replicas === "number");
  return workloads.map(({ kind, metadata }) => ({
    way: "edit",
    object: { kind, name: metadata.name },
    change: { spec: { replicas: 0 } },
  }));
}

/** The text of an object with a change made in it. */
export const changed = (text: string, change: Json): string => JSON.stringify(merge(parse(text), change), null, 1);
