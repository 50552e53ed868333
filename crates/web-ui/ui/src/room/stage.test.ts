import { expect, test } from "vitest";

import { Problem, Unreachable } from "../api/problem";
import { refusal } from "./stage";

const problem = (code: string) => new Problem(400, code, "why");

test("a password is wrong only for who was asked for it", () => {
  expect(refusal(problem("wrong_password"), { kind: "loading" })).toEqual({ kind: "password", wrong: false });
  expect(refusal(problem("wrong_password"), { kind: "password", wrong: false })).toEqual({ kind: "password", wrong: true });
});

test("what else keeps somebody out is told as what it is", () => {
  const closed = problem("room_closed");
  expect(refusal(closed, { kind: "open" })).toEqual({ kind: "refused", problem: closed });
});

test("no answer is no refusal, and an error of the page is neither", () => {
  expect(refusal(new Unreachable(), { kind: "open" })).toEqual({ kind: "offline" });
  expect(() => refusal(new TypeError("broken"), { kind: "open" })).toThrow("broken");
});
