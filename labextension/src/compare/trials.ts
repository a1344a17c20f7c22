/** Runs as the trials of a search: their numbers, how they ended, the best of them (guild_ipy/widgets/searched_runs.py). */

import { decode, valueAt, type Column } from "../runs/column";
import type { Objective, Reply, SearchContent } from "../source/runs_source";

export type End = "completed" | "pruned" | "failed";

export interface Trial {
  run: string;
  /** Its place in its batch, or else in the order of the starts, from 1 on. */
  number: number;
  /** NaN where it has none. */
  value: number;
  /** Null for one that has not ended. */
  end: End | null;
}

/** The answer, decoded. */
export interface Answered {
  batch: string | null;
  isDeclared: boolean;
  objectives: readonly Objective[];
  /** For each objective the trials with their values, in order. */
  trials: readonly (readonly Trial[])[];
}

/** Trials by one objective. */
export interface Trials {
  batch: string | null;
  objective: Objective;
  all: readonly Trial[];
  /** Those that are compared: completed, with a number. */
  rated: readonly Trial[];
  /** The best of them; of equal ones the first. */
  best: Trial | null;
}

export function decodeSearch({ content, buffers }: Reply<SearchContent>): Answered {
  const names = decode({ key: "", form: "value" }, buffers[0]!).data as string[];
  const [numbers, ends, ...values] = content.values.map((each, place) => decode(each, buffers[place + 1]!));
  const trialsOf = (column: Column) =>
    names.map((run, row): Trial => {
      const value = valueAt(column, row);
      const isFinite = typeof value === "number" && Number.isFinite(value);
      return { run, number: valueAt(numbers!, row) as number, value: isFinite ? value : NaN, end: valueAt(ends!, row) as End | null };
    });
  return { batch: content.batch, isDeclared: content.is_declared, objectives: content.objectives, trials: values.map(trialsOf) };
}

/** Return the trials by one of the objectives, the first if none has that name; only those that `isShown`. */
export function chooseTrials(answered: Answered, name: string | null, isShown: (run: string) => boolean): Trials | null {
  const { batch, objectives } = answered;
  const place = Math.max(0, objectives.findIndex((each) => each.name === name));
  const objective = objectives[place];
  if (objective === undefined) return null;
  const all = answered.trials[place]!.filter(({ run }) => isShown(run));
  const rated = all.filter(({ end, value }) => end === "completed" && !Number.isNaN(value));
  return { batch, objective, all, rated, best: rated.reduce<Trial | null>((best, each) => better(objective, best, each), null) };
}

/** Return for each trial that is compared the best value up to it. */
export function bestSoFar({ rated, objective }: Trials): number[] {
  let best: Trial | null = null;
  return rated.map((trial) => (best = better(objective, best, trial)).value);
}

function better({ greatest }: Objective, best: Trial | null, other: Trial): Trial {
  if (best === null) return other;
  return (greatest ? other.value > best.value : other.value < best.value) ? other : best;
}

/** Return `40 trials`, or `1 run` of those that are no trials of one batch. */
export function countTrials({ batch, all }: Trials): string {
  const noun = batch === null ? "run" : "trial";
  return `${all.length.toLocaleString()} ${noun}${all.length === 1 ? "" : "s"}`;
}

/** Return a number with the digits that count beside others. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
