import assert from "node:assert/strict";
import { test } from "node:test";
import { makeScale } from "../src/compare/axis_scale";
import { acrossOf, alphaOf, downOf, mix, nearestLine, placeAt, widthOf } from "../src/compare/parallel_lines";

const scales = [
  makeScale({ key: "flag::lr", heading: "lr", group: "flag" }, [0, 1, null]),
  makeScale({ key: "scalar:last:loss", heading: "loss", group: "scalar" }, [0, 1, 0.5]),
];

test("a place and its height are the same thing", () => {
  for (const place of [0, 0.3, 1]) assert.equal(placeAt(downOf(place)).toFixed(6), place.toFixed(6));
  assert.deepEqual([placeAt(-50), placeAt(9999)], [1, 0]);
});

test("axes fill the width, and go beyond it where there are too many", () => {
  assert.equal(widthOf(3, 800), 800);
  assert.ok(widthOf(30, 800) > 800);
  assert.ok(acrossOf(2, 3, 800) < 800);
});

test("the line at a point is found, but for runs that have no line there", () => {
  const middle = (acrossOf(0, 2, 800) + acrossOf(1, 2, 800)) / 2;
  assert.equal(nearestLine(scales, [0, 1, 2], 800, middle, downOf(1) + 3, 8), 1);
  assert.equal(nearestLine(scales, [0, 1, 2], 800, middle, downOf(0.5), 8), -1);
  assert.equal(nearestLine(scales, [0, 1, 2], 800, 0, downOf(1), 8), -1);
});

test("the more lines there are, the fainter is each", () => {
  assert.equal(alphaOf(10), 0.85);
  assert.ok(alphaOf(1_000) < alphaOf(500));
  assert.equal(alphaOf(1e6), 0.2);
});

test("many lines are drawn in a mixed order, each once", () => {
  const runs = Array.from({ length: 1_000 }, (_, run) => run);
  const mixed = mix(runs);
  assert.deepEqual([...mixed].sort((one, other) => one - other), runs);
  const half = mixed.slice(0, 500).filter((run) => run < 500).length;
  assert.ok(half > 225 && half < 275);
  assert.deepEqual(mix([3, 1, 2]), [2, 1, 3]);
});
