/** Where the runs of a table are, and how they stay there for a while. */

import type { Runs } from "../runs/runs";

export interface Places {
  /** The rows that are shown, in order. */
  shown: Int32Array;
  /** The same by their places in the table; -1 where a run is gone while the others have to stay where they are. */
  places: Int32Array;
  /** The order that is held back meanwhile. */
  coming: Int32Array | null;
}

type Placed = Pick<Places, "places"> & { runs: Runs };

export const NOWHERE: Places = { shown: new Int32Array(), places: new Int32Array(), coming: null };

/** Return the places of rows in a new order. */
export function putIn(order: Int32Array): Places {
  return { shown: order, places: order, coming: null };
}

/** Return the places of runs that stay where they were, which an order may do that only adds to them. */
export function keep({ places, runs }: Placed, now: Runs, order: Int32Array): Places {
  const kept = runs === now ? places : places.map((row) => (row < 0 ? -1 : now.rowOf(runs.names[row]!)));
  const isBeginning = kept.length <= order.length && kept.every((row, place) => row === order[place]);
  return isBeginning ? putIn(order) : { shown: kept.filter(isThere), places: kept, coming: order };
}

/** Return whether a run is not where it was. */
export function haveMoved(before: Placed, now: Placed): boolean {
  return before.places.some((_, place) => nameIn(before, place) !== nameIn(now, place));
}

/** Return the runs of a part of the places. */
export function namesIn({ places, runs }: Placed, first = 0, end = places.length): string[] {
  return Array.from(places.subarray(first, end).filter(isThere), (row) => runs.names[row]!);
}

export function nameIn({ places, runs }: Placed, place: number): string | undefined {
  return runs.names[places[place] ?? -1];
}

/** Return the place of a run; -1 where it has none. */
export function placeIn({ places, runs }: Placed, name: string | null): number {
  const row = name === null ? -1 : runs.rowOf(name);
  return row < 0 ? -1 : places.indexOf(row);
}

/** Say what is held back; nothing is said of runs that are gone, whose rows are empty. */
export function describeComing({ shown, coming }: Places): string {
  if (coming === null) return "";
  const known = new Set(shown);
  const count = coming.filter((row) => !known.has(row)).length;
  const what = count ? `${count.toLocaleString()} new ${count === 1 ? "run" : "runs"}` : "a new order";
  return `${what}: shown when the pointer rests`;
}

function isThere(row: number): boolean {
  return row >= 0;
}
