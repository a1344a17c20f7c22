import assert from "node:assert/strict";
import { test } from "node:test";
import { ORANGE, RED, nearestDot, pixelsAcross, pixelsDown } from "../src/compare/dots";
import { describe, layOut } from "../src/compare/history_view";
import { describeImportance } from "../src/compare/importance_view";
import { roundTicks } from "../src/compare/round_ticks";
import { dotsOf } from "../src/compare/slice_view";
import { makeScale } from "../src/compare/axis_scale";
import { bestSoFar, chooseTrials, decodeSearch, type Trials } from "../src/compare/trials";
import type { ImportanceContent, SearchContent } from "../src/source/runs_source";
import { MESSAGES, replyOf } from "./messages";

const answered = decodeSearch(replyOf<SearchContent>(MESSAGES["search_batch"]!));
const trials = chooseTrials(answered, null, () => true)!;

const withValues = (values: number[], greatest = false): Trials => {
  const all = values.map((value, place) => ({ run: `r${place}`, number: place + 1, value, end: "completed" as const }));
  const rated = all.filter(({ value }) => !Number.isNaN(value));
  return { ...trials, objective: { name: "loss", greatest }, all, rated, best: rated[0]! };
};

test("an answer has trials in their order, with what became of them", () => {
  assert.deepEqual(trials.all.map(({ run, number, end }) => [run, number, end]), [
    ["a1000000", 1, "completed"], ["a2000000", 2, "completed"], ["a3000000", 3, "pruned"], ["a4000000", 4, "failed"],
  ]);
  assert.deepEqual(trials.all.map(({ value }) => value), [1, 0.5, 9, NaN]);
  assert.deepEqual([trials.batch, trials.best?.run, trials.rated.length], ["ffff0000", "a2000000", 2]);
});

test("runs that are no trials of one batch have no batch, and may have no number", () => {
  const others = chooseTrials(decodeSearch(replyOf<SearchContent>(MESSAGES["search"]!)), "loss", (run) => run !== "aaaa0000")!;
  assert.deepEqual([others.batch, others.best, others.all.length], [null, null, 2]);
});

test("the best so far is the least, or the greatest", () => {
  assert.deepEqual(bestSoFar(withValues([3, 4, 1, 2])), [3, 3, 1, 1]);
  assert.deepEqual(bestSoFar(withValues([3, 4, 1, 5], true)), [3, 4, 4, 5]);
});

test("of equal trials the first is the best", () => {
  const answer = { ...answered, trials: [withValues([2, 1, 1]).all] };
  assert.equal(chooseTrials(answer, null, () => true)!.best?.run, "r1");
});

test("pruned trials are where they were stopped, failed ones at the bottom, and the line goes on to the last", () => {
  const { dots, line } = layOut(trials);
  assert.deepEqual(dots.map(({ sign }) => sign), ["dot", "star", "diamond", "cross"]);
  assert.deepEqual(dots.map(({ across }) => across), [0, 1 / 3, 2 / 3, 1]);
  assert.deepEqual([dots[1]!.up, dots[2]!.up, Number.isNaN(dots[3]!.up)], [0, 1, true]);
  assert.deepEqual([dots[1]!.colour, dots[3]!.colour], [ORANGE, RED]);
  assert.deepEqual(line.points.map(({ across }) => across), [0, 1 / 3, 1]);
  assert.equal(line.points[2]!.up, line.points[1]!.up);
});

test("a history of one trial, and of numbers that span decades, can be drawn", () => {
  assert.deepEqual(layOut(withValues([3])).dots.map(({ across, up }) => [across, up]), [[0.5, 0.5]]);
  const wide = layOut(withValues([0.001, 10, 0.1]));
  assert.ok(wide.scale.isLog);
  assert.deepEqual(wide.up.ticks.map(({ text }) => text), ["0.001", "0.01", "0.1", "1", "10"]);
});

test("pictures say what is seen", () => {
  assert.equal(describe(trials), "History of min loss over 4 trials, best 0.5 at trial 2, 1 pruned, 1 failed");
  const importance = MESSAGES["importance"]!.answer as unknown as ImportanceContent;
  assert.equal(describeImportance(importance), "Importance of flags for min loss: lr 1.00");
});

test("a slice has the trials that are compared and have the flag; the colour tells their place", () => {
  const searched = withValues([3, 2, 1]);
  const scale = makeScale({ key: "", heading: "loss", group: "scalar" }, [3, 2, 1]);
  const dots = dotsOf(searched, scale, (run) => (run === "r1" ? NaN : 0.25));
  assert.deepEqual(dots.map(({ run, up, across }) => [run, up, across]), [["r0", 1, 0.25], ["r2", 0, 0.25]]);
  assert.equal(dots[1]!.colour, "rgb(217 102 11)");
});

test("the dot that is meant is the nearest, and not far away", () => {
  const place = { width: 200, height: 100, hasBottom: true };
  const { dots } = layOut(trials);
  for (const dot of dots) {
    const [x, y] = [pixelsAcross(dot.across, place), pixelsDown(dot.up, place)];
    assert.ok(x >= 0 && x <= 200 && y >= 0 && y <= 100);
    assert.equal(nearestDot(dots, place, x + 3, y - 3, 12)?.run, dot.run);
  }
  assert.equal(nearestDot(dots, place, 100, 50, 12), null);
});

test("ticks are at round numbers, within the ends, and not too many", () => {
  const texts = (least: number, greatest: number, isLog: boolean, most: number, isWhole = false) =>
    roundTicks({ isLog, least, greatest }, most, isWhole).map(({ text }) => text);
  assert.deepEqual(texts(1, 30, false, 8, true), ["5", "10", "15", "20", "25", "30"]);
  assert.deepEqual(texts(1, 3, false, 8, true), ["1", "2", "3"]);
  assert.deepEqual(texts(1_001, 1_009, false, 4, true), ["1002", "1004", "1006", "1008"]);
  assert.deepEqual(texts(0.2, 0.9, false, 4), ["0.2", "0.4", "0.6", "0.8"]);
  assert.deepEqual(texts(-0.5, 0.5, false, 5), ["-0.4", "-0.2", "0", "0.2", "0.4"]);
  assert.deepEqual(texts(0, 0.0004, false, 4), ["0", "1e-4", "2e-4", "3e-4", "4e-4"]);
  assert.deepEqual(texts(-5, -1, true, 3), ["1e-5", "0.001", "0.1"]);
  for (const [least, greatest] of [[-9, 9], [0, 0.4], [0.1, 1.9], [-3, -2.99]] as const) {
    const ticks = roundTicks({ isLog: true, least, greatest }, 4);
    assert.ok(ticks.length >= 2 && ticks.length <= 4, `${ticks.length}`);
    assert.ok(ticks.every(({ place }) => place > -1e-6 && place < 1 + 1e-6));
  }
});
