import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row, SinkWriter } from '../../../src/core/stage/sink-writer.ts';
import { type Parts, SplitWriter } from '../../../src/formats/split/split-writer.ts';

test('files get their names when all of them are on the disk: a power cut leaves none that is whole by its name alone', async () => {
  const calls: string[] = [];
  const writer = new SplitWriter(recordingParts(calls));
  await writer.write([['a'], ['b']]);
  await writer.close();
  assert.deepEqual(calls, ['mark a', 'close a', 'mark b', 'close b', 'finish a b']);
});

test('a file that does not get to the disk gets no name, nor do the others', async () => {
  const calls: string[] = [];
  const writer = new SplitWriter(recordingParts(calls, 'b'));
  await writer.write([['a'], ['b']]);
  await assert.rejects(writer.close(), /no disk/);
  assert.deepEqual(calls, ['mark a', 'close a', 'mark b']);
});

/** Each row into the file that its first cell names. */
function recordingParts(calls: string[], failing?: string): Parts {
  const writerOf = (path: string): SinkWriter => ({
    write: () => {},
    flush: async () => {},
    mark: () => {
      calls.push(`mark ${path}`);
      return path === failing ? Promise.reject(new Error('no disk')) : Promise.resolve({ length: 0, tail: '' });
    },
    close: () => {
      calls.push(`close ${path}`);
      return Promise.resolve();
    },
    abort: async () => {},
  });
  return {
    path: '{value}',
    open: async (path) => writerOf(path),
    place: (rows) => rows.map((row: Row) => ({ path: String(row[0]), rows: [row] })),
    finish: (paths) => {
      calls.push(`finish ${paths.join(' ')}`);
      return Promise.resolve();
    },
    state: () => null,
  };
}
