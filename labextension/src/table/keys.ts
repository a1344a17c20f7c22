/** What the keys of a grid do. */

import type { EditKind } from "./action_bar";
import type { TableModel } from "./table_model";

/** Said to those who cannot see the table; README.md lists them for all others. */
export const KEYS =
  "Arrows move, Space selects, Shift extends, Control A selects all, Enter opens the detail, M marks, U takes back, " +
  "L labels, T tags, C comments, Delete deletes, Escape clears. On a heading: arrows move, Enter sorts, " +
  "Shift and an arrow change its width, Control and an arrow move the column.";

const WIDTH_STEP = 10;

/** Do what a key stands for in the rows; return whether it stands for something. */
export function pressInRows(model: TableModel, event: KeyboardEvent, page: number, onEdit: (kind: EditKind) => void): boolean {
  const { active, places, opened } = model.state;
  const extend = event.shiftKey;
  const move = (place: number) => model.moveTo(place, { extend });
  const chosen = model.chosen;
  const name = model.nameAt(active);
  const isCommand = event.ctrlKey || event.metaKey;
  const actions: Record<string, () => void> = isCommand
    ? { a: () => model.selectAll(), z: () => void model.undo() }
    : {
        ArrowDown: () => move(active + 1),
        ArrowUp: () => move(active - 1),
        PageDown: () => move(active + page),
        PageUp: () => move(active - page),
        Home: () => move(0),
        End: () => move(places.length - 1),
        " ": () => model.select(active, "toggle"),
        Enter: () => model.open(opened === name ? null : (name ?? null)),
        Escape: () => (opened !== null ? model.open(null) : model.setSelected(new Set())),
        m: () => chosen.length && void model.mark(chosen, !chosen.every((each) => model.isMarked(each))),
        u: () => void model.undo(),
        l: () => onEdit("label"),
        t: () => onEdit("tag"),
        c: () => onEdit("comment"),
        Delete: () => chosen.length && void model.change({ type: "delete", runs: chosen }),
      };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  action?.();
  return action !== undefined;
}

/** Do what an arrow does on the heading of a column; return the place of the heading that is next. */
export function pressOnHeading(model: TableModel, event: KeyboardEvent, place: number, width: number): number | null {
  const keys = model.chosenColumns;
  const ways: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, Home: -keys.length, End: keys.length };
  const way = ways[event.key];
  if (way === undefined) return null;
  const next = Math.max(0, Math.min(keys.length - 1, place + way));
  if (event.shiftKey) {
    model.setWidth(keys[place]!, width + Math.sign(way) * WIDTH_STEP);
    return place;
  }
  if (event.ctrlKey || event.metaKey) void model.moveColumn(keys[place]!, next);
  return next;
}
