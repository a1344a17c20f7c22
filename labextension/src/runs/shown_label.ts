/** What of a label is worth reading in a table that has the tags and some of the flags beside it. */

import type { Value } from "./column";
import { flagOf } from "./column_keys";
import type { Runs } from "./runs";

export interface ShownLabel {
  tags: string[];
  /** What a user has written. */
  own: string;
  /** The flags that the label repeats and that have no column of their own. */
  flags: string;
}

/** A label is cut to five decimals (guild_ipy/domain/values/run_label.py). */
const LABEL_DECIMALS = 1e-5;

/** Return the label of a run as it is shown. */
export function shownLabelOf(runs: Runs, row: number): ShownLabel {
  const tags = String(runs.value("run::tags", row) ?? "");
  const flags = runs.headers.flatMap(({ key }): [string, Value][] => {
    const flag = flagOf(key);
    return flag === null ? [] : [[flag, runs.value(key, row)]];
  });
  return shownLabel(String(runs.value("run::label", row) ?? ""), tags ? tags.split(", ") : [], new Map(flags));
}

/** Take the tags at the beginning of a label away, and the flags that have columns, which are given by name. */
export function shownLabel(label: string, tags: string[], columns: ReadonlyMap<string, Value>): ShownLabel {
  const words = withoutTags(label, tags).split(" ");
  const first = words.findIndex((word) => /^[^=]+=/.test(word));
  if (first < 0) return { tags, own: words.join(" "), flags: "" };
  const flags = words.slice(first).filter((word) => !isShown(word, columns));
  return { tags, own: words.slice(0, first).join(" "), flags: flags.join(" ") };
}

function withoutTags(label: string, tags: readonly string[]): string {
  const beginning = tags.join(" ");
  return tags.length && (label === beginning || label.startsWith(`${beginning} `)) ? label.slice(beginning.length + 1) : label;
}

function isShown(word: string, columns: ReadonlyMap<string, Value>): boolean {
  const at = word.indexOf("=");
  const value = columns.get(word.slice(0, at));
  const written = word.slice(at + 1);
  if (value === undefined || value === null) return false;
  if (typeof value === "number") return written !== "" && Math.abs(Number(written) - value) <= LABEL_DECIMALS;
  if (typeof value === "boolean") return written === (value ? "yes" : "no");
  return written === value || written === `'${value}'`;
}
