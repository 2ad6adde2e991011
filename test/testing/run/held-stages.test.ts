import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { defineSource, defineStep } from '../../../src/core/stage.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { heldStages } from '../../../src/testing/run/held-stages.ts';
import { VirtualClock } from '../../../src/testing/run/virtual-clock.ts';
import { loadPipeline } from '../../helpers/pipelines/loading.ts';
import { Gate, linksRecord, pageRecord, stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

/** Turns of the event loop, in which a clock that nothing holds has moved on. */
const TURNS = 50;

test('the time stands still while a step works', async (t) => {
  const { gate, step, passes } = stagesOf(t);
  const work = step?.process(linksRecord(urlRecord(0)));
  assert.equal(await passes(), false);
  gate.open();
  await work;
  assert.equal(await passes(), true);
});

test('it stands still while a source is waited for', async (t) => {
  const { gate, source, passes } = stagesOf(t);
  const next = source.items[Symbol.asyncIterator]().next();
  assert.equal(await passes(), false);
  gate.open();
  await next;
  assert.equal(await passes(), true);
});

test('it goes on while a page is in work: its body may be what is waited for', async (t) => {
  const { gate, step, passes } = stagesOf(t);
  const work = step?.process(pageRecord(urlRecord(0)));
  assert.equal(await passes(), true);
  gate.open();
  await work;
});

test('it goes on while a source asks the network', async (t) => {
  const { gate, source, passes } = stagesOf(t, { isRemote: true });
  const next = source.items[Symbol.asyncIterator]().next();
  assert.equal(await passes(), true);
  gate.open();
  await next;
});

/** A source and a step that end their work when the gate opens; `passes` tells whether a time that is waited for comes. */
function stagesOf(t: TestContext, { isRemote = false } = {}) {
  const gate = new Gate();
  const clock = new VirtualClock(0);
  t.after(() => clock.close());
  const options = z.strictObject({});
  async function* items() {
    await gate.opened;
    yield [];
  }
  const slowSource = defineSource({
    name: 'slow',
    summary: 'Waits.',
    isRemote,
    options,
    create: () => ({ items: items() }),
  });
  const slowStep = defineStep({
    name: 'wait',
    summary: 'Waits.',
    input: ['page', 'links'],
    output: 'same',
    options,
    create: () => ({ concurrency: 1, process: (record) => gate.opened.then(() => record) }),
  });
  const text = 'source: slow\nsteps: [fetch, links, wait]';
  const pipeline = loadPipeline(text, { file: 'a.yaml', env: {}, sets: [] }, [
    ...stageDefinitions,
    slowSource,
    slowStep,
  ]);
  const held = heldStages(pipeline, clock);
  const context = stageContext('.');
  return {
    gate,
    source: held.source.definition.create({}, context),
    step: held.steps.at(-1)?.definition.create({}, context),
    passes: async () => {
      let hasCome = false;
      const cancel = clock.after(1, () => {
        hasCome = true;
      });
      for (let turn = 0; turn < TURNS; turn += 1) await nextTurn();
      cancel();
      return hasCome;
    },
  };
}
