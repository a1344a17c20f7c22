/** The rows and columns of a table, of which only those in sight are drawn. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useRedraw } from "../use_redraw";
import type { EditKind } from "./action_bar";
import { Measure, runWidth, usualWidth } from "./column_widths";
import { Heading } from "./heading";
import { pressInRows, pressOnHeading } from "./keys";
import { FIRST_COLUMNS, isNumberColumn, Row } from "./row";
import type { TableModel } from "./table_model";

export const ROW_HEIGHT = 26;
const HEADER_HEIGHT = 28;
const SCROLLBAR_HEIGHT = 16;
/** Rows that are drawn above and below those in sight. */
const AROUND = 4;
const FEWEST_ROWS = 3;
const [MARK_WIDTH, UNMEASURED] = [30, 100];
const RUN = "run::run";
const SECOND = 1_000;

interface Props {
  model: TableModel;
  height: number;
  box: RefObject<HTMLDivElement | null>;
  /** The run below the pointer in a picture. */
  pointed: string | null;
  onEdit: (kind: EditKind) => void;
}

export function Grid({ model, height: most, box, pointed, onEdit }: Props) {
  const { runs, places, coming, active, selected } = model.state;
  const [top, setTop] = useState(0);
  const widths = useWidths(model, box);
  const count = coming === null ? runs.count : places.length; // the box does not grow either while rows have to stay
  const height = Math.min(most, HEADER_HEIGHT + Math.max(FEWEST_ROWS, count) * ROW_HEIGHT + SCROLLBAR_HEIGHT);
  const inSight = Math.ceil(height / ROW_HEIGHT);
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - AROUND);
  const drawn = inSight + 2 * AROUND;
  const last = Math.min(places.length, first + drawn);
  const slots = useSlots(Array.from({ length: last - first }, (_, offset) => model.nameAt(first + offset)));
  const columns = `${MARK_WIDTH}px ${widths.map((width) => `${width}px`).join(" ")}`;
  useActiveInSight(model, box);
  useEffect(() => setTop(box.current!.scrollTop), [places]);
  useSeconds(Array.from(places.subarray(first, last)).some((row) => runs.isRunning(row)));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target === box.current && pressInRows(model, event, inSight - 2, onEdit)) event.preventDefault();
  };
  return (
    <div class="grid-box">
      <div
        ref={box}
        class="grid"
        role="grid"
        aria-label="Runs"
        aria-rowcount={places.length + 1}
        aria-colcount={runs.headers.length + FIRST_COLUMNS}
        aria-multiselectable
        aria-activedescendant={first <= active && active < last ? `row-${active}` : undefined}
        aria-describedby="keys"
        tabIndex={0}
        style={{ height: `${height}px` }}
        onScroll={() => setTop(box.current!.scrollTop)}
        onWheel={() => model.aim.stir()}
        onFocus={() => model.stay()}
        onKeyDown={onKeyDown}
      >
        <div class="inner" role="presentation" style={{ height: `${HEADER_HEIGHT + places.length * ROW_HEIGHT}px` }}>
          <Headings model={model} columns={columns} widths={widths.slice(1)} onLeave={() => box.current!.focus()} />
          {Array.from(places.subarray(first, last), (row, offset) => {
            const place = first + offset;
            const name = runs.names[row];
            if (name === undefined) return null; // the run is gone, and the others have to stay where they are
            return (
              <Row
                key={slots[offset]}
                {...{ model, name, row, place, columns }}
                top={HEADER_HEIGHT + place * ROW_HEIGHT}
                isActive={place === active}
                isSelected={selected.has(name)}
                isPointed={name === pointed}
              />
            );
          })}
        </div>
      </div>
      {places.length === 0 && <Empty model={model} />}
    </div>
  );
}

interface HeadingsProps {
  model: TableModel;
  columns: string;
  widths: number[];
  onLeave: () => void;
}

/** The row of headings: Tab goes to one of them, arrows go from one to the next. */
function Headings({ model, columns, widths, onLeave }: HeadingsProps) {
  const [next, setNext] = useState(0);
  const row = useRef<HTMLDivElement>(null);
  const { runs } = model.state;
  const last = runs.headers.length - 1;
  const placeOf = (target: EventTarget | null) => Number((target as HTMLElement).dataset["place"] ?? 0);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "Escape") onLeave();
    const at = placeOf(event.target);
    const place = pressOnHeading(model, event, at, widths[at] ?? 0);
    if (place === null) return;
    event.preventDefault();
    row.current!.querySelector<HTMLElement>(`[data-place="${place}"]`)?.focus();
  };
  return (
    <div ref={row} class="row head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: columns }} onKeyDown={onKeyDown} onFocusIn={(event) => setNext(placeOf(event.target))}>
      <span role="columnheader" aria-colindex={1} aria-label="marked" class="mark" title="marked: the one to use">
        ★
      </span>
      <span role="columnheader" aria-colindex={2} class="run">
        run
      </span>
      {runs.headers.map((header, place) => (
        <Heading
          key={header.key}
          {...{ model, header, place }}
          index={place + FIRST_COLUMNS + 1}
          width={widths[place]!}
          isNumber={isNumberColumn(runs, header)}
          isNext={place === Math.min(next, last)}
        />
      ))}
    </div>
  );
}

function Empty({ model }: { model: TableModel }) {
  const { runs, isLoading } = model.state;
  if (isLoading) return <p class="empty">reading the runs …</p>;
  return <p class="empty">{runs.count ? "no run passes the filter" : "no runs yet; %guild_run makes one"}</p>;
}

/** Return the widths of the columns, that of the run first; they grow with their values, and never become less. */
function useWidths(model: TableModel, box: RefObject<HTMLDivElement | null>): number[] {
  const [measure, setMeasure] = useState<Measure | null>(null);
  const known = useRef(new Map<string, number>()).current;
  useEffect(() => {
    const observer = new ResizeObserver(() => setMeasure((before) => before ?? new Measure(box.current!))); // once it is on the page
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const { runs, widths, stale } = model.state;
  useMemo(() => {
    if (measure === null) return;
    const grow = (key: string, width: number) => known.set(key, Math.max(known.get(key) ?? 0, width));
    runs.headers.forEach((header) => grow(header.key, usualWidth(runs, header, measure)));
    grow(RUN, runWidth(runs, Object.keys(runs.inUse).some((name) => stale.has(name)) ? 2 : 1, measure));
  }, [measure, runs, stale]);
  return [RUN, ...runs.headers.map((header) => header.key)].map((key) => widths[key] ?? known.get(key) ?? UNMEASURED);
}

/**
 * Return which element shows a run. A run in sight keeps its element wherever it moves, so that a press does not go on in
 * the row of another; runs that come into sight take the elements of those that go, which is faster than to make new ones.
 */
function useSlots(names: (string | undefined)[]): number[] {
  const before = useRef(new Map<string, number>());
  const known = names.map((name) => (name === undefined ? undefined : before.current.get(name)));
  const taken = new Set(known);
  let next = 0;
  const free = () => {
    while (taken.has(next)) next++;
    return next++;
  };
  const slots = known.map((slot) => slot ?? free());
  before.current = new Map(names.flatMap((name, offset) => (name === undefined ? [] : [[name, slots[offset]!]])));
  return slots;
}

/** Keep the row with the keyboard in sight when a person goes there, and where it moves while the keyboard is in the rows. */
function useActiveInSight(model: TableModel, box: RefObject<HTMLDivElement | null>): void {
  const { active } = model.state;
  const name = model.nameAt(active);
  const before = useRef({ name, active });
  useLayoutEffect(() => {
    const hasMovedItself = before.current.name === name;
    const wasInSight = isInSight(box.current!, before.current.active);
    if (!hasMovedItself || (wasInSight && box.current!.matches(":focus"))) keepInSight(box.current!, active);
    before.current = { name, active };
  }, [active, name]);
}

/** Draw again each second, as long as there is a clock to be seen. */
function useSeconds(isNeeded: boolean): void {
  const redraw = useRedraw();
  useEffect(() => {
    if (!isNeeded) return undefined;
    const timer = window.setInterval(redraw, SECOND);
    return () => window.clearInterval(timer);
  }, [isNeeded]);
}

function isInSight(box: HTMLDivElement, place: number): boolean {
  const top = place * ROW_HEIGHT - box.scrollTop;
  return top >= 0 && top + ROW_HEIGHT + HEADER_HEIGHT <= box.clientHeight;
}

function keepInSight(box: HTMLDivElement, place: number): void {
  const top = place * ROW_HEIGHT;
  const bottom = top + ROW_HEIGHT + HEADER_HEIGHT;
  if (box.scrollTop > top) box.scrollTop = top;
  else if (box.scrollTop + box.clientHeight < bottom) box.scrollTop = bottom - box.clientHeight;
}
