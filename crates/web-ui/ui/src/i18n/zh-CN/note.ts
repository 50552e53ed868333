import type { note as en } from "../en/note";

export const note: Record<keyof typeof en, string> = {};
