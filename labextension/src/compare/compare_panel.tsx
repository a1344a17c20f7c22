/** Learning curves and parallel coordinates of the runs that are shown, below the table. */

import { useEffect, useRef } from "preact/hooks";
import { placeIn } from "../table/places";
import { useChanges } from "../use_redraw";
import type { CompareModel } from "./compare_model";
import { CurvesView } from "./curves_view";
import { ParallelView } from "./parallel_view";
import { useColours } from "./use_colours";

export function ComparePanel({ model }: { model: CompareModel }) {
  useChanges(model);
  const { table } = model;
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
      {colours !== null && (
        <div class="sections">
          <CurvesView {...{ model, colours, onPick }} />
          <ParallelView {...{ model, colours, onPick }} />
        </div>
      )}
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
