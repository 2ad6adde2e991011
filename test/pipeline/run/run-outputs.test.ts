import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { giveUpOutputs } from '../../../src/pipeline/run/run-outputs.ts';

/** Gives up an output that is never written whole, on a clock of the test's. */
function giveUp(t: TestContext, isStandard: boolean) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const abort = new AbortController();
  const done = () => Promise.resolve();
  const writer = { write: () => {}, flush: done, mark: () => new Promise<never>(() => {}), close: done, abort: done };
  let isOver = false;
  giveUpOutputs({ sinks: [{ writer, columns: [], isStandard }] }, abort.signal).then(() => (isOver = true));
  const after = async (ms: number) => {
    t.mock.timers.tick(ms);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    return isOver;
  };
  return { after, abort };
}

test('standard output, whose reader may have stalled, gets half a second', async (t) => {
  const { after } = giveUp(t, true);
  assert.deepEqual([await after(499), await after(1)], [false, true]);
});

test('a file gets five seconds', async (t) => {
  const { after } = giveUp(t, false);
  assert.deepEqual([await after(4999), await after(1)], [false, true]);
});

test('once the run is to end at once, a file gets half a second more', async (t) => {
  const { after, abort } = giveUp(t, false);
  assert.equal(await after(1000), false);
  abort.abort();
  assert.deepEqual([await after(499), await after(1)], [false, true]);
});
