import assert from "node:assert/strict";
import { test } from "node:test";
import { orderRows } from "../src/runs/order";
import { Runs } from "../src/runs/runs";
import type { ColumnValues } from "../src/source/runs_source";

const view = (bytes: ArrayBuffer | Uint8Array): DataView =>
  bytes instanceof ArrayBuffer ? new DataView(bytes) : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const json = (values: unknown): DataView => view(new TextEncoder().encode(JSON.stringify(values)));
const numbers = (...values: number[]): DataView => view(Float64Array.from(values).buffer);

function runsWith(values: Omit<ColumnValues, "key">, buffer: DataView, count: number): Runs {
  const names = Array.from({ length: count }, (_, row) => `run${row}`);
  const content = { gen: 1, count, rows: null, columns: [], values: [{ key: "x", ...values }], in_use: {}, from: null };
  return Runs.none.apply({ content, buffers: [json(names), buffer] });
}

const order = (runs: Runs, descending = false): number[] => [...orderRows(runs, null, { key: "x", descending })];

test("without a sort the newest run is first, and only runs that pass are there", () => {
  const runs = runsWith({ form: "number" }, numbers(3, 1, 2), 3);
  assert.deepEqual([...orderRows(runs, null, null)], [0, 1, 2]);
  assert.deepEqual([...orderRows(runs, new Set(["run2", "run0"]), null)], [0, 2]);
});

test("a column that is not there orders nothing", () => {
  assert.deepEqual([...orderRows(runsWith({ form: "number" }, numbers(3, 1), 2), null, { key: "y", descending: true })], [0, 1]);
});

test("rows without a number come last in both directions, NaN too", () => {
  const runs = runsWith({ form: "number", nan: [1] }, numbers(3, NaN, NaN, -Infinity, Infinity), 5);
  assert.deepEqual(order(runs), [3, 0, 4, 1, 2]);
  assert.deepEqual(order(runs, true), [4, 0, 3, 1, 2]);
});

test("of equal values the newest run is first in both directions", () => {
  const runs = runsWith({ form: "number" }, numbers(1, 2, 1, 2), 4);
  assert.deepEqual(order(runs), [0, 2, 1, 3]);
  assert.deepEqual(order(runs, true), [1, 3, 0, 2]);
});

test("texts are ordered as people do, with the numbers in them", () => {
  const runs = runsWith({ form: "value" }, json(["run 10", null, "run 9", "Run 1", 7, 12]), 6);
  assert.deepEqual(order(runs).slice(-1), [1]);
  assert.deepEqual(order(runs), [4, 5, 3, 2, 0, 1]);
});

test("words are ordered by their text and not by their place", () => {
  const runs = runsWith({ form: "word", words: ["terminated", "completed"] }, view(Int32Array.of(0, 1, -1).buffer), 3);
  assert.deepEqual(order(runs), [1, 0, 2]);
});

test("no comes before yes, and rows that are neither last", () => {
  assert.deepEqual(order(runsWith({ form: "truth" }, view(Uint8Array.of(1, 2, 0)), 3)), [2, 0, 1]);
});

test("many rows are ordered as a comparison of each with each would", () => {
  const values = Array.from({ length: 5_000 }, (_, row) => [NaN, -0, 0, (row * 7919) % 101, -((row * 31) % 17) / 3][row % 5]!);
  for (const descending of [false, true]) {
    const expected = values.map((_, row) => row).sort((one, other) => {
      const [first, second] = [values[one]!, values[other]!];
      if (Number.isNaN(first) || Number.isNaN(second)) return Number(Number.isNaN(first)) - Number(Number.isNaN(second)) || one - other;
      return (descending ? second - first : first - second) || one - other;
    });
    assert.deepEqual(order(runsWith({ form: "number" }, numbers(...values), values.length), descending), expected);
  }
});
