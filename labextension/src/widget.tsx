/** The entry of the widgets, by the rules of anywidget; the trait `_view` says which one it is. */

import { mount } from "./mount";
import { LiveRun } from "./run/live_run";
import { RunView } from "./run/run_view";
import { ModelSource, type WidgetModel } from "./source/model_source";
import type { Reply, RunsContent } from "./source/runs_source";
import { RunsTable } from "./table/runs_table";
import { TableModel } from "./table/table_model";
import { watchWhileInSight } from "./watching";

function render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
  const host = document.createElement("div");
  el.append(host);
  const takeAway = model.get("_view") === "run" ? showRun(model, host) : showTable(model, host);
  return () => {
    takeAway();
    host.remove();
  };
}

function showTable(model: WidgetModel, host: HTMLElement): () => void {
  const source = new ModelSource(model);
  const table = new TableModel(source);
  table.begin(model.get("_first") as Reply<RunsContent>);
  const unmount = mount(host, <RunsTable model={table} height={model.get("height") as number} />);
  const unwatch = watchWhileInSight(host, table);
  return () => {
    unwatch();
    unmount();
    table.dispose();
    source.dispose();
  };
}

function showRun(model: WidgetModel, host: HTMLElement): () => void {
  const again = `%guild_watch ${String(model.get("_name"))} shows whether this run goes on`;
  const source = new ModelSource(model, `The kernel has ended or was restarted; ${again}.`);
  const run = new LiveRun(model, source);
  const unmount = mount(host, <RunView run={run} />);
  return () => {
    unmount();
    run.dispose();
    source.dispose();
  };
}

export default { render };
