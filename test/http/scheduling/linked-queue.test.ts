import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Linked, LinkedQueue } from '../../../src/http/scheduling/linked-queue.ts';

interface Item extends Linked<Item> {
  readonly number: number;
}

test('items come out in the order in which they went in, whatever the mix of pushes and shifts', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (pushes) => {
      const queue = new LinkedQueue<Item>();
      const model: number[] = [];
      for (const [number, isPush] of pushes.entries()) {
        if (isPush) {
          queue.push({ number, next: undefined });
          model.push(number);
        } else {
          assert.equal(queue.shift()?.number, model.shift());
        }
        assert.equal(queue.isEmpty, model.length === 0);
      }
    }),
  );
});

test('an item that was taken out can be put in again', () => {
  const queue = new LinkedQueue<Item>();
  const first: Item = { number: 1, next: undefined };
  queue.push(first);
  queue.push({ number: 2, next: undefined });
  queue.shift();
  queue.push(first);
  assert.deepEqual([queue.shift()?.number, queue.shift()?.number, queue.shift()], [2, 1, undefined]);
});
