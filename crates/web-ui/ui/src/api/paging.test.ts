import { expect, test } from "vitest";

import { behind } from "./paging";

test("where a list goes on stands in the link", () => {
  expect(behind('<?limit=1000&after=1234>; rel="next"')).toBe("1234");
  expect(behind('<https://x.example/list?after=1.a%2Db>; rel="next"')).toBe("1.a-b");
  expect(behind('<?after=1>; rel="prev"')).toBeUndefined();
  expect(behind(null)).toBeUndefined();
});
