import assert from "node:assert/strict";
import { test } from "node:test";
import { Paced } from "../src/compare/paced";
import { CompareModel } from "../src/compare/compare_model";
import { settle, openTable, until, type FakeSource } from "./fake_source";
import { MESSAGES } from "./messages";

/** Return the compare view of the runs of the messages, with what is always asked answered. */
async function compare(): Promise<{ source: FakeSource; model: CompareModel; table: CompareModel["table"]; close: () => void }> {
  const { model: table, source } = await openTable();
  const model = new CompareModel(table);
  const close = model.open();
  await source.reply("columns", MESSAGES["columns"]!);
  return { source, table, model, close };
}

test("a search is asked about when one of its pictures is shown, and not before", async () => {
  const { source, model } = await compare();
  assert.ok(!source.types.includes("search"));
  model.toggle("History");
  const { runs, scalar } = await source.reply("search", MESSAGES["search"]!);
  assert.deepEqual({ runs, scalar }, { runs: MESSAGES["search"]!.request["runs"], scalar: "loss" });
  assert.equal(model.search.trials?.best?.run, "aaaa0000");
  assert.ok(!source.types.includes("importance"));
  model.toggle("Importance");
  await source.reply("importance", MESSAGES["importance"]!);
  assert.deepEqual(model.search.state.importance?.flags, [{ name: "lr", importance: 1 }]);
  model.dispose();
});

test("an importance that cannot be had says why, and the pictures beside it stay", async () => {
  const { source, model } = await compare();
  model.toggle("Importance");
  await source.reply("search", MESSAGES["search"]!);
  await source.reply("importance", MESSAGES["importance_error"]!);
  assert.ok(model.search.state.importanceError!.startsWith("importance takes two completed trials"));
  assert.equal(model.search.state.error, null);
  assert.equal(model.state.error, null);
  assert.equal(model.search.trials?.rated.length, 1);
  model.dispose();
});

test("a run that is no longer shown is left out at once, and the rest is asked for anew", async () => {
  const { source, model, table } = await compare();
  model.toggle("History");
  await source.reply("search", MESSAGES["search"]!);
  void table.setFilter("marked");
  await source.reply("filter", { runs: ["bbbb0000"] });
  await until(() => table.state.shown.length === 1);
  assert.deepEqual(model.search.trials?.all.map(({ run }) => run), ["bbbb0000"]);
  await until(() => source.types.includes("search"));
  assert.deepEqual((await source.reply("search", MESSAGES["search"]!))["runs"], ["bbbb0000"]);
  model.dispose();
});

test("another scalar, or objective, is asked about", async () => {
  const { source, model } = await compare();
  model.toggle("Importance");
  await source.reply("search", MESSAGES["search"]!);
  await source.reply("importance", MESSAGES["importance"]!);
  model.chooseEnd("acc");
  await until(() => source.types.includes("importance"));
  assert.equal((await source.reply("search", MESSAGES["search"]!))["scalar"], "acc");
  assert.equal((await source.reply("importance", MESSAGES["importance"]!))["scalar"], "acc");
  model.search.chooseObjective("loss");
  await until(() => source.types.includes("importance"));
  assert.equal((await source.reply("importance", MESSAGES["importance"]!))["objective"], "loss");
  model.dispose();
});

test("nothing is asked when nobody looks, and it is again when somebody does", async () => {
  const { source, model, table, close } = await compare();
  model.toggle("Slice");
  await source.reply("search", MESSAGES["search"]!);
  close();
  table.sortBy("flag::lr");
  await settle();
  assert.ok(!source.types.includes("search"));
  model.open();
  await source.reply("columns", MESSAGES["columns"]!);
  await until(() => source.types.includes("search"));
  model.dispose();
});

test("it is asked once at a time, at most once in a pause, and about the last that was wanted", async () => {
  const asked: number[] = [];
  let wanted = 0;
  let answer = () => {};
  const paced = new Paced(() => {
    asked.push(wanted);
    return new Promise<void>((go) => (answer = go));
  }, 30);
  for (wanted = 1; wanted <= 3; wanted++) paced.want([wanted]);
  wanted = 3;
  paced.want([3]);
  assert.deepEqual(asked, [1]);
  answer();
  await settle();
  assert.deepEqual(asked, [1]);
  await until(() => asked.length === 2);
  assert.deepEqual(asked, [1, 3]);
  answer();
  await settle();
  paced.want([3]);
  paced.want([4]);
  paced.stop();
  await new Promise((go) => setTimeout(go, 60));
  assert.deepEqual(asked, [1, 3]);
});
