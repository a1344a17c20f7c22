import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, formatNumber, formatValue } from "../src/runs/format";
import { orderRows } from "../src/runs/order";
import { Runs } from "../src/runs/runs";
import { shownLabel } from "../src/runs/shown_label";
import { MESSAGES, encode, replyOf, type Buffer } from "./messages";

const whole = () => Runs.none.apply(replyOf(MESSAGES["runs"]!));

/** Return runs with one column. */
function runsOf(form: string, buffer: Buffer, more: object = {}): Runs {
  const names = buffer.values.map((_, place) => `run${place}`);
  const content = { gen: 1, columns: [], values: [{ key: "x", form, ...more }], count: names.length, rows: null, from: null, in_use: {} };
  return Runs.none.apply({ content: content as never, buffers: [encode({ dtype: "json", values: names }), encode(buffer)] });
}

const order = (runs: Runs, descending: boolean) => Array.from(orderRows(runs, null, { key: "x", descending }));

test("all values of an answer are read", () => {
  const runs = whole();
  assert.deepEqual([...runs.names], ["cccc0000", "bbbb0000", "aaaa0000"]);
  const values = (key: string) => runs.names.map((_, row) => runs.value(key, row));
  assert.deepEqual(values("run::marked"), [false, true, false]);
  assert.deepEqual(values("run::status"), ["error", "completed", "completed"]);
  assert.deepEqual(values("flag::fast"), [true, null, null]);
  assert.deepEqual(values("flag::lr"), [null, 0.2, 0.1]);
  assert.deepEqual(values("flag::big"), [null, null, "1152921504606846976"]);
  assert.deepEqual(values("run::time"), [60, 60, 60]);
  assert.deepEqual(values("scalar:curve:loss"), [null, null, null]);
});

test("values of columns that the table does not show are read as those of others", () => {
  const runs = Runs.none.apply(replyOf(MESSAGES["values"]!));
  const values = (key: string) => runs.names.map((_, row) => runs.value(key, row));
  assert.deepEqual(values("scalar:min:loss"), [null, 4, 1]);
  assert.deepEqual(values("flag::data"), [null, "x", null]);
});

test("NaN is told from no value", () => {
  const runs = whole();
  assert.deepEqual([0, 1, 2].map((row) => runs.value("scalar:last:loss", row)), [null, NaN, 1]);
  assert.equal(formatValue("number", NaN), "NaN");
  assert.equal(formatValue("number", null), "");
});

test("what has changed takes the place of what was there", () => {
  const before = whole();
  const runs = before.apply(replyOf(MESSAGES["runs_changed"]!));
  assert.deepEqual(runs.names.map((_, row) => runs.value("run::label", row)), [null, null, "careful"]);
  assert.deepEqual(runs.value("flag::lr", 1), 0.2);
  assert.deepEqual(runs.fresh, ["aaaa0000"]);
  assert.equal(before.value("run::label", 2), "lr=0.1");
  assert.deepEqual(runs.value("scalar:last:loss", 1), NaN);
});

test("a run that is new moves the others down", () => {
  const runs = whole().apply(replyOf(MESSAGES["runs_added"]!));
  assert.deepEqual([...runs.names], ["dddd0000", "cccc0000", "bbbb0000", "aaaa0000"]);
  assert.deepEqual(runs.names.map((_, row) => runs.value("flag::lr", row)), [0.4, null, 0.2, 0.1]);
  assert.deepEqual(runs.names.map((_, row) => runs.value("scalar:last:loss", row)), [null, null, NaN, 1]);
  assert.deepEqual(runs.rowOf("aaaa0000"), 3);
  assert.deepEqual(runs.rowOf("eeee0000"), -1);
});

test("of equal values the newest run comes first, in both directions", () => {
  const runs = runsOf("number", { dtype: "<f8", values: [1, 2, 1, 2] });
  assert.deepEqual(order(runs, false), [0, 2, 1, 3]);
  assert.deepEqual(order(runs, true), [1, 3, 0, 2]);
});

test("no value and NaN come last, in both directions", () => {
  const runs = runsOf("number", { dtype: "<f8", values: ["nan", 2, "nan", 1, 1e308] }, { nan: [2] });
  assert.deepEqual(order(runs, false), [3, 1, 4, 0, 2]);
  assert.deepEqual(order(runs, true), [4, 1, 3, 0, 2]);
});

test("an infinite number is the greatest", () => {
  const column = { dtype: "<f8", values: [1, 2] };
  const runs = runsOf("number", column);
  (runs.column("x")!.data as Float64Array)[0] = Infinity;
  assert.deepEqual(order(runs, false), [1, 0]);
  assert.equal(formatNumber(Infinity), "Infinity");
});

test("texts are ordered as people do, numbers among them come first", () => {
  const runs = runsOf("value", { dtype: "json", values: ["b10", "b9", null, "1152921504606846976", 7, -5, true] });
  assert.deepEqual(order(runs, false), [5, 4, 3, 1, 0, 6, 2]);
  assert.deepEqual(order(runs, true), [6, 0, 1, 3, 4, 5, 2]);
});

test("words and truth values have an order", () => {
  const words = runsOf("word", { dtype: "<i4", values: [0, 1, -1, 0] }, { words: ["z", "a"] });
  assert.deepEqual(order(words, false), [1, 0, 3, 2]);
  assert.deepEqual(order(runsOf("truth", { dtype: "u1", values: [1, 2, 0] }), false), [2, 0, 1]);
});

test("only runs that pass are shown", () => {
  assert.deepEqual(Array.from(orderRows(whole(), new Set(["bbbb0000"]), null)), [1]);
});

test("numbers and durations are short", () => {
  assert.deepEqual([0.1 + 0.2, 1e-9, 123456.789, 5, 1e20].map(formatNumber), ["0.3", "1e-9", "123457", "5", "1e20"]);
  assert.deepEqual([0.012, 1.25, 125, 3725].map(formatDuration), ["0.01 s", "1.3 s", "2:05", "1:02:05"]);
});

test("a label is shown without what is beside it", () => {
  const columns = new Map<string, number | boolean | string>([["lr", 0.123456789], ["fast", true], ["data", "a b"]]);
  const shown = (label: string, tags: string[] = []) => {
    const { own, flags } = shownLabel(label, tags, columns);
    return [own, flags];
  };
  assert.deepEqual(shown("lr=0.12345 fast=yes"), ["", ""]);
  assert.deepEqual(shown("careful lr=0.12345 batch=32"), ["careful", "batch=32"]);
  assert.deepEqual(shown("best paper lr=0.12345", ["best", "paper"]), ["", ""]);
  assert.deepEqual(shown("bestial lr=0.5", ["best"]), ["bestial", "lr=0.5"]);
  assert.deepEqual(shown("a = b and <b>"), ["a = b and <b>", ""]);
  assert.deepEqual(shown(""), ["", ""]);
});
