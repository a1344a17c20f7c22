/** The menu of the flags that are axes, of parallel coordinates and of slices. */

import { Menu } from "../table/menu";
import type { CompareModel } from "./compare_model";

export function AxesMenu({ model, title }: { model: CompareModel; title: string }) {
  return <Menu title={title}>{() => <AxesPanel model={model} />}</Menu>;
}

function AxesPanel({ model }: { model: CompareModel }) {
  const { flags } = model.columns;
  const shown = model.scales.map((scale) => scale.key).filter((key) => key !== model.end?.key);
  const toggle = (key: string) => model.chooseAxes(shown.includes(key) ? shown.filter((each) => each !== key) : [...shown, key]);
  return (
    <div>
      <ul>
        {flags.map((header) => (
          <li key={header.key}>
            <label>
              <input type="checkbox" checked={shown.includes(header.key)} onChange={() => toggle(header.key)} />
              {header.heading}
            </label>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => model.chooseAxes(null)}>
        The flags that differ
      </button>
    </div>
  );
}

/** Say how many of the flags that differ are shown; if all are, `otherwise`. */
export function tellAxes({ telling, scales, state, end }: CompareModel, otherwise: string, menu = "Flags"): string {
  const flags = scales.filter((scale) => scale.key !== end?.key).length;
  const isPart = state.axes === null && flags < telling.length;
  return isPart ? `${flags} of ${telling.length} flags that differ; others by ${menu}` : otherwise;
}
