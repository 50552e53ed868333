import { expect, test } from "vitest";

import { tableOf } from "./table";

test("values between commas, tabs or semicolons are a table with a head", () => {
  for (const mark of [",", "\t", ";"]) {
    const text = [["what", "euros"], ["train", "84"], ['"tent"', "120", "extra"]].map((row) => row.join(mark)).join("\n");
    const rows = [
      ["train", "84"],
      ["tent", "120", "extra"],
    ];
    expect(tableOf(text)).toEqual({ head: ["what", "euros"], rows, columns: 3, total: 2 });
  }
  expect(tableOf("")).toEqual({ head: [], rows: [], columns: 0, total: 0 });
});

test("of what is wide or long a part is shown, and how much there is", () => {
  const wide = tableOf(`${"a,".repeat(499_999)}a\n1,2`);
  expect([wide.head.length, wide.rows.length, wide.columns, wide.total]).toEqual([200, 1, 500_000, 1]);
  const long = tableOf("a,b\n".repeat(300_001));
  expect([long.rows.length, long.total]).toEqual([100_000, 300_000]);
  expect(tableOf(`a\n${"x".repeat(5_000)}`).rows[0]?.[0]).toHaveLength(2_001);
});
