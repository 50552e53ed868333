import { recall, remember } from "../lib/storage";

const KEY = "elizabeth:shortcuts";

/** Whether single keys do something. Who speaks to a computer, or types with something else, may not want that. */
class Shortcuts {
  on = $state(recall(KEY, true));

  choose(on: boolean): void {
    this.on = on;
    remember(KEY, on);
  }
}

export const shortcuts = new Shortcuts();

/** Whether a key that was pressed is a shortcut: not typed into anything, and nothing stands before the page. */
export function isShortcut(event: KeyboardEvent): boolean {
  if (!shortcuts.on || event.defaultPrevented || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest("input, textarea, select, [contenteditable], [role=menu], [role=textbox]")) return false;
  return document.querySelector("dialog[open]") === null;
}
