import type { Answer } from "./worker";

/** Answers the one question that a worker is asked.
 *
 * @param load gets what the answer takes, before its time begins; answers what finds it.
 * @param why in one word what an error that is no accident says.
 */
export function answerWith<Question, Found>(
  load: (question: Question) => Promise<() => Found | Promise<Found>>,
  why: (error: unknown) => string | undefined = () => undefined,
): void {
  const say = (answer: Answer<Found>) => postMessage(answer);
  addEventListener("message", ({ data }: MessageEvent<Question>) => {
    const work = async () => {
      const find = await load(data);
      say("begun");
      say({ found: await find() });
    };
    work().catch((error: unknown) => say({ failed: why(error) ?? "broken" }));
  });
}
