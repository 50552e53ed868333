import type { Content } from "../api/client";
import { t } from "../i18n/index.svelte";

/** What a content is called: its name, or the beginning of what it says. */
export function contentName(content: Content): string {
  if (content.file_name) return content.file_name;
  if (content.url) return content.url;
  const line = content.text?.trim().split("\n", 1)[0] ?? "";
  if (line !== "") return line.length > 80 ? `${line.slice(0, 80)}…` : line;
  return t(content.content_type === "url" ? "content.untitled.url" : "content.untitled.text");
}
