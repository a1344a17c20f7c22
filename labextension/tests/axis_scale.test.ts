import assert from "node:assert/strict";
import { test } from "node:test";
import { press } from "../src/compare/axis";
import { brushBetween, brushed, makeScale, rangeOf, textAt, type Brush } from "../src/compare/axis_scale";
import type { ColumnHeader } from "../src/source/runs_source";

const header = (heading: string): ColumnHeader => ({ key: `flag::${heading}`, heading, group: "flag" });
const round = (places: Iterable<number>) => Array.from(places, (place) => Number(place.toFixed(3)));
const texts = (scale: { ticks: { text: string }[] }) => scale.ticks.map((tick) => tick.text);

test("numbers lie between the least and the greatest, and each has a tick while they are few", () => {
  const scale = makeScale(header("batch"), [16, 64, 32, null]);
  assert.deepEqual(round(scale.places), [0, 1, 0.333, NaN]);
  assert.deepEqual(texts(scale), ["16", "32", "64"]);
});

test("positive numbers of a great ratio are on a logarithmic scale", () => {
  const scale = makeScale(header("lr"), [0.001, 0.1, 0.01]);
  assert.ok(scale.isLog);
  assert.deepEqual(round(scale.places), [0, 1, 0.5]);
  assert.ok(!makeScale(header("lr"), [-0.001, 0.1]).isLog);
  assert.ok(!makeScale(header("lr"), [0.01, 0.1]).isLog);
});

test("many numbers have five ticks", () => {
  assert.deepEqual(texts(makeScale(header("loss"), [0, 0.1, 0.2, 0.25, 0.3, 0.7, 1])), ["0", "0.25", "0.5", "0.75", "1"]);
});

test("whole numbers have whole ticks, and small ones are written with an exponent", () => {
  assert.deepEqual(texts(makeScale(header("layers"), [1, 2, 3, 4, 5, 6, 7, 8])), ["1", "3", "5", "6", "8"]);
  assert.deepEqual(texts(makeScale(header("lr"), [0.0001, 0.001, 0.01])), ["1e-4", "0.001", "0.01"]);
});

test("one number is in the middle, and what is infinite has no place", () => {
  assert.deepEqual(round(makeScale(header("loss"), [2, NaN, Infinity]).places), [0.5, NaN, NaN]);
});

test("words have places in their order, as have truth values and columns of both", () => {
  const scale = makeScale(header("optimizer"), ["sgd", "adam", null, "sgd"]);
  assert.deepEqual(scale.words, ["adam", "sgd"]);
  assert.deepEqual(round(scale.places), [0.75, 0.25, NaN, 0.75]);
  assert.deepEqual(makeScale(header("flag"), [true, 10, "9"]).words, ["9", "10", "true"]);
});

test("of very many words only some have ticks", () => {
  const words = Array.from({ length: 30 }, (_, index) => `word ${index}`);
  assert.deepEqual(texts(makeScale(header("word"), words)).slice(0, 3), ["word 0", "word 3", "word 6"]);
});

test("a brush keeps the values between its ends; at an end of the axis it is open", () => {
  const scale = makeScale(header("lr"), [0.001, 0.1, 0.01, null]);
  const brush = brushBetween(scale, 1, 0.25)!;
  assert.equal(brush.high, null);
  assert.deepEqual(brushed([scale], new Map([[scale.key, brush]])), [1, 2]);
  const grown = makeScale(header("lr"), [0.001, 0.1, 0.01, 1]);
  assert.deepEqual(brushed([grown], new Map([[scale.key, brush]])), [1, 2, 3]);
});

test("a brush over the whole axis is none", () => {
  assert.equal(brushBetween(makeScale(header("lr"), [1, 2]), 0, 1), null);
});

test("a brush of words keeps whole words, and finds them after others have come", () => {
  const scale = makeScale(header("optimizer"), ["sgd", "adam", "sgd"]);
  const brush = brushBetween(scale, 0.6, 0.9);
  assert.deepEqual(brush, { low: "sgd", high: "sgd" });
  const grown = makeScale(header("optimizer"), ["sgd", "adam", "rmsprop"]);
  assert.deepEqual(round(rangeOf(grown, brush!)), [0.667, 1]);
  assert.deepEqual(brushBetween(scale, 0.45, 0.47), { low: "adam", high: "adam" });
});

test("a run has to be in all brushes; one without a value is in none", () => {
  const scales = [makeScale(header("lr"), [1, 2, 3, null]), makeScale(header("word"), ["a", "b", "b", "b"])];
  const brushes = new Map<string, Brush>([
    ["flag::lr", { low: 1.5, high: null }],
    ["flag::word", { low: "b", high: "b" }],
  ]);
  assert.deepEqual(brushed(scales, brushes), [1, 2]);
});

test("keys move the ends of a brush, which do not pass each other", () => {
  assert.deepEqual(press("ArrowUp", [0, 1], "low", 0.25, 10), [0.25, 1]);
  assert.deepEqual(press("PageDown", [0.5, 1], "high", 0.02, 10), [0.5, 0.8]);
  assert.deepEqual(press("End", [0.5, 0.75], "low", 0.02, 10), [0.75, 0.75]);
  assert.deepEqual(press("Escape", [0.5, 0.75], "low", 0.02, 10), [0, 1]);
  assert.equal(press("a", [0, 1], "low", 0.02, 10), null);
});

test("the ends of a brush are read as values and as words", () => {
  assert.equal(textAt(makeScale(header("lr"), [0.001, 0.1]), 0.5, "low"), "0.01");
  const words = makeScale(header("word"), ["a", "b", "c"]);
  assert.deepEqual([textAt(words, 1 / 3, "low"), textAt(words, 2 / 3, "high"), textAt(words, 1, "high")], ["b", "b", "c"]);
});
