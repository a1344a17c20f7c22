/** The table of runs: filter and menus, rows, actions, and what was done. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { CompareModel } from "../compare/compare_model";
import { ComparePanel } from "../compare/compare_panel";
import { DetailPanel } from "../detail/detail_panel";
import { useChanges } from "../use_redraw";
import { ActionBar, type EditKind } from "./action_bar";
import { handleAim } from "./aim";
import { BestMenu } from "./best_menu";
import { ColumnsMenu } from "./columns_menu";
import { FilterBox } from "./filter_box";
import { Grid } from "./grid";
import { KEYS } from "./keys";
import { StatusLine } from "./status_line";
import type { TableModel } from "./table_model";

export function RunsTable({ model, height }: { model: TableModel; height: number }) {
  const [compare] = useState(() => new CompareModel(model));
  const [isComparing, setComparing] = useState(false);
  const [edited, setEdited] = useState<EditKind | null>(null);
  useChanges(model);
  const pointed = usePointed(compare);
  useEffect(() => () => compare.dispose(), [compare]);
  const grid = useRef<HTMLDivElement>(null);
  const edit = (kind: EditKind | null) => {
    model.stay();
    setEdited(kind);
    if (kind === null) grid.current!.focus();
  };
  const { opened } = model.state;
  return (
    <section class={model.state.lost === null ? "table" : "table lost"} aria-label="Table of runs" {...handleAim(model.aim)}>
      <div class="tools">
        <FilterBox model={model} />
        <ColumnsMenu model={model} />
        <BestMenu model={model} />
        <button type="button" aria-pressed={isComparing} onClick={() => setComparing(!isComparing)}>
          Compare
        </button>
      </div>
      <Grid model={model} height={height} box={grid} pointed={pointed} onEdit={edit} />
      <p id="keys" class="keys">
        {KEYS}
      </p>
      <ActionBar model={model} edited={edited} onEdit={edit} />
      <StatusLine model={model} />
      {isComparing && <ComparePanel model={compare} />}
      {opened !== null && <DetailPanel model={model} name={opened} />}
    </section>
  );
}

/** Return the run below the pointer in a picture; draws again when it is another. */
function usePointed(compare: CompareModel): string | null {
  const [pointed, setPointed] = useState<string | null>(null);
  useLayoutEffect(() => compare.subscribe(() => setPointed(compare.state.hovered)), [compare]);
  return pointed;
}
