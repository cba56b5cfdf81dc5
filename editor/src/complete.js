// What may follow at the cursor, and what the field under the pointer means.

import { hoverTooltip } from "@codemirror/view";
import { ITEM, bounds, kindOf, place, read } from "./place.js";
import { at, typeName } from "./schema.js";

const linesOf = (state) => state.doc.toString().split("\n");

/** A source of completions. */
export function completion(schemas) {
  return async ({ state, pos, explicit }) => {
    const lines = linesOf(state);
    const line = state.doc.lineAt(pos);
    const n = line.number - 1;
    const here = place(lines, n, pos - line.from);
    if (!explicit && here.typed === "" && here.key === null) return null;
    if (!explicit && here.key !== null && !/\S/.test(line.text.slice(0, pos - line.from))) return null;
    const { apiVersion, kind } = kindOf(lines, bounds(lines, n));
    const schema = await schemas.of(apiVersion, kind);
    if (!schema) return null;
    const options = optionsAt(schema, here, { apiVersion, line: line.text });
    return options.length ? { from: line.from + here.from, options, validFor: /^[\w./%-]*$/ } : null;
  };
}

/** The options of a place. Pure. */
export function optionsAt(schema, here, { apiVersion = "", line = "" } = {}) {
  if (here.path.length === 0 && here.key === "apiVersion") {
    return [...new Set(schema.kinds.map(([version]) => version))].map((label) => ({ label, type: "constant" }));
  }
  if (here.path.length === 0 && here.key === "kind") {
    const fitting = schema.kinds.filter(([version]) => !apiVersion || version === apiVersion);
    return fitting.map(([detail, label]) => ({ label, detail, type: "class" }));
  }
  if (!schema.root) {
    const root = ["apiVersion", "kind", "metadata", "spec"].filter((name) => !here.siblings.includes(name));
    return here.key === null && here.path.length === 0 ? root.map((label) => ({ label, type: "property", apply: `${label}: ` })) : [];
  }
  const field = at(schema, here.key === null ? here.path : [...here.path, here.key]);
  if (!field) return [];
  if (here.key !== null || !["object", "any"].includes(field.type)) return values(field);
  const indent = " ".repeat(here.from);
  const has = /:/.test(line.slice(here.from));
  return Object.keys(field.fields ?? {})
    .filter((name) => !here.siblings.includes(name))
    .map((name) => {
      const of = at(schema, [...here.path, name]);
      const needed = field.required?.includes(name);
      return {
        label: name,
        type: "property",
        detail: typeName(schema, of),
        info: of.about,
        boost: needed ? 50 : name === "status" ? -50 : 0,
        apply: has ? name : name + opening(of, indent),
      };
    });
}

function opening(field, indent) {
  if (field.type === "list") return `:\n${indent}- `;
  return field.type === "object" ? `:\n${indent}  ` : ": ";
}

function values(field) {
  if (field.type === "boolean") return ["true", "false"].map((label) => ({ label, type: "keyword" }));
  return (field.one_of ?? []).map((label) => ({ label, type: "enum" }));
}

/** The field at a position: its path, and where its key stands. Pure. */
export function fieldAt(lines, n, column) {
  const { tokens, value, col } = read(lines[n]);
  const key = tokens.at(-1);
  if (!key || key.key === ITEM || column < col || column > value) return null;
  const { path } = place(lines, n, col + 1);
  return { path: [...path, key.key], from: col, to: value - 1 };
}

/** What a field means, shown at the pointer. */
export function hover(schemas) {
  return hoverTooltip(async (view, pos) => {
    const lines = linesOf(view.state);
    const line = view.state.doc.lineAt(pos);
    const n = line.number - 1;
    const found = fieldAt(lines, n, pos - line.from);
    if (!found) return null;
    const { apiVersion, kind } = kindOf(lines, bounds(lines, n));
    const schema = await schemas.of(apiVersion, kind);
    const field = schema?.root && at(schema, found.path);
    if (!field) return null;
    const create = () => ({ dom: card(found.path.at(-1), typeName(schema, field), field.about ?? "") });
    return { pos: line.from + found.from, end: line.from + found.to, create };
  });
}

function card(name, type, about) {
  const dom = document.createElement("div");
  dom.className = "cm-about";
  const head = document.createElement("p");
  const strong = document.createElement("b");
  strong.textContent = name;
  head.append(strong, ` ${type}`);
  const text = document.createElement("p");
  text.textContent = about;
  dom.append(head, text);
  return dom;
}
