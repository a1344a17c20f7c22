/** The runs that a table has, and their columns. */

import type { ColumnHeader, Reply, RunsContent } from "../source/runs_source";
import { decode, update, valueAt, type Column, type Value } from "./column";

const [STATUS, TIME] = ["run::status", "run::time"];

export class Runs {
  private constructor(
    readonly gen: number,
    readonly names: readonly string[],
    readonly headers: readonly ColumnHeader[],
    readonly inUse: Readonly<Record<string, string>>,
    private readonly columns: ReadonlyMap<string, Column>,
    /** The runs whose values came with the last answer. */
    readonly fresh: readonly string[],
    private readonly receivedAt: number,
  ) {}

  private rows: Map<string, number> | undefined;

  static readonly none = new Runs(-1, [], [], {}, new Map(), [], 0);

  get count(): number {
    return this.names.length;
  }

  value(key: string, row: number): Value {
    const column = this.columns.get(key);
    return column === undefined ? null : valueAt(column, row);
  }

  /** Return a value as of this moment: the time of a run that is running goes on. */
  shownValue(key: string, row: number): Value {
    const value = this.value(key, row);
    if (key !== TIME || typeof value !== "number" || !this.isRunning(row)) return value;
    return value + (Date.now() - this.receivedAt) / 1_000;
  }

  isRunning(row: number): boolean {
    return this.value(STATUS, row) === "running";
  }

  column(key: string): Column | undefined {
    return this.columns.get(key);
  }

  /** Return the row of a run; -1 where it is not among them. */
  rowOf(name: string): number {
    this.rows ??= new Map(this.names.map((each, row) => [each, row]));
    return this.rows.get(name) ?? -1;
  }

  /** Return the runs as an answer has them: all anew, or these with what has changed. */
  apply({ content, buffers }: Reply<RunsContent>): Runs {
    const names = decode({ key: "", form: "value" }, buffers[0]!).data as string[];
    const columns = new Map(content.values.map((each, place) => [each.key, decode(each, buffers[place + 1]!)]));
    const make = (all: readonly string[], values: ReadonlyMap<string, Column>) =>
      new Runs(content.gen, all, content.columns, content.in_use, values, names, Date.now());
    if (content.rows === null) return make(names, columns);
    const { rows, from } = content;
    const cameFrom = from === null ? null : (decode({ key: "", form: "word" }, buffers[from.buffer]!).data as Int32Array);
    const changed = [...columns].map(([key, column]): [string, Column] => [
      key,
      update(this.columns.get(key)!, cameFrom, rows, column),
    ]);
    const kept = cameFrom === null ? [...this.names] : Array.from(cameFrom, (row) => this.names[row] ?? "");
    rows.forEach((row, place) => (kept[row] = names[place]!));
    return make(kept, new Map(changed));
  }
}
