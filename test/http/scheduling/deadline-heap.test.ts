import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeadlineHeap, NOT_IN_HEAP, type Timed } from '../../../src/http/scheduling/deadline-heap.ts';

const ITEMS = 20;

/** `set` where there is a time, `remove` where there is none. */
const operations = fc.array(fc.record({ item: fc.nat(ITEMS - 1), dueMs: fc.option(fc.nat(50), { nil: undefined }) }), {
  maxLength: 200,
});

test('the first is the earliest, whatever was put in, moved and taken out before', () => {
  fc.assert(
    fc.property(operations, (list) => {
      const { heap, model } = replay(list);
      assert.equal(heap.size, model.size);
      assert.equal(heap.first?.dueMs, model.size === 0 ? undefined : Math.min(...model.values()));
    }),
  );
});

test('items come out by their time, each once', () => {
  fc.assert(
    fc.property(operations, (list) => {
      const { heap, model } = replay(list);
      const taken: number[] = [];
      for (let item = heap.takeDue(100); item !== undefined; item = heap.takeDue(100)) taken.push(item.dueMs);
      assert.deepEqual(
        taken,
        [...model.values()].sort((a, b) => a - b),
      );
    }),
  );
});

test('an item is taken at its time and not before', () => {
  const { heap } = replay([{ item: 0, dueMs: 10 }]);
  assert.equal(heap.takeDue(9), undefined);
  assert.equal(heap.takeDue(10)?.dueMs, 10);
});

test('clear takes out every item and leaves each fit for another heap', () => {
  const { heap, items } = replay([
    { item: 0, dueMs: 10 },
    { item: 1, dueMs: 5 },
  ]);
  heap.clear();
  assert.equal(heap.size, 0);
  assert.ok(items.every((item) => item.heapIndex === NOT_IN_HEAP));
});

function replay(list: readonly { item: number; dueMs: number | undefined }[]) {
  const heap = new DeadlineHeap<Timed>();
  const items = Array.from({ length: ITEMS }, (): Timed => ({ dueMs: 0, heapIndex: NOT_IN_HEAP }));
  const model = new Map<number, number>();
  for (const { item: index, dueMs } of list) {
    const item = items[index];
    assert.ok(item);
    if (dueMs === undefined) {
      heap.remove(item);
      model.delete(index);
    } else {
      heap.set(item, dueMs);
      model.set(index, dueMs);
    }
  }
  return { heap, items, model };
}
