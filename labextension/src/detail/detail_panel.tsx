/** All about one run, below the table. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { SIGNS } from "../table/signs";
import type { TableModel } from "../table/table_model";
import { watchWhileInSight } from "../watching";
import { useChanges } from "../use_redraw";
import { DetailModel, TABS, type Tab } from "./detail_model";
import { DiffTab } from "./diff_tab";
import { EnvironmentTab } from "./environment_tab";
import { FilesTab } from "./files_tab";
import { LineageTab } from "./lineage_tab";
import { OutputTab } from "./output_tab";
import { OverviewTab } from "./overview_tab";
import { SourceTab } from "./source_tab";

const LIVE_MS = 1_500;
const CONTENTS: Record<Tab, (props: { detail: DetailModel }) => JSX.Element> = {
  Overview: OverviewTab,
  Source: SourceTab,
  Output: OutputTab,
  Files: FilesTab,
  Environment: EnvironmentTab,
  Lineage: LineageTab,
  Diff: DiffTab,
};

export function DetailPanel({ model, name }: { model: TableModel; name: string }) {
  const [detail] = useState(() => new DetailModel(model, name));
  useChanges(detail);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const unwatch = watchWhileInSight(box.current!, detail, LIVE_MS);
    return () => {
      unwatch();
      detail.dispose();
    };
  }, [detail]);
  useLayoutEffect(() => {
    detail.showRun(name);
    box.current!.querySelector<HTMLElement>("[role=tab][tabindex='0']")!.focus({ preventScroll: true });
    box.current!.scrollIntoView({ block: "nearest" });
  }, [detail, name]);
  const close = () => {
    const root = box.current!.getRootNode() as ShadowRoot;
    model.open(null);
    root.querySelector<HTMLElement>("[role=grid]")?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented && !isDraft(event.target)) close();
  };
  const { tab } = detail.state;
  const Content = CONTENTS[tab];
  return (
    <div class="detail" ref={box} role="region" aria-label={`Detail of ${name.slice(0, 8)}`} onKeyDown={onKeyDown}>
      <Head detail={detail} onClose={close} />
      <Tabs detail={detail} />
      <div class="detail-content" role="tabpanel" id="detail-content" aria-labelledby={`detail-${tab}`} tabIndex={0}>
        <Content key={detail.state.name} detail={detail} />
      </div>
    </div>
  );
}

/** Whether something is written there that would be lost. */
function isDraft(target: EventTarget | null): boolean {
  return (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) && target.value !== "";
}

function Head({ detail, onClose }: { detail: DetailModel; onClose: () => void }) {
  const { name, past } = detail.state;
  const run = detail.overview.content;
  return (
    <div class="detail-head">
      {past.length > 0 && (
        <button type="button" onClick={() => detail.back()}>
          ← {past[past.length - 1]!.slice(0, 8)}
        </button>
      )}
      <h3 title={run?.operation}>
        <code>{name.slice(0, 8)}</code> {run?.operation}
      </h3>
      {run && (
        <span class={`status ${run.status}`}>
          <b aria-hidden="true">{SIGNS[run.status]}</b> {run.status}
        </span>
      )}
      {run?.label && <span class="detail-label">{run.label}</span>}
      <button type="button" class="detail-close" aria-label="Close" title="Close (Escape)" onClick={onClose}>
        ✕
      </button>
    </div>
  );
}

function Tabs({ detail }: { detail: DetailModel }) {
  const box = useRef<HTMLDivElement>(null);
  const { tab } = detail.state;
  const onKeyDown = (event: KeyboardEvent) => {
    const at = TABS.indexOf(tab);
    const places: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    const next = (place + TABS.length) % TABS.length;
    detail.choose({ tab: TABS[next]! });
    (box.current!.children[next] as HTMLElement).focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Parts of the detail" ref={box} onKeyDown={onKeyDown}>
      {TABS.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          id={`detail-${each}`}
          aria-selected={each === tab}
          aria-controls="detail-content"
          tabIndex={each === tab ? 0 : -1}
          onClick={() => detail.choose({ tab: each })}
        >
          {each}
        </button>
      ))}
    </div>
  );
}
