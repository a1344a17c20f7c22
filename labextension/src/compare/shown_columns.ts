/** Columns of the runs that a table shows: those that it has, and others, which are asked for. */

import { valueAt, type Value } from "../runs/column";
import { Runs } from "../runs/runs";
import type { ColumnHeader, RunsContent } from "../source/runs_source";
import type { TableModel } from "../table/table_model";
import { orderScalars } from "./curve_lines";

/** More flags are not looked at. */
const MOST_FLAGS = 60;
const LAST = "scalar:last:";
const SYSTEM = "sys/";

export class ShownColumns {
  /** All columns that there are. */
  headers: readonly ColumnHeader[] = [];
  /** The columns that the table does not have. */
  more: Runs = Runs.none;

  constructor(private readonly table: TableModel) {}

  /** All scalars, those that the table shows first. */
  get scalars(): string[] {
    const names = (headers: readonly ColumnHeader[]) => headers.filter((each) => each.group === "scalar").map(nameOf);
    const found = [this.table.state.runs.headers, this.headers].flatMap((headers) => orderScalars(names(headers)));
    return [...new Set(found)].filter((name) => !name.startsWith(SYSTEM));
  }

  /** The flags that could be axes. */
  get flags(): ColumnHeader[] {
    const known = this.headers.length ? this.headers : this.table.state.runs.headers;
    return known.filter((header) => header.group === "flag").slice(0, MOST_FLAGS);
  }

  /** Return the values of the runs that are shown, in order. */
  valuesOf(key: string): Value[] {
    const { runs, shown } = this.table.state;
    const own = runs.column(key);
    if (own !== undefined) return Array.from(shown, (row) => valueAt(own, row));
    const { more } = this;
    const other = more.column(key);
    if (other === undefined) return new Array<Value>(shown.length).fill(null);
    return Array.from(shown, (row) => {
      const name = runs.names[row]!;
      return valueAt(other, more.names[row] === name ? row : more.rowOf(name));
    });
  }

  valueOf(key: string, run: string): Value {
    const { runs } = this.table.state;
    return runs.column(key) ? runs.value(key, runs.rowOf(run)) : this.more.value(key, this.more.rowOf(run));
  }

  /** Ask which columns there are. */
  async loadHeaders(): Promise<void> {
    const { content } = await this.table.source.ask<{ columns: ColumnHeader[] }>({ type: "columns" });
    this.headers = content.columns;
  }

  /** Ask for the flags, and the last values of a scalar, that the table does not have. */
  async loadValues(scalar: string | null): Promise<void> {
    const keys = [...this.flags.map((header) => header.key), ...(scalar === null ? [] : [lastOf(scalar).key])];
    const columns = keys.filter((key) => this.table.state.runs.column(key) === undefined);
    if (!columns.length) return;
    this.more = Runs.none.apply(await this.table.source.ask<RunsContent>({ type: "values", columns }));
  }
}

/** Return the column of the last values of a scalar. */
export function lastOf(scalar: string): ColumnHeader {
  return { key: LAST + scalar, heading: scalar, group: "scalar" };
}

/** Return the name of a scalar: of the key `scalar:last:loss` that is `loss`. */
function nameOf({ key }: ColumnHeader): string {
  return key.slice(key.indexOf(":", key.indexOf(":") + 1) + 1);
}
