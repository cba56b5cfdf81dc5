// What is wrong with a text: its YAML, and what the cluster's schema does not know. Pure.

import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import { whole } from "./schema.js";

/** Go's YAML, as the API server reads it, is of version 1.1: `yes` and `on` are booleans. */
export function documents(text) {
  const all = parseAllDocuments(text, { version: "1.1", uniqueKeys: true, logLevel: "silent", prettyErrors: false });
  return Array.isArray(all) ? all : [];
}

/** Errors of the YAML itself. */
export function syntax(all, words) {
  return all.flatMap((doc) =>
    doc.errors.map((error) => ({
      from: error.pos[0],
      to: error.pos[1],
      message: words.codes[error.code] ?? fill(words.syntax, { why: error.message.split("\n")[0] }),
    })),
  );
}

/** `apiVersion` and `kind` of a document, with the nodes that say them. */
export function kindOf(doc) {
  const text = (name) => {
    const node = isMap(doc.contents) ? doc.contents.get(name, true) : undefined;
    return { node, value: isScalar(node) && typeof node.value === "string" ? node.value : "" };
  };
  return { apiVersion: text("apiVersion"), kind: text("kind") };
}

/** What the schema does not know in a document. */
export function unknown(doc, schema, words) {
  const found = [];
  const say = (range, message, fixes = []) => found.push({ from: range[0], to: Math.max(range[1], range[0] + 1), message, fixes });
  if (!doc.contents) return found;
  const { apiVersion, kind } = kindOf(doc);
  if (!isMap(doc.contents)) {
    say(doc.contents.range, words.types.object);
  } else if (!apiVersion.value || !kind.value) {
    say([doc.contents.range[0], doc.contents.range[0] + 1], words.noType);
  } else if (!schema.root) {
    const names = [...new Set(schema.kinds.map(([, name]) => name))];
    const near = nearest(kind.value, names);
    const versions = schema.kinds.filter(([, name]) => name === kind.value).map(([version]) => version);
    const node = versions.length ? apiVersion.node : kind.node;
    const hint = versions[0] ?? near;
    const message = fill(words.noKind, { kind: `${apiVersion.value} ${kind.value}` });
    say(node.range, hint ? `${message} ${fill(words.perhaps, { name: hint })}` : message, hint ? [hint] : []);
  } else {
    walk(doc.contents, schema.root, schema, words, say);
  }
  return found;
}

function walk(node, of, schema, words, say) {
  const field = whole(schema, of);
  // what is empty counts as not said
  if (!field || !node || isAlias(node) || field.type === "any" || (isScalar(node) && node.value === null)) return;
  if (!fits(node, field)) {
    say(node.range, fill(words.expected, { what: words.types[field.type], got: words.types[kindOfNode(node)] }));
  } else if (isMap(node)) {
    for (const { key, value } of node.items) inside(key, value, field, schema, words, say);
  } else if (isSeq(node)) {
    for (const item of node.items) walk(item, field.each, schema, words, say);
  } else if (field.one_of && !field.one_of.includes(String(node.value))) {
    say(node.range, fill(words.oneOf, { values: field.one_of.join(", ") }), [nearest(String(node.value), field.one_of)].filter(Boolean));
  }
}

function inside(key, value, field, schema, words, say) {
  const name = String(isScalar(key) ? key.value : key);
  const next = field.fields?.[name] ?? field.each;
  if (next) return walk(value, next, schema, words, say);
  const names = Object.keys(field.fields ?? {});
  if (names.length === 0) return;
  const near = nearest(name, names);
  const message = fill(words.unknown, { name });
  say(key.range, near ? `${message} ${fill(words.perhaps, { name: near })}` : message, near ? [near] : []);
}

function kindOfNode(node) {
  if (isMap(node)) return "object";
  if (isSeq(node)) return "list";
  const { value, source = "" } = node;
  // dates and times of day are numbers to YAML 1.1 alone
  if (value instanceof Date || (typeof value === "number" && source.includes(":"))) return "string";
  if (typeof value === "number") return Number.isInteger(value) && !/[.eE]/.test(source.replace(/^0x.*/, "")) ? "integer" : "number";
  return typeof value === "boolean" ? "boolean" : "string";
}

const TAKES = {
  "int-or-string": ["integer", "string"],
  quantity: ["integer", "number", "string"],
  number: ["integer", "number"],
};

function fits(node, field) {
  return (TAKES[field.type] ?? [field.type]).includes(kindOfNode(node));
}

/** The name that is meant, if one is near. */
export function nearest(name, names) {
  const far = Math.max(1, Math.min(3, Math.floor(name.length / 3)));
  const ranked = names.map((n) => [distance(name.toLowerCase(), n.toLowerCase()), n]).sort((a, b) => a[0] - b[0]);
  return ranked.length && ranked[0][0] <= far ? ranked[0][1] : null;
}

function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** `{name}` in a sentence. */
export function fill(sentence, facts) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}
