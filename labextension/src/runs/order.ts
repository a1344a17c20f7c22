/** The order in which runs are shown. */

import { valueAt, type Column, type Value } from "./column";
import type { Runs } from "./runs";

export interface Sort {
  key: string;
  descending: boolean;
}

/** Return the rows that are shown: those that pass, in the order of a column; rows without a value come last. */
export function orderRows(runs: Runs, passing: ReadonlySet<string> | null, sort: Sort | null): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < runs.count; row++) {
    if (passing === null || passing.has(runs.names[row]!)) rows.push(row);
  }
  const column = sort === null ? undefined : runs.column(sort.key);
  const shown = Int32Array.from(rows);
  return sort === null || column === undefined ? shown : sortRows(shown, column, sort.descending);
}

/**
 * Return rows by the ranks of their values, of equal ones the newest run first, from which they are numbered.
 *
 * The ranks are sorted as bare numbers, and then each row looks for its place: that takes half as long as to sort rows by
 * a function that compares two of them.
 */
function sortRows(rows: Int32Array, column: Column, descending: boolean): Int32Array {
  const ranks = rankOf(column);
  const wanted = new Float64Array(rows.length);
  for (let place = 0; place < rows.length; place++) {
    const rank = ranks[rows[place]!]!;
    wanted[place] = descending && rank !== Infinity ? -rank : rank;
  }
  const sorted = wanted.slice().sort();
  const taken = new Int32Array(rows.length);
  const ordered = new Int32Array(rows.length);
  for (let place = 0; place < rows.length; place++) {
    const first = firstPlace(sorted, wanted[place]!);
    ordered[first + taken[first]!++] = rows[place]!;
  }
  return ordered;
}

/** Return the first place at which a number stands among sorted ones. */
function firstPlace(sorted: Float64Array, wanted: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return a number for each row that has the order of the values; Infinity where there is none. */
function rankOf(column: Column): Float64Array {
  if (column.form === "value" || column.form === "word") return rankOfTexts(column);
  const ranks = new Float64Array(column.data.length);
  for (let row = 0; row < ranks.length; row++) {
    const value = valueAt(column, row);
    const isMissing = value === null || Number.isNaN(value);
    ranks[row] = isMissing ? Infinity : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(value)));
  }
  return ranks;
}

function rankOfTexts(column: Column): Float64Array {
  const values = Array.from({ length: column.data.length }, (_, row) => valueAt(column, row));
  const known = [...new Set(values)].filter((value) => value !== null);
  const collator = new Intl.Collator(undefined, { numeric: true });
  known.sort((one, other) => {
    const [first, second] = [asNumber(one), asNumber(other)];
    if (first !== second) return first - second;
    return first === Infinity ? collator.compare(String(one), String(other)) : 0;
  });
  const rank = new Map(known.map((value, place) => [value, place]));
  return Float64Array.from(values, (value) => (value === null ? Infinity : rank.get(value)!));
}

/** Return the number that a value is, also one that was too large to be sent as such; numbers come before texts. */
function asNumber(value: Value): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : Infinity;
}
