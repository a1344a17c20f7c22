/** Chooses the columns that are shown, and their order. */

import { useEffect, useState } from "preact/hooks";
import { moved } from "../runs/column_keys";
import type { ColumnHeader } from "../source/runs_source";
import { Menu } from "./menu";
import type { TableModel } from "./table_model";

const GROUPS: [ColumnHeader["group"], string][] = [
  ["run", "run"],
  ["scalar", "scalars"],
  ["flag", "flags"],
  ["attr", "attributes"],
];

export function ColumnsMenu({ model }: { model: TableModel }) {
  return <Menu title="Columns">{() => <ColumnsPanel model={model} />}</Menu>;
}

function ColumnsPanel({ model }: { model: TableModel }) {
  const [known, setKnown] = useState<ColumnHeader[]>([]);
  const [search, setSearch] = useState("");
  useEffect(() => void model.listColumns().then(setKnown), []);
  const chosen = model.chosenColumns;
  const shown = model.state.runs.headers;
  const others = known.filter((header) => !chosen.includes(header.key) && header.heading.includes(search));
  /** Change the columns as they are wanted by now, which those on the page may lag behind. */
  const change = (how: (keys: string[]) => string[]) => void model.chooseColumns(how(model.chosenColumns));
  const move = (key: string, by: number) => change((keys) => moved(keys, key, keys.indexOf(key) + by));
  return (
    <div class="columns">
      <ol aria-label="columns that are shown">
        {shown.map((header, place) => (
          <li key={header.key}>
            <span class="name" title={header.heading}>
              {header.heading}
            </span>
            <Arrow text="▲" label={`move ${header.heading} to the left`} isOff={place === 0} onClick={() => move(header.key, -1)} />
            <Arrow text="▼" label={`move ${header.heading} to the right`} isOff={place === shown.length - 1} onClick={() => move(header.key, 1)} />
            <Arrow text="✕" label={`hide ${header.heading}`} onClick={() => change((keys) => keys.filter((key) => key !== header.key))} />
          </li>
        ))}
      </ol>
      <input type="text" aria-label="find a column" placeholder="find a column" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      {GROUPS.map(([group, title]) => {
        const several = others.filter((header) => header.group === group);
        return (
          several.length > 0 && (
            <fieldset key={group}>
              <legend>{title}</legend>
              {several.map((header) => (
                <span class="choice" key={header.key}>
                  <button type="button" aria-label={`show ${header.heading}`} onClick={() => change((keys) => [...keys, header.key])}>
                    + {header.heading}
                  </button>
                  {group === "scalar" && (
                    <button type="button" aria-label={`show the curve of ${header.heading}`} onClick={() => change((keys) => [...keys, header.key.replace(":last:", ":curve:")])}>
                      ∿
                    </button>
                  )}
                </span>
              ))}
            </fieldset>
          )
        );
      })}
      <button type="button" onClick={() => void model.chooseColumns(null)}>
        The usual columns
      </button>
    </div>
  );
}

interface ArrowProps {
  text: string;
  label: string;
  isOff?: boolean;
  onClick: () => void;
}

function Arrow({ text, label, isOff = false, onClick }: ArrowProps) {
  return (
    <button type="button" class="small" aria-label={label} title={label} disabled={isOff} onClick={onClick}>
      {text}
    </button>
  );
}
