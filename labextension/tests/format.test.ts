import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, formatMoment, formatNumber, formatValue } from "../src/runs/format";

const each = <Given>(cases: [Given, string][], format: (given: Given) => string): void => {
  for (const [given, expected] of cases) assert.equal(format(given), expected);
};

test("a number has at most six digits that count", () => {
  each([[0, "0"], [-3, "-3"], [0.1, "0.1"], [1 / 3, "0.333333"], [1234567.891, "1234570"], [123456789, "123456789"]], formatNumber);
});

test("a number that would be long has an exponent", () => {
  each([[1e-7, "1e-7"], [1.23456789e-9, "1.23457e-9"], [1e21, "1e21"], [0.000012345678, "1.23457e-5"]], formatNumber);
});

test("a number that is none is written out", () => {
  each([[NaN, "NaN"], [Infinity, "Infinity"], [-Infinity, "-Infinity"]], formatNumber);
});

test("a duration is read as seconds, minutes and hours", () => {
  each([[0, "0.00 s"], [0.014, "0.01 s"], [1.26, "1.3 s"], [125, "2:05"], [3725, "1:02:05"]], formatDuration);
});

test("a duration that rounds to a minute is one", () => {
  each([[59.94, "59.9 s"], [59.96, "1:00"]], formatDuration);
});

test("a moment is local time to the second", () => {
  assert.equal(formatMoment(new Date(2026, 0, 2, 3, 4, 5).getTime()), "2026-01-02 03:04:05");
});

test("a value without a number is its text, and nothing where there is none", () => {
  assert.equal(formatValue("value", null), "");
  assert.equal(formatValue("truth", true), "true");
  assert.equal(formatValue("value", "<b>"), "<b>");
  assert.equal(formatValue("duration", 5), "5.0 s");
});
