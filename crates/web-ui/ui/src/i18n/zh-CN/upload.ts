import type { upload as en } from "../en/upload";

export const upload: Record<keyof typeof en, string> = {};
