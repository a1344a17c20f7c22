/** The textbox in which an expression of the select language is written, with a caret below what is wrong. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { TableModel } from "./table_model";

/** What is wrong is told when the user has paused: half an expression is often not one. */
const PAUSE_MS = 300;

export function FilterBox({ model }: { model: TableModel }) {
  const { filter, filterError } = model.state;
  const [text, setText] = useState(filter);
  const [hasPaused, setPaused] = useState(true);
  const timer = useRef<number | undefined>(undefined);
  const wanted = useRef(filter);
  const isAsking = useRef(false);
  const isCurrent = text === filter && hasPaused;
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = async () => {
    if (isAsking.current) return; // the last of what is typed meanwhile is asked when the answer is there
    isAsking.current = true;
    while (wanted.current !== model.state.filter) await model.setFilter(wanted.current);
    isAsking.current = false;
  };
  const onInput = (event: Event) => {
    wanted.current = (event.currentTarget as HTMLInputElement).value;
    setText(wanted.current);
    setPaused(false);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setPaused(true), PAUSE_MS);
    void ask();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    clearTimeout(timer.current);
    void model.setFilter(text);
  };
  return (
    <div class="filter">
      <input
        type="text"
        aria-label="filter"
        aria-invalid={isCurrent && filterError !== null}
        aria-describedby={filterError ? "filter-error" : undefined}
        placeholder="filter, such as: loss < 0.5 and not marked"
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={onInput}
        onKeyDown={onKeyDown}
      />
      {isCurrent && filterError !== null && (
        <div class="filter-error" id="filter-error" role="alert">
          {filterError.position !== null && (
            <span class="caret" aria-hidden="true">
              <i>{[...text].slice(0, filterError.position).join("")}</i>^
            </span>
          )}
          <span>{filterError.text}</span>
        </div>
      )}
    </div>
  );
}
