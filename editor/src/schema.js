// What a document may say: the schema of its kind, asked of the cluster when it is needed.

import { ITEM } from "./place.js";

/** Schemas of one sandbox, each asked for once. */
export class Schemas {
  #known = new Map();

  constructor(sandbox) {
    this.sandbox = sandbox;
  }

  /** The schema of a kind; null where the cluster cannot be asked now. */
  of(apiVersion, kind) {
    const name = `${apiVersion} ${kind}`;
    if (!this.#known.has(name)) {
      const asked = ask(this.sandbox, apiVersion, kind);
      this.#known.set(name, asked);
      // a kind that is not there now may be made, and a failure may pass
      asked.then((schema) => schema?.root || this.#known.delete(name));
    }
    return this.#known.get(name);
  }
}

async function ask(sandbox, api_version, kind) {
  try {
    const query = new URLSearchParams({ sandbox, api_version, kind });
    const answer = await fetch(`/api/schema?${query}`, { headers: { accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** A field with what it refers to; its own description is kept. */
export function whole(schema, field) {
  let found = field;
  for (let hops = 0; found?.refers && hops < 8; hops += 1) {
    const to = schema.shared[found.refers];
    if (!to) return { type: "any", about: found.about };
    found = { ...to, about: field.about ?? to.about };
  }
  return found;
}

/** The field at the end of a path; undefined where there is none. */
export function at(schema, path) {
  let field = whole(schema, schema.root);
  for (const step of path) {
    if (!field) return undefined;
    const next = step === ITEM ? field.each : (field.fields?.[step] ?? (field.type === "object" ? field.each : undefined));
    field = whole(schema, next);
  }
  return field;
}

/** How a field's type is called in messages and lists. */
export function typeName(schema, field) {
  if (field.type === "list") return `${typeName(schema, whole(schema, field.each) ?? { type: "any" })}[]`;
  return field.type;
}
