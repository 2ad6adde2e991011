import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import type { FromWorker, WorkerResult } from '../../../src/pipeline/workers/messages.ts';
import { Outbox } from '../../../src/pipeline/workers/outbox.ts';

/** Results that may be given and not handed on. */
const BOUND = 64;

let channel: MessageChannel;
let outbox: Outbox;
let inFlight: number;
beforeEach(() => {
  channel = new MessageChannel();
  inFlight = 0;
  outbox = new Outbox(channel.port1, () => ({ inFlight, deferred: 0, room: 8 }));
});
afterEach(() => {
  outbox.close();
  channel.port1.close();
});

function result(sequence: number): WorkerResult {
  return { sequence, fate: 'abandoned' };
}

async function message(): Promise<FromWorker> {
  const [event] = (await once(channel.port2, 'message')) as [FromWorker];
  return event;
}

test('results of one turn go together, with the figures', async () => {
  inFlight = 3;
  for (const sequence of [0, 1, 2]) outbox.give(result(sequence));
  assert.deepEqual(await message(), {
    kind: 'results',
    results: [result(0), result(1), result(2)],
    figures: { inFlight: 3, deferred: 0, room: 8 },
  });
});

test('a result beyond the bound waits until one has been handed on', async () => {
  const waits = Array.from({ length: BOUND + 2 }, (_, index) => outbox.give(result(index)));
  assert.equal(
    waits.findIndex((wait) => wait !== undefined),
    BOUND - 1,
    'the one that reaches the bound waits already: its giver shall not give another',
  );
  const resumed: number[] = [];
  for (const [index, wait] of waits.entries()) wait?.then(() => resumed.push(index));
  outbox.handedOn(1);
  await nextTurn();
  assert.deepEqual(resumed, [BOUND - 1]);
  outbox.handedOn(2);
  await nextTurn();
  assert.deepEqual(resumed, [BOUND - 1, BOUND, BOUND + 1]);
});

test('results that nobody waits for keep no other from being given', async () => {
  for (let index = 0; index < 10 * BOUND; index += 1) outbox.give(result(index));
  const last = outbox.give(result(10 * BOUND));
  assert.notEqual(last, undefined);
  outbox.handedOn(10 * BOUND);
  await last;
});

test('figures are told while there are no results, once they have changed', async () => {
  inFlight = 5;
  assert.deepEqual(await message(), { kind: 'figures', figures: { inFlight: 5, deferred: 0, room: 8 } });
});

test('what is not sent yet is sent at the end', async () => {
  outbox.give(result(1));
  outbox.close();
  assert.equal((await message()).kind, 'results');
});
