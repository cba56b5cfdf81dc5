// What pages of the office do more where script runs: the theme at once, a table that stays fresh, arrow keys in it.
// Everything else there is links and forms.
"use strict";

for (const radio of document.querySelectorAll('input[name="theme"]')) {
  radio.addEventListener("change", () => {
    document.cookie = `theme=${radio.value || radio.id.replace("theme-", "")}; Path=/; Max-Age=31536000; SameSite=Lax`;
  });
}

// a link brings its key behind the #, where no server and no log sees it
const key = document.getElementById("f-key");
if (key && location.hash.length > 1) {
  key.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}

const board = document.getElementById("board");
if (board) {
  stayFresh();
  board.addEventListener("keydown", walk);
}

function stayFresh() {
  const events = new EventSource(board.dataset.live);
  let first = true;
  events.onmessage = async () => {
    // the page was drawn a moment ago
    if (first) return void (first = false);
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const place = placeOf(document.activeElement);
    for (const [old, now] of [["#board", "#board"], [".ghead p", ".ghead p"], [".gfilter .seg", ".gfilter .seg"]]) {
      const [from, to] = [fresh.querySelector(now), document.querySelector(old)];
      if (from && to) to.replaceChildren(...from.childNodes);
    }
    focusAt(place);
  };
}

function placeOf(element) {
  const cell = element?.closest?.("#board tbody :is(td, th)");
  return cell && { row: cell.parentElement.sectionRowIndex, column: cell.cellIndex };
}

function focusAt(place) {
  const row = place && board.tBodies[0].rows[place.row];
  row?.cells[place.column]?.querySelector("a")?.focus();
}

function walk(event) {
  const place = placeOf(event.target);
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!place || !step) return;
  event.preventDefault();
  const rows = board.tBodies[0].rows;
  let [row, column] = [place.row, place.column];
  do {
    row += step[0];
    column += step[1];
    const link = rows[row]?.cells[column]?.querySelector("a");
    if (link) return link.focus();
  } while (rows[row]?.cells[column]);
}
