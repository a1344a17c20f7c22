import assert from "node:assert/strict";
import { test } from "node:test";
import { CompareModel } from "../src/compare/compare_model";
import { RequestError, type ColumnHeader, type Reply, type Request, type RunsContent, type RunsSource } from "../src/source/runs_source";
import { TableModel } from "../src/table/table_model";
import { settle } from "./fake_source";

const LR: ColumnHeader = { key: "flag::lr", heading: "lr", group: "flag" };
const SEED: ColumnHeader = { key: "flag::seed", heading: "seed", group: "flag" };
const LOSS: ColumnHeader = { key: "scalar:last:loss", heading: "loss", group: "scalar" };
const NAMES = ["dddd0000", "cccc0000", "bbbb0000", "aaaa0000"];
const VALUES: Record<string, number[]> = {
  [LR.key]: [0.4, 0.3, 0.2, 0.1],
  [SEED.key]: [1, 1, 1, 1],
  [LOSS.key]: [0.5, 0.2, NaN, 0.1],
};

const bytes = (text: string) => new DataView(new TextEncoder().encode(text).buffer as ArrayBuffer);
const numbers = (values: number[]) => new DataView(Float64Array.from(values).buffer);

function reply(headers: ColumnHeader[], gen: number): Reply<RunsContent> {
  const values = headers.map(({ key }) => ({ key, form: "number" as const }));
  const content = { gen, columns: headers, values, count: NAMES.length, rows: null, from: null, in_use: {} };
  return { content, buffers: [bytes(JSON.stringify(NAMES)), ...headers.map(({ key }) => numbers(VALUES[key]!))] };
}

/** Answers at once; the table has no column but that of lr. */
class FakeSource implements RunsSource {
  asked: Request[] = [];

  async ask<Content>(request: Request): Promise<Reply<Content>> {
    this.asked.push(request);
    return this.answer(request) as Reply<Content>;
  }

  private answer(request: Request): Reply<unknown> {
    if (request.type === "runs") return reply([LR], this.asked.length);
    if (request.type === "values") return reply([LR, SEED, LOSS].filter(({ key }) => (request["columns"] as string[]).includes(key)), 1);
    if (request.type === "columns") return { content: { columns: [LR, SEED, LOSS] }, buffers: [] };
    if (request.type === "stale") return { content: { runs: [] }, buffers: [] };
    if (request.type !== "curves") throw new RequestError(`no ${request.type} here`);
    const curves = (request["runs"] as string[]).map((run) => ({ run, scalar: "loss", count: 2 }));
    return { content: { curves }, buffers: curves.flatMap(() => [numbers([1, 2]), numbers([1, 0.5])]) };
  }

  of(type: string): Request[] {
    return this.asked.filter((request) => request.type === type);
  }

  subscribe(): () => void {
    return () => {};
  }

  select(): void {}
}

const until = async (isTrue: () => boolean) => {
  for (let count = 0; count < 200 && !isTrue(); count++) await new Promise<void>((go) => setTimeout(go, 10));
  assert.ok(isTrue());
};

async function compare(): Promise<{ source: FakeSource; table: TableModel; model: CompareModel; close: () => void }> {
  const source = new FakeSource();
  const table = new TableModel(source);
  table.begin(reply([LR], 0));
  const model = new CompareModel(table);
  const close = model.open();
  await until(() => model.scales.length === 2);
  return { source, table, model, close };
}

test("the axes are the flags that differ and the scalar, also where the table does not show them", async () => {
  const { source, table, model } = await compare();
  assert.deepEqual(model.scales.map((scale) => scale.heading), ["lr", "loss"]);
  assert.deepEqual(source.of("values").at(-1)!["columns"], [SEED.key, LOSS.key]);
  assert.deepEqual(table.chosenColumns, [LR.key]);
  model.dispose();
});

test("what is brushed on all axes is selected, and nothing when no brush is left", async () => {
  const { table, model } = await compare();
  model.setBrush(LR.key, { low: 0.15, high: null });
  assert.deepEqual([...table.state.selected], NAMES.slice(0, 3));
  model.setBrush(LOSS.key, { low: null, high: 0.3 });
  assert.deepEqual([...table.state.selected], ["cccc0000"]);
  model.setBrush(LR.key, null);
  assert.deepEqual([...table.state.selected], ["cccc0000", "aaaa0000"]);
  model.clearBrushes();
  assert.equal(table.state.selected.size, 0);
  model.dispose();
});

test("who selects other runs by hand ends the brushes", async () => {
  const { table, model } = await compare();
  model.setBrush(LR.key, { low: 0.15, high: null });
  table.setSelected(new Set(["aaaa0000"]));
  assert.equal(model.state.brushes.size, 0);
  assert.deepEqual([...table.state.selected], ["aaaa0000"]);
  model.dispose();
});

test("a brush selects anew when other runs are shown", async () => {
  const { table, model } = await compare();
  table.sortBy(LR.key);
  model.setBrush(LR.key, { low: 0.35, high: null });
  table.sortBy(LR.key);
  assert.deepEqual([...table.state.selected], ["dddd0000"]);
  model.dispose();
});

test("curves are those of the runs that are selected, else of all, and are asked for once", async () => {
  const { source, table, model } = await compare();
  await until(() => model.curvesOf("loss").size === 4);
  assert.deepEqual(model.drawn, { runs: NAMES, of: 4, isSelected: false });
  table.setSelected(new Set(["aaaa0000", "cccc0000"]));
  assert.deepEqual(model.drawn.runs, ["cccc0000", "aaaa0000"]);
  assert.equal(model.curvesOf("loss").size, 2);
  const asked = source.of("curves").length;
  await table.refresh();
  await until(() => source.of("curves").length > asked); // the runs have changed
  assert.deepEqual(source.of("curves").at(-1)!["runs"], ["cccc0000", "aaaa0000"]);
  model.dispose();
});

test("what was chosen and brushed is so again when the view is closed and opened", async () => {
  const { source, table, model, close } = await compare();
  model.chooseAxes([LR.key, SEED.key]);
  model.setLog(true);
  model.setZoom([1, 2]);
  model.setBrush(LR.key, { low: 0.35, high: null });
  close();
  await settle();
  const asked = source.asked.length;
  await table.refresh();
  assert.deepEqual(source.asked.slice(asked).map(({ type }) => type), ["runs"]); // nothing for who does not look
  model.open();
  await until(() => source.of("values").length > 1);
  const { axes, isLog, zoom, brushes } = model.state;
  assert.deepEqual([axes, isLog, zoom, [...brushes.keys()]], [[LR.key, SEED.key], true, [1, 2], [LR.key]]);
  assert.deepEqual([...table.state.selected], ["dddd0000"]);
  model.dispose();
});

test("brushes have ended where others were selected by hand while the view was closed", async () => {
  const { table, model, close } = await compare();
  model.setBrush(LR.key, { low: 0.15, high: null });
  close();
  table.setSelected(new Set(["aaaa0000"]));
  model.open();
  assert.equal(model.state.brushes.size, 0);
  assert.deepEqual([...table.state.selected], ["aaaa0000"]);
  model.dispose();
});
