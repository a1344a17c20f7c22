import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { openTable, type FakeSource } from "./fake_source";
import { MESSAGES, type Message } from "./messages";
import { describeComing, nameIn } from "../src/table/places";
import type { TableModel } from "../src/table/table_model";

const ONE_ROW = { place: 1, x: 50, y: 80 };
const AWAY = { place: -1, x: 50, y: 5 };
const BEFORE = ["cccc0000", "bbbb0000", "aaaa0000"];

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

const names = (model: TableModel) => Array.from(model.state.places, (_, place) => nameIn(model.state, place) ?? "");

async function hear(source: FakeSource, message: Message): Promise<void> {
  source.tell({ event: "changed" });
  await source.reply("runs", message);
}

/** The answer after the newest run was deleted. */
function withoutFirst(): Message {
  const { answer, buffers } = MESSAGES["runs"]!;
  const values = (answer["values"] as { nan?: number[] }[]).map((each) => (each.nan ? { ...each, nan: [0] } : each));
  const others = buffers!.map(({ dtype, values: all }) => ({ dtype, values: all.slice(1) }));
  return { request: { type: "runs" }, answer: { ...answer, gen: 9, values }, buffers: others };
}

/** Press on a place and lift there; return whether the run that is there by then was meant. */
function click(model: TableModel, place: number, meanwhile = () => {}): boolean {
  model.aim.press(model.nameAt(place) ?? null, place);
  meanwhile();
  model.aim.lift();
  return model.aim.isMeant(model.nameAt(place)!);
}

test("rows stay while the pointer moves over them, and what comes is counted", async () => {
  const { model, source } = await openTable();
  model.aim.move(ONE_ROW, false);
  await hear(source, MESSAGES["runs_added"]!);
  assert.deepEqual(names(model), BEFORE);
  assert.equal(model.state.runs.count, 4);
  assert.equal(describeComing(model.state), "1 new run: shown when the pointer rests");
  assert(click(model, 1));
});

test("they move when the pointer has rested, and when it has left", async () => {
  const { model, source } = await openTable();
  model.aim.move(ONE_ROW, false);
  await hear(source, MESSAGES["runs_added"]!);
  mock.timers.tick(1_500);
  model.aim.move({ ...ONE_ROW, x: 51 }, false);
  mock.timers.tick(1_500);
  assert.deepEqual(names(model), BEFORE);
  mock.timers.tick(500);
  assert.deepEqual(names(model).slice(1), BEFORE);
  assert.equal(describeComing(model.state), "");
  model.aim.move(ONE_ROW, false);
  await hear(source, withoutFirst());
  model.aim.leave();
  assert.deepEqual(names(model), ["bbbb0000", "aaaa0000"]);
});

test("values change in place, and rows that a sort would move stay", async () => {
  const { model, source } = await openTable();
  model.sortBy("run::label");
  const before = names(model);
  model.aim.move(ONE_ROW, false);
  await hear(source, MESSAGES["runs_changed"]!);
  assert.equal(model.state.runs.value("run::label", 2), "careful");
  assert.deepEqual(names(model), before);
});

test("the row of a run that is gone stays empty, and is in no selection", async () => {
  const { model, source } = await openTable();
  model.aim.move(ONE_ROW, false);
  await hear(source, withoutFirst());
  assert.deepEqual(names(model), ["", "bbbb0000", "aaaa0000"]);
  assert.equal(model.state.shown.length, 2);
  model.selectAll();
  assert.deepEqual(model.chosen, ["bbbb0000", "aaaa0000"]);
});

test("what a person asks for is shown at once: a sort, a filter, runs that are deleted", async () => {
  const { model, source } = await openTable();
  model.aim.move(ONE_ROW, false);
  model.sortBy("flag::lr");
  assert.deepEqual(names(model), ["aaaa0000", "bbbb0000", "cccc0000"]);
  void model.setFilter("lr > 0.1");
  await source.reply("filter", MESSAGES["filter"]!);
  assert.deepEqual(names(model), ["bbbb0000"]);
  void model.setFilter("");
  model.sortBy("flag::lr");
  model.sortBy("flag::lr");
  void model.change({ type: "delete", runs: ["cccc0000"] });
  await source.reply("delete", MESSAGES["delete"]!);
  await source.reply("runs", withoutFirst());
  assert.deepEqual(names(model), ["bbbb0000", "aaaa0000"]);
});

test("a press on one run that ends on another does nothing", async () => {
  const { model } = await openTable();
  assert.equal(click(model, 0, () => model.sortBy("flag::lr")), false);
  assert.equal(click(model, 1), true);
});

test("rows stay as long as a finger or a button is down", async () => {
  const { model, source } = await openTable();
  const isMeant = await new Promise((tell) => {
    model.aim.press("bbbb0000", 1);
    mock.timers.tick(10_000);
    void hear(source, MESSAGES["runs_added"]!).then(() => {
      model.aim.lift();
      tell(model.aim.isMeant(model.nameAt(1)!));
    });
  });
  assert(isMeant);
});

test("a press on what has just come under a pointer at rest does nothing", async () => {
  const { model, source } = await openTable();
  model.aim.move(ONE_ROW, false);
  mock.timers.tick(2_000);
  await hear(source, MESSAGES["runs_added"]!);
  assert.equal(model.nameAt(1), "cccc0000");
  model.aim.move({ ...ONE_ROW, x: 51 }, false);
  assert.equal(click(model, 1), false);
  mock.timers.tick(400);
  assert.equal(click(model, 1), true);
});

test("a pointer that comes to a row after the rows have moved may press at once", async () => {
  const { model, source } = await openTable();
  model.aim.move(AWAY, false);
  mock.timers.tick(2_000);
  await hear(source, MESSAGES["runs_added"]!);
  model.aim.move(ONE_ROW, false);
  assert.equal(click(model, 1), true);
});

test("a finger, which is nowhere before, cannot press on what has just come", async () => {
  const { model, source } = await openTable();
  await hear(source, MESSAGES["runs_added"]!);
  assert.equal(click(model, 1), false);
  mock.timers.tick(400);
  assert.equal(click(model, 1), true);
});

test("a double click is on one run", async () => {
  const { model } = await openTable();
  click(model, 0);
  click(model, 1);
  assert.equal(model.aim.isMeant("bbbb0000", 2), false);
  click(model, 1);
  assert.equal(model.aim.isMeant("bbbb0000", 2), true);
});

test("the keyboard stays at its run, and Shift extends from where it began", async () => {
  const { model, source } = await openTable();
  model.moveTo(1);
  await hear(source, MESSAGES["runs_added"]!);
  assert.equal(model.nameAt(model.state.active), "bbbb0000");
  model.moveTo(model.state.active + 1, { extend: true });
  assert.deepEqual(model.chosen, ["bbbb0000", "aaaa0000"]);
});

test("the first run is that of the keyboard until somebody is there", async () => {
  const { model, source } = await openTable();
  await hear(source, withoutFirst());
  assert.equal(model.nameAt(model.state.active), "bbbb0000");
  await hear(source, MESSAGES["runs"]!);
  assert.equal(model.nameAt(model.state.active), "cccc0000");
  model.stay();
  await hear(source, MESSAGES["runs_added"]!);
  assert.equal(model.nameAt(model.state.active), "cccc0000");
});
