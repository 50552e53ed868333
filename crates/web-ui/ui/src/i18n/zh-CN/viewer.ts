import type { viewer as en } from "../en/viewer";

export const viewer: Record<keyof typeof en, string> = {};
