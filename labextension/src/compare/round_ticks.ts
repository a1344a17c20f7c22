/** Ticks at round numbers, for the axes of dots. */

import { formatNumber } from "../runs/format";
import { numberAt, placeOf, type Ends, type Tick } from "./axis_scale";
import { logTicks } from "./curve_lines";

const LEAST_PLAIN = 0.001;
const [DIGITS, SLACK] = [12, 1e-9];

/** Return ticks of an axis, about `most` of them at most. */
export function roundTicks(ends: Ends, most: number, isWhole = false): Tick[] {
  const [least, greatest] = [numberAt(ends, 0), numberAt(ends, 1)];
  const numbers = ends.isLog ? thin(logTicks(least, greatest), most) : steps(least, greatest, most, isWhole);
  return numbers.map((number) => ({ place: placeOf(ends, number), text: format(number) }));
}

function steps(least: number, greatest: number, most: number, isWhole: boolean): number[] {
  const step = stepOf((greatest - least) / most, isWhole);
  const first = Math.ceil(least / step - SLACK);
  const count = Math.floor(greatest / step + SLACK) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => Number(((first + index) * step).toPrecision(DIGITS)));
}

/** Return the step that is the next round number. */
function stepOf(width: number, isWhole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const step = ([1, 2, 5, 10].find((digit) => digit * power >= width * (1 - SLACK)) ?? 10) * power;
  return isWhole ? Math.max(1, step) : step;
}

/** Return powers of ten where there are too many ticks, and of them some. */
function thin(ticks: number[], most: number): number[] {
  if (ticks.length <= most) return ticks;
  const powers = ticks.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < SLACK);
  const kept = powers.length > 1 ? powers : ticks;
  const each = Math.ceil(kept.length / most);
  return kept.filter((_, index) => index % each === 0);
}

function format(number: number): string {
  return number !== 0 && Math.abs(number) < LEAST_PLAIN ? Number(number.toPrecision(3)).toExponential() : formatNumber(number);
}
