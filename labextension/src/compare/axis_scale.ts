/** The vertical axes of parallel coordinates, by the rules of guild_ipy/tables/pictures/parallel.py. */

import type { Value } from "../runs/column";
import { formatNumber } from "../runs/format";
import type { ColumnHeader } from "../source/runs_source";

export interface Tick {
  /** From 0, the bottom, to 1. */
  place: number;
  text: string;
}

/** One axis: where each run crosses it, and its ticks. */
export interface Scale {
  key: string;
  heading: string;
  isLog: boolean;
  /** The words in order, of an axis of words; null on one of numbers. */
  words: string[] | null;
  /** Of each run, from 0 to 1; NaN where it has no value. */
  places: Float64Array;
  ticks: Tick[];
  /** The ends of an axis of numbers: of a logarithmic one the exponents. */
  least: number;
  greatest: number;
}

/** Positive numbers with a greater ratio of the greatest to the least are shown on a logarithmic scale. */
const WIDE = 50;
const TICKS = 5;
/** Ticks that are closer to each other could not be read. */
const LEAST_GAP = 0.06;
const MOST_WORDS = 12;
const DIGITS = 3;
const LEAST_PLAIN = 0.001;

/** Return the axis of a column; `values` are those of the runs, in order. */
export function makeScale(header: ColumnHeader, values: readonly Value[]): Scale {
  const isNumeric = values.every((value) => value === null || typeof value === "number");
  return isNumeric ? scaleOfNumbers(header, values as (number | null)[]) : scaleOfWords(header, values);
}

function scaleOfNumbers({ key, heading }: ColumnHeader, values: readonly (number | null)[]): Scale {
  const numbers = Float64Array.from(values, (value) => (value === null || !Number.isFinite(value) ? NaN : value));
  const known = [...new Set(numbers)].filter((value) => !Number.isNaN(value)).sort((one, other) => one - other);
  const isLog = known.length > 0 && known[0]! > 0 && known.at(-1)! / known[0]! >= WIDE;
  const [least, greatest] = stretch(bend(known[0] ?? 0, isLog), bend(known.at(-1) ?? 1, isLog));
  const scale = { key, heading, isLog, words: null, least, greatest };
  const places = numbers.map((value) => placeOf(scale, value));
  return { ...scale, places, ticks: known.length ? ticksOf(scale, known) : [] };
}

/** The ends of an axis of numbers. */
export type Ends = Pick<Scale, "isLog" | "least" | "greatest">;

function bend(value: number, isLog: boolean): number {
  return isLog ? Math.log10(value) : value;
}

/** Return the place of a number on an axis. */
export function placeOf({ isLog, least, greatest }: Ends, value: number): number {
  return (bend(value, isLog) - least) / (greatest - least);
}

/** Return the number at a place of an axis. */
export function numberAt({ isLog, least, greatest }: Ends, place: number): number {
  const bent = least + place * (greatest - least);
  return isLog ? 10 ** bent : bent;
}

/** Return the ends of an axis; of one value it is in the middle. */
function stretch(least: number, greatest: number): [number, number] {
  const margin = Math.abs(least) / 2 || 0.5;
  return least < greatest ? [least, greatest] : [least - margin, greatest + margin];
}

function ticksOf(ends: Ends, known: readonly number[]): Tick[] {
  let places = known.slice(0, TICKS + 1).map((value) => placeOf(ends, value));
  if (known.length > TICKS || places.some((place, index) => index > 0 && place - places[index - 1]! < LEAST_GAP)) {
    places = Array.from({ length: TICKS }, (_, index) => index / (TICKS - 1));
    if (known.every(Number.isInteger)) places = places.map((place) => placeOf(ends, Math.round(numberAt(ends, place))));
  }
  return [...new Set(places)].map((place) => ({ place, text: shorten(numberAt(ends, place)) }));
}

function shorten(value: number): string {
  const short = Number(value.toPrecision(DIGITS));
  return short !== 0 && Math.abs(short) < LEAST_PLAIN ? short.toExponential() : formatNumber(short);
}

function scaleOfWords({ key, heading }: ColumnHeader, values: readonly Value[]): Scale {
  const collator = new Intl.Collator(undefined, { numeric: true });
  const texts = values.map((value) => (value === null ? null : String(value)));
  const words = [...new Set(texts)].filter((text) => text !== null).sort(collator.compare);
  const place = new Map(words.map((word, index) => [word, (index + 0.5) / words.length]));
  const places = Float64Array.from(texts, (text) => (text === null ? NaN : place.get(text)!));
  const step = Math.ceil(words.length / MOST_WORDS);
  const ticks = words.filter((_, index) => index % step === 0).map((word) => ({ place: place.get(word)!, text: word }));
  return { key, heading, isLog: false, words, places, ticks, least: 0, greatest: 1 };
}

// -- brushes

/** What is brushed on an axis: from one value, or word, to another; null is an open end. */
export interface Brush {
  low: number | string | null;
  high: number | string | null;
}

const SLACK = 1e-9;

/** Return the brush between two places; null if that is the whole axis. */
export function brushBetween(scale: Scale, from: number, to: number): Brush | null {
  const [low, high] = from < to ? [from, to] : [to, from];
  if (low <= 0 && high >= 1) return null;
  if (scale.words === null) {
    return { low: low <= 0 ? null : numberAt(scale, low), high: high >= 1 ? null : numberAt(scale, high) };
  }
  const last = scale.words.length - 1;
  const nearest = Math.min(last, Math.max(0, Math.floor(((low + high) / 2) * scale.words.length)));
  const first = Math.ceil(low * scale.words.length - 0.5);
  const end = Math.floor(high * scale.words.length - 0.5);
  const [one, other] = first <= end ? [Math.max(0, first), Math.min(last, end)] : [nearest, nearest];
  return { low: scale.words[one]!, high: scale.words[other]! };
}

/** Return the places between which a brush lies. */
export function rangeOf(scale: Scale, { low, high }: Brush): [number, number] {
  const { words } = scale;
  if (words === null) {
    const place = (value: number | string) => Math.min(1, Math.max(0, placeOf(scale, Number(value))));
    return [low === null ? 0 : place(low), high === null ? 1 : place(high)];
  }
  const [first, last] = [words.indexOf(String(low)), words.indexOf(String(high))];
  return [first < 0 ? 0 : first / words.length, last < 0 ? 1 : (last + 1) / words.length];
}

/** Return the runs that are in all brushes, as places in the order of the scales. */
export function brushed(scales: readonly Scale[], brushes: ReadonlyMap<string, Brush>): number[] {
  const ranges = scales.flatMap((scale) => {
    const brush = brushes.get(scale.key);
    return brush === undefined ? [] : [{ places: scale.places, range: rangeOf(scale, brush) }];
  });
  const found: number[] = [];
  for (let run = 0; run < (scales[0]?.places.length ?? 0); run++) {
    const isIn = ranges.every(({ places, range: [low, high] }) => places[run]! >= low - SLACK && places[run]! <= high + SLACK);
    if (isIn) found.push(run);
  }
  return found;
}

/** Return how far a key moves an end of a brush: a word, or a fiftieth. */
export function stepOf(scale: Scale): number {
  return scale.words === null ? 1 / 50 : 1 / Math.max(1, scale.words.length);
}

/** Return what stands at an end of a brush. */
export function textAt(scale: Scale, place: number, end: "low" | "high"): string {
  const { words } = scale;
  if (words === null) return shorten(numberAt(scale, place));
  const index = Math.round(place * words.length) - (end === "high" ? 1 : 0);
  return words[Math.min(words.length - 1, Math.max(0, index))] ?? "";
}
