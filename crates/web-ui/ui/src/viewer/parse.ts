import type { Jobs } from "./jobs";
import script from "./parse.worker.ts?worker&url";
import { ask } from "./worker";

/** How long a text may take to be read, in milliseconds. Nobody writes one by hand that takes longer; what programs write
 * may be long. */
const BUDGETS: Record<keyof Jobs, number> = { markdown: 1_000, table: 1_000, notebook: 5_000, json: 10_000, prettyJson: 10_000 };

/** Reads a text in a worker of its own, which ends with it.
 *
 * @throws when the text takes too long or too much of it is to be shown, or the signal ends it.
 */
export function parse<Job extends keyof Jobs>(job: Job, text: string, signal: AbortSignal): Promise<Jobs[Job]> {
  return ask(script, { job, text }, BUDGETS[job], signal);
}
