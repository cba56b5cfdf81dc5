// Changes merged into an object as Kubernetes' strategic merge patches are: lists of named things by name.
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** `null` takes away; a list item named `*` goes into every item. */
export function merge(into: Json | undefined, change: Json): Json {
  if (Array.isArray(change)) return list(Array.isArray(into) ? into : [], change);
  if (typeof change !== "object" || change === null) return change;
  const merged = isObject(into) ? { ...into } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

function list(into: Json[], change: Json[]): Json[] {
  if (!change.every((item) => isObject(item) && typeof item.name === "string")) return change;
  const named = change as { [key: string]: Json }[];
  const kept = into.map((item) => {
    const name = isObject(item) ? item.name : undefined;
    const { name: _, ...more } = named.find((c) => c.name === name || c.name === "*") ?? {};
    return merge(item, more);
  });
  const known = into.map((item) => isObject(item) && item.name);
  return [...kept, ...named.filter((c) => c.name !== "*" && !known.includes(c.name as string))];
}

const isObject = (json: Json | undefined): json is { [key: string]: Json } =>
  typeof json === "object" && json !== null && !Array.isArray(json);
