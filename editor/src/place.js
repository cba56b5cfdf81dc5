// Where in a manifest does the cursor stand? By indentation alone, so that it holds in a text that is not whole yet. Pure.

/** A step into a list's item. */
export const ITEM = "[]";

/**
 * A line as what opens levels: the dashes of its items and its key, each at its column.
 * @returns {{tokens: {col: number, key: string}[], blank: boolean, value: number}} `value`: column after the colon, -1 without one
 */
export function read(line) {
  const tokens = [];
  let col = line.length - line.trimStart().length;
  const blank = col === line.length || line[col] === "#";
  while (line[col] === "-" && (line[col + 1] === " " || col + 1 === line.length)) {
    tokens.push({ col, key: ITEM });
    col += 1;
    while (line[col] === " ") col += 1;
  }
  const found = /^("[^"]*"|'[^']*'|[^\s#"'{[][^#]*?)\s*:(?=\s|$)/.exec(line.slice(col));
  if (!found) return { tokens, blank, value: -1, col };
  tokens.push({ col, key: found[1].replace(/^["']|["']$/g, "") });
  return { tokens, blank, value: col + found[0].length, col };
}

/** First and last line of the document around line `at`. */
export function bounds(lines, at) {
  const ends = (line) => /^(---|\.\.\.)(\s|$)/.test(line);
  let [first, last] = [at, at];
  while (first > 0 && !ends(lines[first - 1])) first -= 1;
  while (last + 1 < lines.length && !ends(lines[last + 1])) last += 1;
  if (ends(lines[first])) first += 1;
  return [first, last];
}

/** `apiVersion` and `kind` of a document, as far as they are written. */
export function kindOf(lines, [first, last]) {
  const of = (name) => {
    const line = lines.slice(first, last + 1).find((l) => l.startsWith(`${name}:`)) ?? "";
    return line.slice(name.length + 1).replace(/\s#.*$/, "").trim().replace(/^["']|["']$/g, "");
  };
  return { apiVersion: of("apiVersion"), kind: of("kind") };
}

/**
 * The place of a cursor.
 * @returns {{path: string[], key: string|null, from: number, typed: string, siblings: string[]}} `path` leads to the object in which
 *   the cursor is; `key` is the key whose value is written, null where a key is; `from` the column at which the word begins
 */
export function place(lines, at, column) {
  const line = lines[at];
  const here = read(line);
  const inValue = here.value >= 0 && column >= here.value;
  const own = here.tokens.filter((token) => token.col < column);
  const dashes = own.filter((token) => token.key === ITEM);
  const begin = here.blank ? column : here.col;
  const path = [];
  let limit = begin;
  let dash = false;
  for (const token of dashes.toReversed()) {
    path.unshift(ITEM);
    [limit, dash] = [token.col, true];
  }
  const range = bounds(lines, at);
  const siblings = around(lines, at, begin, range, dashes.length > 0);
  for (let n = at - 1; n >= range[0] && limit >= 0; n -= 1) {
    const { tokens, blank } = read(lines[n]);
    if (blank) continue;
    for (const { col, key } of tokens.toReversed()) {
      const up = key === ITEM ? col < limit : col < limit || (dash && col === limit);
      if (!up) continue;
      path.unshift(key);
      [limit, dash] = [col, key === ITEM];
    }
  }
  const key = inValue ? here.tokens.at(-1).key : null;
  const from = inValue ? here.value + (/^\s*/.exec(line.slice(here.value))?.[0].length ?? 0) : Math.min(begin, column);
  return { path, key, from, typed: line.slice(from, column), siblings };
}

/** Keys that stand in the same object. */
function around(lines, at, col, [first, last], begins) {
  const keys = [];
  const look = (n) => {
    const { tokens, blank } = read(lines[n]);
    if (blank) return true;
    for (const token of tokens) {
      if (token.key !== ITEM && token.col === col) keys.push(token.key);
    }
    // a line further out, or the dash before a key, ends the object
    return tokens.length === 0 || tokens[0].col >= col;
  };
  for (let n = at - 1; !begins && n >= first && look(n); n -= 1);
  for (let n = at + 1; n <= last; n += 1) {
    const { tokens, blank } = read(lines[n]);
    if (!blank && tokens.length > 0 && tokens[0].col < col) break;
    look(n);
  }
  return keys;
}
