/** The messages of tests/widgets/messages, which Python's real answers are compared with. */

import type { Reply, Request } from "../src/source/runs_source";
import columns from "../../tests/widgets/messages/columns.json";
import comment from "../../tests/widgets/messages/comment.json";
import curves from "../../tests/widgets/messages/curves.json";
import deleted from "../../tests/widgets/messages/delete.json";
import error from "../../tests/widgets/messages/error.json";
import changed from "../../tests/widgets/messages/event_changed.json";
import filter from "../../tests/widgets/messages/filter.json";
import filterError from "../../tests/widgets/messages/filter_error.json";
import importance from "../../tests/widgets/messages/importance.json";
import importanceError from "../../tests/widgets/messages/importance_error.json";
import label from "../../tests/widgets/messages/label.json";
import mark from "../../tests/widgets/messages/mark.json";
import markBest from "../../tests/widgets/messages/mark_best.json";
import restore from "../../tests/widgets/messages/restore.json";
import runs from "../../tests/widgets/messages/runs.json";
import runsAdded from "../../tests/widgets/messages/runs_added.json";
import runsChanged from "../../tests/widgets/messages/runs_changed.json";
import runsChosen from "../../tests/widgets/messages/runs_chosen.json";
import search from "../../tests/widgets/messages/search.json";
import searchBatch from "../../tests/widgets/messages/search_batch.json";
import select from "../../tests/widgets/messages/select.json";
import stale from "../../tests/widgets/messages/stale.json";
import stop from "../../tests/widgets/messages/stop.json";
import tag from "../../tests/widgets/messages/tag.json";
import undoMark from "../../tests/widgets/messages/undo_mark.json";
import values from "../../tests/widgets/messages/values.json";
import watch from "../../tests/widgets/messages/watch.json";

export interface Buffer {
  dtype: string;
  values: unknown[];
}

export interface Message {
  request: Request;
  answer: Record<string, unknown>;
  buffers?: Buffer[];
}

export const MESSAGES = {
  columns, comment, curves, delete: deleted, error, filter, filter_error: filterError, label, mark, mark_best: markBest,
  importance, importance_error: importanceError, restore, runs, runs_added: runsAdded, runs_changed: runsChanged,
  runs_chosen: runsChosen, search, search_batch: searchBatch, select, stale, stop, tag, undo_mark: undoMark, values, watch,
} as unknown as Record<string, Message>;

export const CHANGED = changed.event;

/** Return an answer as it arrives. */
export function replyOf<Content>(message: Message): Reply<Content> {
  return { content: message.answer as Content, buffers: (message.buffers ?? []).map(encode) };
}

/** Return a buffer; it begins amid another one, as it may when it arrives. */
export function encode({ dtype, values }: Buffer): DataView {
  const bytes = bytesOf(dtype, values);
  const among = new Uint8Array(bytes.length + 3);
  among.set(bytes, 3);
  return new DataView(among.buffer, 3);
}

function bytesOf(dtype: string, values: unknown[]): Uint8Array {
  if (dtype === "json") return new TextEncoder().encode(JSON.stringify(values));
  const numbers = values.map((value) => (value === "nan" ? NaN : (value as number)));
  if (dtype === "u1") return Uint8Array.from(numbers);
  return new Uint8Array(dtype === "<i4" ? Int32Array.from(numbers).buffer : Float64Array.from(numbers).buffer);
}
