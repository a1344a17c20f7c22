/** The values of one column, decoded (guild_ipy/widgets/encoded_columns.py says how they are sent). */

import type { ColumnValues } from "../source/runs_source";

export type Value = string | number | boolean | null;

export interface Column {
  form: ColumnValues["form"];
  words: string[];
  /** A typed array for all forms but `value`. */
  data: Float64Array | Int32Array | Uint8Array | Value[];
  /** Rows that hold NaN, which is told from no value. */
  nan: Set<number>;
}

const NO_TRUTH = 2;

export function decode(values: ColumnValues, buffer: DataView): Column {
  return { form: values.form, words: values.words ?? [], data: read(values.form, buffer), nan: new Set(values.nan) };
}

function read(form: Column["form"], buffer: DataView): Column["data"] {
  const bytes = buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer;
  if (form === "value") return JSON.parse(new TextDecoder().decode(bytes)) as Value[];
  if (form === "word") return new Int32Array(bytes);
  return form === "truth" ? new Uint8Array(bytes) : new Float64Array(bytes);
}

/** Return the value of a row: a number, a text, a truth value, or null where there is none. */
export function valueAt(column: Column, row: number): Value {
  const data = column.data[row] ?? null;
  if (data === null) return null;
  if (column.form === "word") return column.words[data as number] ?? null;
  if (column.form === "truth") return data === NO_TRUTH ? null : data === 1;
  if (typeof data === "number" && Number.isNaN(data)) return column.nan.has(row) ? NaN : null;
  return data;
}

/** Return the column as it is after a change: rows that stay come `from` others, and some have new values. */
export function update(before: Column, from: Int32Array | null, rows: number[], changed: Column): Column {
  const count = from === null ? before.data.length : from.length;
  const data = before.form === "value" ? new Array<Value>(count).fill(null) : new (arrayOf(before))(count);
  const nan = new Set<number>();
  for (let row = 0; row < count; row++) {
    const was = from === null ? row : from[row]!;
    if (was < 0) continue;
    data[row] = before.data[was]!;
    if (before.nan.has(was)) nan.add(row);
  }
  rows.forEach((row, place) => {
    data[row] = changed.data[place]!;
    if (changed.nan.has(place)) nan.add(row);
    else nan.delete(row);
  });
  return { ...changed, data: data as Column["data"], nan };
}

function arrayOf(column: Column): { new (count: number): Record<number, Value> } {
  return column.data.constructor as never;
}
