import { expect, test } from "vitest";

import type { UnderWay } from "./chunks";
import { interruptedFile, interruptedUploads } from "./interrupted";

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
  const film = { index: 1, name: "film.mp4", size: 9, sent: 4, chunk: 4 };
  expect(interruptedUploads([upload({})], () => false)).toEqual([{ reservation: "a", files: [film] }]);
});

test("what others send, what comes in one piece, and what is being sent from here, was not", () => {
  const whole = { protocol: "whole" as UnderWay["protocol"], reservation_id: "b" };
  const uploads = [upload({ mine: false, reservation_id: "c" }), upload(whole), upload({})];
  expect(interruptedUploads(uploads, (reservation) => reservation === "a")).toEqual([]);
});

test("a file is known again by its name and size, also without its folders", () => {
  const file = (name: string, size: number) => ({ index: 0, name, size, sent: 0, chunk: 4 });
  const files = [file("b/a.txt", 3), file("a.txt", 3), file("c/d.txt", 4)];
  expect(interruptedFile(files, "a.txt", 3)).toBe(files[1]);
  expect(interruptedFile(files, "d.txt", 4)).toBe(files[2]);
  expect(interruptedFile(files, "d.txt", 5)).toBeUndefined();
});
