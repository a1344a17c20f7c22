/** Marks by a rule: the best of the runs that are shown. */

import { isCurveKey } from "../runs/column_keys";
import type { ColumnHeader } from "../source/runs_source";
import { Menu } from "./menu";
import type { TableModel } from "./table_model";

export function BestMenu({ model }: { model: TableModel }) {
  const { runs, shown } = model.state;
  const columns = runs.headers.filter((header) => !isCurveKey(header.key) && runs.column(header.key)?.form === "number");
  const mark = (header: ColumnHeader, greatest: boolean, close: () => void) => {
    close();
    void model.markBest(header, greatest);
  };
  return (
    <Menu title="Mark the best">
      {(close) => (
        <div class="best">
          {columns.length === 0 && <p>No column has numbers; choose one by Columns.</p>}
          {columns.length > 0 && <p>Of the {shown.length.toLocaleString()} runs that are shown, mark the one with</p>}
          <ul>
            {columns.map((header) => (
              <li key={header.key} class="several">
                <button type="button" onClick={() => mark(header, false, close)}>
                  the least {header.heading}
                </button>
                <button type="button" onClick={() => mark(header, true, close)}>
                  the greatest {header.heading}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Menu>
  );
}
