import { describe, expect, it } from "vitest";

import { Pace, batches, chunkSize, smaller, type Limits } from "./plan";

const MIB = 1 << 20;
const limits: Limits = { files: 3, chunks: 16_384, chunkMin: 65_536, chunkMax: 64 * MIB };

describe("chunkSize", () => {
  it("grows with the file, within the limits", () => {
    expect(chunkSize(0, limits)).toBe(4 * MIB);
    expect(chunkSize(200 * MIB, limits)).toBe(4 * MIB);
    expect(chunkSize(10_000 * MIB, limits)).toBe(10 * MIB);
    expect(chunkSize(Number.MAX_SAFE_INTEGER, limits)).toBe(64 * MIB);
  });
});

describe("smaller", () => {
  it("is a MiB, and less where that is too much, down to the least", () => {
    const first = smaller(limits, 4 * MIB);
    expect(first.chunkMax).toBe(MIB);
    expect(chunkSize(10 * MIB, first)).toBe(MIB);
    const second = smaller(first, MIB);
    expect(second.chunkMax).toBe(MIB / 4);
    expect(smaller(smaller(second, MIB / 4), MIB / 16).chunkMax).toBe(limits.chunkMin);
    expect(smaller(second, 4 * MIB)).toEqual(second);
  });
});

describe("batches", () => {
  const file = (name: string, size = 1) => ({ name, size });

  it("keeps the order and the limit of files", () => {
    const names = batches(["a", "b", "c", "d"].map((name) => file(name)), limits);
    expect(names.map((batch) => batch.map(({ name }) => name))).toEqual([["a", "b", "c"], ["d"]]);
  });

  it("puts a name that comes twice into another batch", () => {
    expect(batches([file("a"), file("a")], limits)).toHaveLength(2);
  });

  it("keeps the limit of chunks", () => {
    expect(batches([file("a", 9 * MIB), file("b", 9 * MIB)], { ...limits, chunks: 5 })).toHaveLength(2);
  });

  it("has nothing to do with nothing", () => {
    expect(batches([], limits)).toEqual([]);
  });
});

describe("Pace", () => {
  it("is what came within the last seconds", () => {
    const pace = new Pace();
    pace.add(0, 0);
    expect(pace.rate(100)).toBeUndefined();
    pace.add(1_000, 500);
    pace.add(1_000, 1_000);
    expect(pace.rate(1_000)).toBe(2_000);
    pace.add(0, 20_000);
    expect(pace.rate(20_000)).toBeUndefined();
  });
});
