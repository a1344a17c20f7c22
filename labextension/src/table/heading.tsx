/** The heading of a column: sorts it, moves it and makes it wider. */

import { useRef, useState } from "preact/hooks";
import { isCurveKey } from "../runs/column_keys";
import type { ColumnHeader } from "../source/runs_source";
import type { TableModel } from "./table_model";

const DRAGGED = "text/guild-column";

interface Props {
  model: TableModel;
  header: ColumnHeader;
  place: number;
  index: number;
  width: number;
  isNumber: boolean;
  /** Whether Tab goes to it. */
  isNext: boolean;
}

export function Heading({ model, header, place, index, width, isNumber, isNext }: Props) {
  const [isOver, setOver] = useState(false);
  const isResizing = useRef(false);
  const { sort } = model.state;
  const isSorted = sort?.key === header.key;
  const hasOrder = !isCurveKey(header.key);
  const onDragStart = (event: DragEvent) => {
    if (isResizing.current) event.preventDefault();
    else event.dataTransfer?.setData(DRAGGED, header.key);
  };
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes(DRAGGED)) return;
    event.preventDefault();
    setOver(true);
  };
  const onDrop = (event: DragEvent) => {
    setOver(false);
    event.preventDefault();
    const key = event.dataTransfer?.getData(DRAGGED);
    if (key) void model.moveColumn(key, place);
  };
  return (
    <span
      role="columnheader"
      aria-colindex={index}
      aria-sort={isSorted ? (sort.descending ? "descending" : "ascending") : "none"}
      class={`of-${header.group}${isNumber ? " number" : ""}${isOver ? " over" : ""}`}
      title={`${header.heading}: ${header.group}`}
      draggable
      onDragStart={onDragStart}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <button type="button" data-place={place} tabIndex={isNext ? 0 : -1} aria-disabled={!hasOrder} onClick={() => hasOrder && model.sortBy(header.key)}>
        <span class="name">{header.heading}</span>
        {isSorted && <span aria-hidden="true">{sort.descending ? "▾" : "▴"}</span>}
      </button>
      <Edge model={model} column={header.key} width={width} isResizing={isResizing} />
    </span>
  );
}

interface EdgeProps {
  model: TableModel;
  column: string;
  width: number;
  isResizing: { current: boolean };
}

/** The right edge of a heading, which is dragged; a double click gives the usual width back. */
function Edge({ model, column, width, isResizing }: EdgeProps) {
  const onPointerDown = (event: PointerEvent) => {
    const edge = event.currentTarget as HTMLElement;
    isResizing.current = true;
    edge.setPointerCapture(event.pointerId);
    const onMove = (moved: PointerEvent) => model.setWidth(column, width + moved.clientX - event.clientX);
    const onEnd = () => {
      isResizing.current = false;
      edge.removeEventListener("pointermove", onMove);
    };
    edge.addEventListener("pointermove", onMove);
    edge.addEventListener("lostpointercapture", onEnd, { once: true });
  };
  return (
    <span
      class="edge"
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onMouseDown={(event) => event.preventDefault()}
      onDblClick={() => model.setWidth(column, null)}
    />
  );
}
