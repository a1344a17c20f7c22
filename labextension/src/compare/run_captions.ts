/** The names of runs in pictures: short id, and the flags that tell them apart (tables/pictures/run_captions.py). */

import type { Value } from "../runs/column";

const MOST_FLAGS = 3;
const LONGEST = 40;
const DIGITS = 4;

/** Return whether runs differ there. */
export function differs(values: readonly Value[]): boolean {
  return values.some((value) => !Object.is(value, values[0]));
}

/** Return whether half of the runs or more have a value there: lines end at an axis where their run has none. */
export function isCommon(values: readonly Value[]): boolean {
  return 2 * values.filter((value) => value !== null).length >= values.length;
}

/** Return a text for a run: `3f2a1b4c lr=0.1`, or with its label where there are no flags that tell it from others. */
export function captionOf(run: string, flags: readonly [name: string, value: Value][], label: Value): string {
  const texts = flags.slice(0, MOST_FLAGS).map(([name, value]) => format(name, value));
  const about = flags.length ? texts.filter(Boolean).join(" ") : String(label ?? "");
  return `${run} ${shorten(about)}`.trim();
}

function format(name: string, value: Value): string {
  if (value === null) return "";
  return `${name}=${typeof value === "number" ? Number(value.toPrecision(DIGITS)) : value}`;
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
