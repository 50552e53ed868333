/** What the page says. `{name}` is replaced; `{n|one|many}` chooses by a number. */
import { common } from "./en/common";
import { compare } from "./en/compare";
import { content } from "./en/content";
import { note } from "./en/note";
import { settings } from "./en/settings";
import { share } from "./en/share";
import { upload } from "./en/upload";
import { viewer } from "./en/viewer";

export const en = {
  ...common,
  ...compare,
  ...content,
  ...note,
  ...settings,
  ...share,
  ...upload,
  ...viewer,
} as const satisfies Record<string, string>;

export type Messages = Record<keyof typeof en, string>;
