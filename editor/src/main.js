// <yaml-editor sandbox="…" words="{…}"><textarea aria-label="…"></textarea></yaml-editor>: the text area stays the text's home, so
// that forms, and whoever knows nothing of this script, go on as they are; here it is shown as an editor.
//
// In a shadow, because there CodeMirror's styles are constructed sheets, which no content security policy needs to allow.

import { acceptCompletion, autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, linter } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { documents, fill, kindOf, syntax, unknown } from "./check.js";
import { completion, hover } from "./complete.js";
import { Schemas } from "./schema.js";
import { around, theme } from "./theme.js";

class YamlEditor extends HTMLElement {
  connectedCallback() {
    const area = this.querySelector("textarea");
    if (!area || this.view) return;
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(around);
    shadow.adoptedStyleSheets = [sheet];
    const box = Object.assign(document.createElement("div"), { className: "box" });
    this.say = Object.assign(document.createElement("p"), { className: "say" });
    this.say.setAttribute("role", "status");
    const focused = document.activeElement === area || this.hasAttribute("autofocus");
    shadow.replaceChildren(box, this.say);
    this.words = JSON.parse(this.getAttribute("words") ?? "{}");
    this.view = new EditorView({ parent: box, root: shadow, state: this.begin(area) });
    if (focused) this.view.focus();
  }

  disconnectedCallback() {
    this.view?.destroy();
    this.view = undefined;
  }

  focus() {
    this.view?.focus();
  }

  begin(area) {
    const schemas = new Schemas(this.getAttribute("sandbox") ?? "");
    const label = area.getAttribute("aria-label") ?? "YAML";
    return EditorState.create({
      doc: area.value,
      extensions: [
        EditorState.phrases.of(this.words.phrases ?? {}),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          area.dispatchEvent(new Event("input", { bubbles: true }));
        }),
        lineNumbers(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("  "),
        bracketMatching(),
        yaml(),
        search({ top: true }),
        autocompletion({ override: [completion(schemas)], icons: false }),
        linter((view) => this.problems(view, schemas), { delay: 400 }),
        lintGutter(),
        hover(schemas),
        theme,
        // Tab fills in what is chosen; else it leaves, so that nobody is caught in here
        keymap.of([
          { key: "Tab", run: acceptCompletion },
          ...completionKeymap,
          ...lintKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
      ],
    });
  }

  async problems(view, schemas) {
    const text = view.state.doc.toString();
    const all = documents(text);
    const found = syntax(all, this.words);
    for (const doc of found.length ? [] : all) {
      const { apiVersion, kind } = kindOf(doc);
      const schema = await schemas.of(apiVersion.value, kind.value);
      if (schema) found.push(...unknown(doc, schema, this.words));
    }
    const end = view.state.doc.length;
    const diagnostics = found.map(({ from, to, message, fixes = [] }) => ({
      from: Math.min(from, end),
      to: Math.min(Math.max(to, from), end),
      severity: "error",
      message,
      actions: fixes.map((name) => ({
        name,
        apply: (v, a, b) => v.dispatch({ changes: { from: a, to: b, insert: name } }),
      })),
    }));
    diagnostics.sort((a, b) => a.from - b.from);
    this.tell(view, diagnostics);
    return diagnostics;
  }

  /** The first of them in words below, for eyes and ears. */
  tell(view, [first, ...more]) {
    const line = first && view.state.doc.lineAt(first.from).number;
    const text = first ? fill(this.words.first, { line, message: first.message }) : "";
    const rest = more.length ? ` ${fill(this.words.more, { count: more.length })}` : "";
    if (this.say.textContent !== text + rest) this.say.textContent = text + rest;
  }
}

if (!customElements.get("yaml-editor")) customElements.define("yaml-editor", YamlEditor);
