import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageRoom } from '../../../src/formats/pages/page-room.ts';
import { quiet } from '../../helpers/pipelines/stages.ts';

test('there is room up to the limit, and again for what is given back', async () => {
  const room = new PageRoom(10);
  assert.deepEqual([await room.take(4), await room.take(6)], [true, true]);
  const seen: boolean[] = [];
  const waiting = room.take(5).then((isTaken) => seen.push(isTaken));
  room.give(4);
  await quiet();
  assert.deepEqual(seen, []);
  room.give(6);
  await waiting;
  assert.deepEqual(seen, [true]);
});

test('what weighs more than the limit is let in alone', async () => {
  const room = new PageRoom(10);
  assert.equal(await room.take(50), true);
  const waiting = room.take(1);
  room.give(50);
  assert.equal(await waiting, true);
});

test('whoever waits is told when the room is closed, and whoever comes then', async () => {
  const room = new PageRoom(1);
  await room.take(1);
  const waiting = room.take(1);
  room.close();
  assert.deepEqual([await waiting, await room.take(1)], [false, false]);
});
