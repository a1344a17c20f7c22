import assert from "node:assert/strict";
import { test } from "node:test";
import { align, chooseStyles, countHidden, findBest, logEnds, logTicks, nearestCurve, orderScalars, placesAlone, smooth, valueAtStep } from "../src/compare/curve_lines";
import { CURVES, INK, colourAt } from "../src/compare/palette";
import { captionOf, differs } from "../src/compare/run_captions";
import type { Curve } from "../src/runs/curve";

const curve = (steps: number[], values: number[]): Curve => ({ steps: Float64Array.from(steps), values: Float64Array.from(values) });
const names = (count: number) => Array.from({ length: count }, (_, index) => `run${index}`);

test("loss comes before other scalars", () => {
  assert.deepEqual(orderScalars(["val", "acc", "loss"]), ["loss", "acc", "val"]);
});

test("few runs have a colour each", () => {
  const styles = chooseStyles(names(10), "run0", "run3");
  assert.deepEqual(styles.map((style) => style.colour), [...CURVES]);
  assert.ok(styles.every((style) => !style.isFaint));
});

test("of many runs the best and the newest are told apart, above the others", () => {
  const styles = chooseStyles(names(11), "run0", "run3");
  assert.deepEqual(styles.slice(-2).map(({ run, role }) => [run, role]), [["run0", "newest"], ["run3", "best"]]);
  assert.equal(styles.filter((style) => style.isFaint).length, 9);
  assert.equal(chooseStyles(names(11), "run0", "run0").at(-1)!.role, "best and newest");
});

test("the best run has the least last value, but for scalars of which more is better", () => {
  const curves = new Map([
    ["one", curve([1, 2], [1, 0.5])],
    ["two", curve([1, 2], [0, 0.7])],
    ["three", curve([1], [NaN])],
  ]);
  assert.equal(findBest("loss", curves), "one");
  assert.equal(findBest("val_acc", curves), "two");
  assert.equal(findBest("loss", new Map()), null);
});

test("curves are brought to common steps, and what is no number is a gap", () => {
  const [steps, one, other] = align([curve([1, 3], [5, NaN]), curve([2, 3], [-1, 7]), null], false);
  assert.deepEqual(steps, [1, 2, 3]);
  assert.deepEqual(one, [5, undefined, null]);
  assert.deepEqual(other, [undefined, -1, 7]);
});

test("a logarithmic scale has positive values only", () => {
  assert.deepEqual(align([curve([1, 2, 3], [0, -1, 7])], true)[1], [null, null, 7]);
});

test("it is known how many values a logarithmic scale leaves out", () => {
  assert.equal(countHidden([0, -1, 5, NaN, 1e-9, -Infinity]), 2);
});

test("a value between two that are left out is a point", () => {
  assert.deepEqual(placesAlone([1, null, 2, undefined, null, 3, undefined, 4]), [0, 2]);
  assert.deepEqual(placesAlone([undefined, 7, undefined]), [1]);
  assert.deepEqual(placesAlone([]), []);
});

test("a logarithmic scale has ticks that can be read, however wide it is", () => {
  assert.deepEqual(logTicks(0.09, 1.9), [0.1, 0.2, 0.5, 1]);
  assert.deepEqual(logTicks(0.56, 1.25), [0.6, 0.7, 0.8, 0.9, 1]);
  assert.deepEqual(logTicks(1e-5, 20), [1e-4, 0.01, 1]);
  assert.deepEqual(logTicks(2.1, 2.3), [2.12, 2.2, 2.28]);
  assert.deepEqual(logEnds(null, null), [1, 10]);
  assert.deepEqual(logEnds(3, 3), [1.5, 6]);
});

test("smoothing begins at the first value and keeps the steps", () => {
  const found = smooth(curve([1, 2, 3], [4, 4, NaN]), 0.9);
  assert.deepEqual([...found.steps], [1, 2, 3]);
  assert.deepEqual([...found.values].map((value) => Number(value.toFixed(6))), [4, 4, NaN]);
  const before = curve([1, 2], [0, 1]);
  assert.equal(smooth(before, 0).values, before.values);
});

test("between two steps a curve is straight, and beyond its ends it is not there", () => {
  const line = curve([0, 10, 20], [0, 1, 3]);
  assert.deepEqual([0, 5, 15, 20, 21, -1].map((step) => valueAtStep(line, step)), [0, 0.5, 2, 3, null, null]);
});

test("the nearest curve is found if it is near enough", () => {
  const curves = [curve([0, 10], [0, 0]), null, curve([0, 10], [1, 1])];
  const heightOf = (value: number) => 100 * value;
  assert.equal(nearestCurve(curves, 5, heightOf, 90, 20), 2);
  assert.equal(nearestCurve(curves, 5, heightOf, 50, 20), null);
});

test("colours go from the least to the greatest; what has no place is grey", () => {
  assert.deepEqual([colourAt(0), colourAt(1), colourAt(NaN)], ["rgb(47 126 216)", "rgb(217 102 11)", INK]);
  assert.equal(colourAt(7), colourAt(1));
});

test("a run is told apart by its flags, else by its label", () => {
  assert.equal(captionOf("3f2a1b4c", [["lr", 0.123456], ["seed", null]], "mine"), "3f2a1b4c lr=0.1235");
  assert.equal(captionOf("3f2a1b4c", [], "mine"), "3f2a1b4c mine");
  assert.equal(captionOf("3f2a1b4c", [], "x".repeat(50)).length, 8 + 1 + 40);
});

test("values differ if one is another, or is not there", () => {
  assert.ok(differs([1, null]));
  assert.ok(!differs([NaN, NaN]));
  assert.ok(!differs([]));
});
