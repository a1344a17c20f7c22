/** Pictures of the runs that are shown, below the table: curves, parallel coordinates, and those of a search. */

import { useEffect, useRef } from "preact/hooks";
import { placeIn } from "../table/places";
import { useChanges } from "../use_redraw";
import { VIEWS, type CompareModel } from "./compare_model";
import { CurvesView } from "./curves_view";
import { HistoryView } from "./history_view";
import { ImportanceView } from "./importance_view";
import { ParallelView } from "./parallel_view";
import { SliceView } from "./slice_view";
import { useColours } from "./use_colours";

export function ComparePanel({ model }: { model: CompareModel }) {
  useChanges(model);
  useChanges(model.search);
  const { table } = model;
  const { views } = model.state;
  const box = useRef<HTMLDivElement>(null);
  const colours = useColours(box);
  useEffect(() => {
    const close = model.open();
    const unfollow = followPointer(box.current!.getRootNode(), (place) => model.setHovered(table.nameAt(place) ?? null));
    return () => {
      unfollow();
      close();
    };
  }, [model]);
  const onPick = (run: string) => table.moveTo(placeIn(table.state, run));
  return (
    <div ref={box} class="compare" role="region" aria-label="Compare">
      {model.state.error && table.state.lost === null && (
        <p class="trouble" role="alert">
          {model.state.error}
        </p>
      )}
      <Views model={model} />
      {colours !== null && (
        <div class="sections">
          {views.has("Learning curves") && <CurvesView {...{ model, colours, onPick }} />}
          {views.has("Parallel coordinates") && <ParallelView {...{ model, colours, onPick }} />}
          {views.has("History") && <HistoryView {...{ model, colours, onPick }} />}
          {views.has("Slice") && <SliceView {...{ model, colours, onPick }} />}
          {views.has("Importance") && <ImportanceView model={model} />}
        </div>
      )}
      {!views.size && <p class="nothing">No picture is chosen.</p>}
    </div>
  );
}

/** The buttons by which pictures are shown and taken away. */
function Views({ model }: { model: CompareModel }) {
  return (
    <div class="views" role="group" aria-label="Pictures">
      {VIEWS.map((view) => (
        <button key={view} type="button" aria-pressed={model.state.views.has(view)} onClick={() => model.toggle(view)}>
          {view}
        </button>
      ))}
    </div>
  );
}

/** Tell over which row of the table the pointer is, -1 for none; returns what ends that. */
function followPointer(root: Node, tell: (place: number) => void): () => void {
  let before = -1;
  const onPointerOver = (event: Event) => {
    const row = (event.target as Element).closest("[role=row]")?.getAttribute("aria-rowindex");
    const place = row ? Number(row) - 2 : -1; // the first is that of the headings
    if (place !== before) tell(place);
    before = place;
  };
  root.addEventListener("pointerover", onPointerOver);
  return () => root.removeEventListener("pointerover", onPointerOver);
}
