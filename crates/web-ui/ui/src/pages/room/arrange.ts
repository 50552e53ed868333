/** In which order a list stands, and what of it stands in folders. Pure. */

import type { Content } from "../../api/client";
import { contentName } from "../../room/content";
import { GROUPS, groupOf, splitName, type Group } from "../../viewer/kind";

export const ORDERS = ["newest", "oldest", "name", "size", "kind"] as const;
export type Order = (typeof ORDERS)[number];

/** What stands below one segment of names. */
export interface Folder {
  /** From the room on, with a slash at its end. */
  path: string;
  name: string;
  /** All of it, however deep. */
  contents: Content[];
}

/** How many there are of each kind, of those that are there at all. */
export function counted(contents: Content[]): [Group, number][] {
  const counts = new Map<Group, number>();
  for (const content of contents) counts.set(groupOf(content), (counts.get(groupOf(content)) ?? 0) + 1);
  return GROUPS.flatMap((group) => (counts.has(group) ? [[group, counts.get(group) ?? 0] as [Group, number]] : []));
}

/** Contents in an order, from the newest first; what is equal stays as it was. Names go by the language, and by the
 * numbers in them. */
export function ordered(contents: Content[], order: Order, language: string): Content[] {
  if (order === "newest") return contents;
  if (order === "oldest") return contents.toReversed();
  if (order === "size") return contents.toSorted((a, b) => b.size - a.size);
  if (order === "kind") {
    const places = new Map(contents.map((content) => [content, GROUPS.indexOf(groupOf(content))]));
    return contents.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  }
  const { compare } = new Intl.Collator(language, { numeric: true });
  const names = new Map(contents.map((content) => [content, contentName(content)]));
  return contents.toSorted((a, b) => compare(names.get(a) ?? "", names.get(b) ?? ""));
}

/** What of contents stands in a folder itself, and the folders in it, each where its first one stands. */
export function level(contents: Content[], path: string): { folders: Folder[]; contents: Content[] } {
  const folders = new Map<string, Folder>();
  const here: Content[] = [];
  for (const content of contents) {
    const folder = splitName(content.file_name ?? "").folder;
    if (!folder.startsWith(path)) continue;
    const name = folder.slice(path.length).split("/", 1)[0] ?? "";
    if (name === "") {
      here.push(content);
      continue;
    }
    const known = folders.get(name);
    if (known) known.contents.push(content);
    else folders.set(name, { path: `${path}${name}/`, name, contents: [content] });
  }
  return { folders: [...folders.values()], contents: here };
}

/** A folder's address behind the number sign, and back. */
export function folderAddress(path: string): string {
  return `f/${path.split("/").map(encodeURIComponent).join("/")}`;
}

export function addressedFolder(detail: string): string | undefined {
  try {
    const path = detail.startsWith("f/") ? detail.slice(2).split("/").map(decodeURIComponent).join("/") : "";
    return path.endsWith("/") ? path : undefined;
  } catch {
    return undefined;
  }
}
