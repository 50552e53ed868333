import { answerWith } from "./answer";
import type { Jobs } from "./jobs";
import { jsonTree, prettyJson } from "./json";
import { markdownWith } from "./markdown";
import { notebookMarkup } from "./notebook";
import { tableOf } from "./table";

type Read<Found> = (text: string) => Found;

/** Reads what strangers wrote, beside the page: however long that takes, the page goes on, and ends this. */
const READERS: { [Job in keyof Jobs]: (text: string) => Promise<Read<Jobs[Job]>> } = {
  markdown: markdownWith,
  notebook: async (text) => {
    const markdown = await markdownWith(text);
    return (text) => notebookMarkup(text, markdown);
  },
  table: async () => tableOf,
  json: async () => jsonTree,
  prettyJson: async () => prettyJson,
};

answerWith(async ({ job, text }: { job: keyof Jobs; text: string }) => {
  const read = (await READERS[job](text)) as Read<Jobs[keyof Jobs]>;
  return () => read(text);
});
