import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inputFileSize, openInputFile } from '../../../src/formats/inputs/input-file.ts';

describe('a named pipe, which has no positions to read at', () => {
  for (const [name, stored] of [
    ['list', Buffer.from('a.example\nb.example\n')],
    ['list.gz', gzipSync('a.example\nb.example\n')],
  ] as const) {
    it(`is read to its end: ${name}`, async (t) => {
      const path = join(await scratchFolder(t), name);
      const [code] = await once(spawn('mkfifo', [path]), 'exit');
      if (code !== 0) return t.skip('no mkfifo here');
      const { bytes } = openInputFile(path);
      await writeFile(path, stored);
      assert.equal(await textOf(bytes), 'a.example\nb.example\n');
    });
  }
});

describe('a file', () => {
  it('is read from the first byte that is asked for, up to the end that it is taken to have', async (t) => {
    const path = join(await scratchFolder(t), 'list.txt');
    await writeFile(path, '0123456789');
    const read = (start?: number, end?: number) =>
      textOf(openInputFile(path, { ...(start !== undefined && { start }), end }).bytes);
    assert.deepEqual(await Promise.all([read(), read(4), read(0, 3), read(4, 6), read(0, 0), read(6, 6)]), [
      ...['0123456789', '456789', '012', '45', '', ''],
    ]);
    assert.equal(await inputFileSize(path, 'list.txt'), 10);
  });
});

it('that is missing under a name that was no UTF-8 is told as such: the name did not come through', async (t) => {
  const folder = Buffer.from(await scratchFolder(t));
  const path = Buffer.concat([folder, Buffer.from([0x2f, 0xe9, 0x2e, 0x74])]);
  try {
    await writeFile(path, 'a.example\n');
  } catch {
    return t.skip('names are UTF-8 here');
  }
  const given = path.toString();
  await assert.rejects(inputFileSize(given, 'caf\uFFFD.t'), {
    code: 'SOURCE_UNREADABLE',
    message:
      "caf\uFFFD.t: can't be read: there is no such file, or its name is not UTF-8: rename it then, or read it from standard input.",
  });
  await writeFile(given, 'b.example\n');
  assert.equal(await inputFileSize(given, 'caf\uFFFD.t'), 10);
  await assert.rejects(inputFileSize(`${given}x`, 'x'), { message: "x: can't be read: there is no such file." });
});

async function textOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-input-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
