/** One line below the table: how many runs there are, what was done last, and what the kernel is at. */

import { describeComing } from "./places";
import type { TableModel } from "./table_model";

export function StatusLine({ model }: { model: TableModel }) {
  const { runs, shown, coming, selected, notice, lost, waiting } = model.state;
  const count = `${runs.count.toLocaleString()} ${runs.count === 1 ? "run" : "runs"}`;
  const { length } = coming ?? shown;
  const ofAll = length === runs.count ? count : `${length.toLocaleString()} of ${count}`;
  return (
    <div class="status-line">
      <span class="count">
        {ofAll}
        {selected.size > 0 && `, ${selected.size.toLocaleString()} selected`}
      </span>
      {coming !== null && <span class="coming">{describeComing(model.state)}</span>}
      <div class={`notice${notice?.isError || lost ? " error" : ""}`} role="status" aria-live="polite">
        {lost ?? (waiting ? "the kernel is at work; this waits until it is free" : (notice?.text ?? ""))}
      </div>
      {notice?.undo && !lost && (
        <button type="button" onClick={() => void model.undo()}>
          Undo
        </button>
      )}
      {notice && !lost && (
        <button type="button" class="small" aria-label="dismiss" onClick={() => model.dismiss()}>
          ✕
        </button>
      )}
    </div>
  );
}
