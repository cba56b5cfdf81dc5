// The editor in the colours of the page, which its custom properties carry into the shadow.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const box = { border: "1px solid var(--edge)", borderRadius: "var(--r-s)", backgroundColor: "var(--surface)", color: "var(--ink)" };

export const theme = [
  EditorView.theme({
    "&": { ...box, height: "100%", fontSize: "var(--t-s)" },
    "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
    ".cm-content": { caretColor: "var(--accent)", paddingBlock: "8px" },
    ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
    ".cm-gutters": { backgroundColor: "var(--paper)", color: "var(--ink-3)", borderInlineEnd: "1px solid var(--line)" },
    ".cm-activeLine": { backgroundColor: "transparent" },
    "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent-tint) 45%, transparent)" },
    ".cm-activeLineGutter": { backgroundColor: "var(--accent-tint)", color: "var(--ink)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: "var(--accent-tint)",
    },
    ".cm-tooltip": { ...box, maxWidth: "min(420px, 90vw)" },
    ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "var(--t-xs)", maxHeight: "200px" },
    ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", lineHeight: "18px" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-tint)", color: "var(--ink)" },
    ".cm-completionIcon": { display: "none" },
    ".cm-completionDetail": { color: "var(--ink-3)", fontStyle: "normal" },
    ".cm-completionInfo, .cm-about": { padding: "6px 10px", fontFamily: "var(--sans)", fontSize: "var(--t-s)", lineHeight: "1.5" },
    ".cm-about p": { margin: "0 0 4px" },
    ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--sans)", fontSize: "var(--t-s)", borderInlineStart: "3px solid var(--fail)" },
    ".cm-diagnosticAction": { ...box, padding: "2px 8px", backgroundColor: "var(--surface)", color: "var(--accent)", font: "inherit" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--fail)", textUnderlineOffset: "3px" },
    ".cm-panels": { backgroundColor: "var(--paper)", color: "var(--ink)", borderColor: "var(--line)" },
    ".cm-textfield, .cm-button": { ...box, backgroundImage: "none" },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
      { tag: [tags.comment, tags.lineComment], color: "var(--ink-3)" },
      { tag: [tags.keyword, tags.meta], color: "var(--leave)" },
      { tag: [tags.string, tags.content, tags.literal], color: "var(--ink)" },
    ]),
  ),
];

/** What stands around CodeMirror in the shadow. */
export const around = `
:host { display: grid; grid-template-rows: minmax(0, 1fr) auto; min-block-size: 0; }
.box { min-block-size: 0; overflow: hidden; }
.say { margin: 0; padding: 4px 10px; font: var(--t-s)/1.5 var(--sans); color: var(--ink); background: var(--fail-tint); border-inline-start: 3px solid var(--fail); }
.say:empty { display: none; }
`;
