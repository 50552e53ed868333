import type { Messages } from "./en";
import { common } from "./zh-CN/common";
import { compare } from "./zh-CN/compare";
import { content } from "./zh-CN/content";
import { note } from "./zh-CN/note";
import { settings } from "./zh-CN/settings";
import { share } from "./zh-CN/share";
import { upload } from "./zh-CN/upload";
import { viewer } from "./zh-CN/viewer";

export const zh: Messages = {
  ...common,
  ...compare,
  ...content,
  ...note,
  ...settings,
  ...share,
  ...upload,
  ...viewer,
};
