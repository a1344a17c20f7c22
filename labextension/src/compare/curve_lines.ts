/** Learning curves as they are drawn: their colours, and the steps that they share. */

import type { Curve } from "../runs/curve";
import { CURVES } from "./palette";

/** How the curves of a run are drawn; those without a role are told apart by their colours, or are faint. */
export interface Style {
  run: string;
  role: "best" | "newest" | "best and newest" | null;
  colour: string;
  width: number;
  isFaint: boolean;
}

/** Scalars of which the greatest value is the best (guild_ipy/tables/pictures/curves.py). */
const GREATER = /acc|f1|auc|precision|recall|score|reward|return|r2|iou|map|bleu|psnr/i;
const FIRST = "loss";
const FAINT_COLOUR = "#7a7a7a";
const FAINT = "59"; // 35 %, as two hexadecimal digits

/** Return scalars in the order in which they are offered: `loss` before the others. */
export function orderScalars(names: readonly string[]): string[] {
  return [...names].sort((one, other) => Number(other === FIRST) - Number(one === FIRST) || (one < other ? -1 : 1));
}

/** Return how each run is drawn: a few in a colour each, of many only the best and the newest. Faint ones come first. */
export function chooseStyles(runs: readonly string[], newest: string | null, best: string | null): Style[] {
  if (runs.length <= CURVES.length) {
    return runs.map((run, place) => ({ run, role: null, colour: CURVES[place]!, width: 1.5, isFaint: false }));
  }
  const faint = runs
    .filter((run) => run !== newest && run !== best)
    .map((run): Style => ({ run, role: null, colour: FAINT_COLOUR + FAINT, width: 1.2, isFaint: true }));
  const styles = faint.reverse();
  if (newest !== null && newest !== best) {
    styles.push({ run: newest, role: "newest", colour: CURVES[1], width: 2.2, isFaint: false });
  }
  const role = best === newest ? "best and newest" : "best";
  if (best !== null) styles.push({ run: best, role, colour: CURVES[0], width: 2.2, isFaint: false });
  return styles;
}

/** Return the run with the best last value; null if none has one. */
export function findBest(scalar: string, curves: ReadonlyMap<string, Curve>): string | null {
  const sign = GREATER.test(scalar) ? -1 : 1;
  let best: { run: string; end: number } | null = null;
  for (const [run, { values }] of curves) {
    const end = sign * (values.at(-1) ?? NaN);
    if (Number.isFinite(end) && (best === null || end < best.end)) best = { run, end };
  }
  return best?.run ?? null;
}

/** Return a curve whose values are means of those before, which count the less the longer ago they are. */
export function smooth({ steps, values }: Curve, weight: number): Curve {
  if (weight <= 0) return { steps, values };
  const found = new Float64Array(values.length);
  let [sum, total] = [0, 0];
  values.forEach((value, place) => {
    if (Number.isFinite(value)) {
      sum = sum * weight + value * (1 - weight);
      total = total * weight + (1 - weight);
    }
    found[place] = Number.isFinite(value) ? sum / total : value;
  });
  return { steps, values: found };
}

/** Steps, and of each curve the values there: undefined where it has no such step, null where it has no number. */
export type Aligned = [steps: number[], ...values: (number | null | undefined)[][]];

/** Return curves by steps that they share; on a logarithmic scale only positive values count. */
export function align(curves: readonly (Curve | null)[], isLog: boolean): Aligned {
  const steps = [...new Set(curves.flatMap((curve) => (curve === null ? [] : [...curve.steps])))].sort((one, other) => one - other);
  const place = new Map(steps.map((step, index) => [step, index]));
  const values = curves.map((curve) => {
    const found = new Array<number | null | undefined>(steps.length).fill(undefined);
    curve?.values.forEach((value, index) => {
      found[place.get(curve.steps[index]!)!] = Number.isFinite(value) && (!isLog || value > 0) ? value : null;
    });
    return found;
  });
  return [steps, ...values];
}

/** Return how many values a logarithmic scale has no place for. */
export function countHidden(values: readonly number[]): number {
  return values.filter((value) => Number.isFinite(value) && value <= 0).length;
}

/** Return the places of values that no line leads to, since there is none before them and none after. */
export function placesAlone(values: ArrayLike<number | null | undefined>): number[] {
  const known = [...Array(values.length).keys()].filter((place) => values[place] !== undefined);
  const isNumber = (index: number) => typeof values[known[index] ?? -1] === "number";
  return known.filter((_, index) => isNumber(index) && !isNumber(index - 1) && !isNumber(index + 1));
}

/** Return the ends of a logarithmic scale, somewhat beyond those of the values. */
export function logEnds(least: number | null, greatest: number | null): [number, number] {
  if (least === null || greatest === null) return [1, 10];
  const by = least < greatest ? (greatest / least) ** 0.06 : 2;
  return [least / by, greatest * by];
}

/** Return the ticks of a logarithmic scale: powers of ten, and where there are few of them also others. */
export function logTicks(least: number, greatest: number): number[] {
  const [first, last] = [Math.floor(Math.log10(least)), Math.floor(Math.log10(greatest))];
  const decades = Math.log10(greatest / least);
  const digits = decades > 3 ? [1] : decades > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const step = Math.max(1, Math.ceil(decades / 6));
  const ticks: number[] = [];
  for (let power = first; power <= last; power++) {
    if (power % step === 0) ticks.push(...digits.map((digit) => Number(`${digit}e${power}`)));
  }
  const within = ticks.filter((tick) => tick >= least && tick <= greatest);
  return within.length > 1 ? within : [0.1, 0.5, 0.9].map((part) => Number((least + part * (greatest - least)).toPrecision(3)));
}

/** Return the value of a curve at a step, between two of its points; null beyond its ends. */
export function valueAtStep({ steps, values }: Curve, step: number): number | null {
  let [low, high] = [0, steps.length - 1];
  if (high < 0 || step < steps[0]! || step > steps[high]!) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle]! <= step) low = middle;
    else high = middle;
  }
  const width = steps[high]! - steps[low]!;
  const part = width > 0 ? (step - steps[low]!) / width : 1;
  return values[low]! + part * (values[high]! - values[low]!);
}

/** Return the curve that is nearest to a height at a step, and not farther away than `most`. */
export function nearestCurve(
  curves: readonly (Curve | null)[],
  step: number,
  heightOf: (value: number) => number,
  height: number,
  most: number,
): number | null {
  let found: number | null = null;
  let least = most;
  curves.forEach((curve, index) => {
    const value = curve === null ? null : valueAtStep(curve, step);
    const distance = value === null ? NaN : Math.abs(heightOf(value) - height);
    if (distance <= least) [found, least] = [index, distance];
  });
  return found;
}
