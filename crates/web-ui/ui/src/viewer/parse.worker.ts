import type { Jobs } from "./jobs";
import { markdownMarkup } from "./markup";
import { tableOf } from "./table";

/** Reads what strangers wrote, beside the page: however long that takes, the page goes on, and ends this. Reports that
 * it stands; takes what a text is and the text; answers what is to be shown. */
const READERS: { [Job in keyof Jobs]: (text: string) => Jobs[Job] } = { markdown: markdownMarkup, table: tableOf };

addEventListener("message", ({ data }: MessageEvent<{ job: keyof Jobs; text: string }>) => {
  postMessage({ read: READERS[data.job](data.text) });
});
postMessage("ready");
