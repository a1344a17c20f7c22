/** What can be done with the runs that are chosen. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { TableModel } from "./table_model";

export type EditKind = "label" | "tag" | "comment";

interface Props {
  model: TableModel;
  edited: EditKind | null;
  onEdit: (kind: EditKind | null) => void;
}

export function ActionBar({ model, edited, onEdit }: Props) {
  const { runs, selected } = model.state;
  const chosen = model.chosen;
  const isMarked = chosen.length > 0 && chosen.every((name) => model.isMarked(name));
  const isRunning = chosen.some((name) => runs.isRunning(runs.rowOf(name)));
  const none = chosen.length === 0;
  const what = chosen.length === 1 ? chosen[0]! : `${chosen.length.toLocaleString()} runs`;
  return (
    <div class="actions" role="toolbar" aria-label={`Actions on ${what}`} onPointerEnter={() => model.stay()} onFocusIn={() => model.stay()}>
      <span class="what">{none ? "no runs" : selected.size ? `${what} selected` : what}</span>
      <button type="button" disabled={none} onClick={() => void model.mark(chosen, !isMarked)}>
        {isMarked ? "Unmark" : "Mark"}
      </button>
      {(["label", "tag", "comment"] as const).map((kind) => (
        <button key={kind} type="button" disabled={none} aria-pressed={edited === kind} onClick={() => onEdit(edited === kind ? null : kind)}>
          {kind[0]!.toUpperCase() + kind.slice(1)}
        </button>
      ))}
      <button type="button" disabled={none} onClick={() => model.open(model.state.opened === chosen[0] ? null : chosen[0]!)}>
        Detail
      </button>
      <button type="button" disabled={!isRunning} onClick={() => void model.change({ type: "stop", runs: chosen })}>
        Stop
      </button>
      <button type="button" class="danger" disabled={none} onClick={() => void model.change({ type: "delete", runs: chosen })}>
        Delete
      </button>
      {edited !== null && !none && <Editor key={`${edited} ${chosen.join()}`} model={model} kind={edited} runs={chosen} onEnd={() => onEdit(null)} />}
    </div>
  );
}

interface EditorProps {
  model: TableModel;
  kind: EditKind;
  runs: string[];
  onEnd: () => void;
}

const HINTS: Record<EditKind, string> = {
  label: "label; empty removes it",
  tag: "tags to add; those with a minus before them are removed",
  comment: "comment",
};

function Editor({ model, kind, runs, onEnd }: EditorProps) {
  const input = useRef<HTMLInputElement>(null);
  const table = model.state.runs;
  const before = kind === "label" && runs.length === 1 ? String(table.value("run::label", table.rowOf(runs[0]!)) ?? "") : "";
  useLayoutEffect(() => {
    input.current!.focus(); // before the next key is pressed
    input.current!.select();
  }, []);
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    const text = input.current!.value;
    const request = kind === "tag" ? { type: kind, runs, ...readTags(text) } : { type: kind, runs, text };
    if (await model.change(request)) onEnd();
  };
  return (
    <form class="editor" onSubmit={(event) => void onSubmit(event)}>
      <input ref={input} type="text" aria-label={kind} placeholder={HINTS[kind]} defaultValue={before} onKeyDown={(event) => event.key === "Escape" && onEnd()} />
      <button type="submit">Save</button>
      <button type="button" onClick={onEnd}>
        Cancel
      </button>
    </form>
  );
}

/** Read `a, b -c` as tags to add and to remove. */
export function readTags(text: string): { add: string[]; remove: string[] } {
  const words = text.split(/[\s,]+/).filter(Boolean);
  return {
    add: words.filter((word) => !word.startsWith("-")),
    remove: words.filter((word) => word.length > 1 && word.startsWith("-")).map((word) => word.slice(1)),
  };
}
