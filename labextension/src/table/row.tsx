/** One run as a row of the table. */

import { isCurveKey } from "../runs/column_keys";
import { formatValue } from "../runs/format";
import type { Runs } from "../runs/runs";
import { shownLabelOf } from "../runs/shown_label";
import type { ColumnHeader } from "../source/runs_source";
import { SIGNS } from "./signs";
import { Sparkline } from "./sparkline";
import type { TableModel } from "./table_model";

/** The columns before those that are chosen: the mark and the name of the run. */
export const FIRST_COLUMNS = 2;
const STALE = "it was made with a run that a dependency would not use any more";

interface RowProps {
  model: TableModel;
  name: string;
  row: number;
  place: number;
  columns: string;
  top: number;
  isActive: boolean;
  isSelected: boolean;
  isPointed: boolean;
}

export function Row({ model, name, row, place, columns, top, isActive, isSelected, isPointed }: RowProps) {
  const { runs, stale } = model.state;
  const inUse = runs.inUse[name];
  const onClick = (event: MouseEvent) => {
    if (event.target instanceof HTMLInputElement) return;
    model.select(place, event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "alone");
  };
  return (
    <div
      id={`row-${place}`}
      class={`row${isActive ? " active" : ""}${isSelected ? " selected" : ""}${isPointed ? " pointed" : ""}`}
      role="row"
      aria-rowindex={place + 2}
      data-run={name}
      aria-selected={isSelected}
      style={{ gridTemplateColumns: columns, top: `${top}px` }}
      onClick={onClick}
      onDblClick={() => model.open(name)}
    >
      <span role="gridcell" aria-colindex={1} class="mark">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`mark ${name}`}
          checked={model.isMarked(name)}
          onChange={(event) => void model.mark([name], event.currentTarget.checked)}
        />
      </span>
      <span role="gridcell" aria-colindex={2} class="run">
        <code>{name}</code>
        {inUse !== undefined && <Badge kind="use" text="in use" why={inUse} />}
        {stale.has(name) && <Badge kind="stale" text="stale" why={STALE} />}
      </span>
      {runs.headers.map((header, column) => (
        <Cell key={header.key} {...{ model, header, row, name }} index={column + FIRST_COLUMNS + 1} />
      ))}
    </div>
  );
}

function Badge({ kind, text, why }: { kind: string; text: string; why: string }) {
  return (
    <span class={`badge ${kind}`} role="img" title={why} aria-label={`${text}: ${why}`}>
      {text}
    </span>
  );
}

interface CellProps {
  model: TableModel;
  header: ColumnHeader;
  row: number;
  name: string;
  index: number;
}

function Cell({ model, header, row, name, index }: CellProps) {
  const { runs } = model.state;
  const form = runs.column(header.key)?.form ?? "value";
  const value = runs.shownValue(header.key, row);
  const text = formatValue(form, value);
  const cell = { role: "gridcell", "aria-colindex": index } as const;
  if (isCurveKey(header.key)) {
    return (
      <span {...cell} class="curve">
        <Sparkline curve={model.curve(name, header.key)} />
      </span>
    );
  }
  if (header.key === "run::status") {
    return (
      <span {...cell} class={`status ${text}`} title={text}>
        <b aria-hidden="true">{SIGNS[text]}</b> {text}
      </span>
    );
  }
  if (header.key === "run::label") {
    return (
      <span {...cell} class="label" title={text}>
        <Label runs={runs} row={row} />
      </span>
    );
  }
  const isExact = typeof value === "number" && form === "number";
  return (
    <span {...cell} class={isNumberColumn(runs, header) ? "number" : ""} title={isExact ? String(value) : text}>
      {text}
    </span>
  );
}

/** The tags of a run, what a user has written in its label, and faintly the flags that are not to be seen elsewhere. */
function Label({ runs, row }: { runs: Runs; row: number }) {
  const { tags, own, flags } = shownLabelOf(runs, row);
  return (
    <>
      {tags.map((tag) => (
        <span key={tag} class="badge tag">
          {tag}
        </span>
      ))}
      {own} {flags && <span class="repeated">{flags}</span>}
    </>
  );
}

/** Whether the values of a column are right-aligned, and its heading with them. */
export function isNumberColumn(runs: Runs, header: ColumnHeader): boolean {
  const form = runs.column(header.key)?.form;
  return form === "number" || form === "duration";
}
