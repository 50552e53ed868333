import { expect, test } from "vitest";

import type { UnderWay } from "./chunks";
import { interruptedFiles } from "./interrupted";

const upload = (given: Partial<UnderWay>) =>
  ({
    mine: true,
    protocol: "chunks",
    reservation_id: "a",
    files: [
      { file_index: 0, name: "done.txt", size: 5, uploaded_size: 5, chunk_size: 4, content_id: 7 },
      { file_index: 1, name: "film.mp4", size: 9, uploaded_size: 4, chunk_size: 4 },
    ],
    ...given,
  }) as UnderWay;

test("one's own files that are not there yet were interrupted", () => {
  const film = { reservation: "a", index: 1, name: "film.mp4", size: 9, sent: 4, chunk: 4 };
  expect(interruptedFiles([upload({})], () => false)).toEqual([film]);
});

test("what others send, what comes in one piece, and what is being sent from here, was not", () => {
  const uploads = [upload({ mine: false }), upload({ protocol: "whole" as UnderWay["protocol"] }), upload({})];
  expect(interruptedFiles(uploads, ({ index }) => index === 1)).toEqual([]);
});
