import type { content as en } from "../en/content";

export const content: Record<keyof typeof en, string> = {};
