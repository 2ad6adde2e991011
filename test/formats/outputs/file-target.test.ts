import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdtemp, open, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { growingFile, replacedFile, verifyFile } from '../../../src/formats/outputs/file-target.ts';

describe('a file that is replaced', () => {
  it('appears under its name when it is closed, and is PATH.part until then', async (t) => {
    const path = await scratchPath(t);
    const target = await replacedFile(path);
    await target.write(Buffer.from('one\n'));
    assert.deepEqual([existsSync(path), await readFile(`${path}.part`, 'utf8')], [false, 'one\n']);
    await target.write(Buffer.from('two\n'));
    await target.close();
    assert.deepEqual([existsSync(`${path}.part`), await readFile(path, 'utf8')], [false, 'one\ntwo\n']);
  });

  it('leaves an older one as it is until it is complete, and for good where it is aborted', async (t) => {
    const path = await scratchPath(t, 'older');
    const target = await replacedFile(path);
    await target.write(Buffer.from('new'));
    await target.abort();
    assert.equal(await readFile(path, 'utf8'), 'older');
    assert.equal(await readFile(`${path}.part`, 'utf8'), 'new');
  });

  it('takes the place of what an earlier run left unfinished', async (t) => {
    const path = await scratchPath(t);
    await writeFile(`${path}.part`, 'what an earlier run had');
    const target = await replacedFile(path);
    await target.write(Buffer.from('new'));
    await target.close();
    assert.equal(await readFile(path, 'utf8'), 'new');
  });

  it('is written by one at a time: of two, the one that began last, and the other fails', async (t) => {
    const path = await scratchPath(t);
    const first = await replacedFile(path);
    await first.write(Buffer.from('first, and longer\n'));
    const second = await replacedFile(path);
    await second.write(Buffer.from('second\n'));
    await first.write(Buffer.from('first again\n'));
    await assert.rejects(first.close(), {
      code: 'SINK_FAILED',
      message: /another run has begun to write it meanwhile/,
    });
    await second.close();
    assert.equal(await readFile(path, 'utf8'), 'second\n');
  });

  it('that another run has completed meanwhile is not touched by the earlier one', async (t) => {
    const path = await scratchPath(t);
    const first = await replacedFile(path);
    const second = await replacedFile(path);
    await second.write(Buffer.from('second\n'));
    await second.close();
    await assert.rejects(first.close(), { code: 'SINK_FAILED', message: /another run/ });
    assert.equal(await readFile(path, 'utf8'), 'second\n');
  });

  it('keeps the permissions of the older one', async (t) => {
    const path = await scratchPath(t, 'older');
    await chmod(path, 0o600);
    await (await replacedFile(path)).close();
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('that is a link stays one: what it points to is replaced', async (t) => {
    const path = await scratchPath(t, 'older');
    const link = `${path}.link`;
    await symlink(path, link);
    const target = await replacedFile(link);
    await target.write(Buffer.from('new'));
    await target.close();
    assert.equal((await lstat(link)).isSymbolicLink(), true);
    assert.equal(await readFile(path, 'utf8'), 'new');
  });

  it('that is a link to what is not there yet stays one, too', async (t) => {
    const path = await scratchPath(t);
    const link = `${path}.link`;
    await symlink(basename(path), link);
    const target = await replacedFile(link);
    await target.write(Buffer.from('new'));
    await target.close();
    assert.equal((await lstat(link)).isSymbolicLink(), true);
    assert.equal(await readFile(path, 'utf8'), 'new');
  });

  it('that is a folder, or in one that is not there, is refused with its path', async (t) => {
    const path = await scratchPath(t);
    for (const wrong of [join(path, '..'), join(path, 'rows.tsv')]) {
      await assert.rejects(replacedFile(wrong), (error: Error) => {
        assert.deepEqual([Reflect.get(error, 'code'), error.message.startsWith(`${wrong}: `)], ['SINK_FAILED', true]);
        return true;
      });
    }
  });
});

describe('what is no file is written to as it is', () => {
  it('/dev/null', async () => {
    const target = await replacedFile('/dev/null');
    await target.write(Buffer.from('row\n'));
    await target.sync();
    await target.close();
    assert.equal(existsSync('/dev/null.part'), false);
  });

  it('/dev/full', async (t) => {
    if (!existsSync('/dev/full')) return t.skip('no /dev/full here');
    const target = await replacedFile('/dev/full');
    await assert.rejects(target.write(Buffer.from('row\n')), { code: 'SINK_FAILED', message: /ENOSPC/ });
    await target.abort();
  });

  it('a named pipe, in several writes', async (t) => {
    const path = await scratchPath(t);
    const [code] = await once(spawn('mkfifo', [path]), 'exit');
    if (code !== 0) return t.skip('no mkfifo here');
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const read = text(reader.stdout);
    const target = await replacedFile(path);
    for (const row of ['one\n', 'two\n', 'three\n']) await target.write(Buffer.from(row));
    await target.sync();
    await target.close();
    assert.equal(await read, 'one\ntwo\nthree\n');
    assert.equal(existsSync(`${path}.part`), false);
  });

  it('a pipe behind /dev/stdout', async (t) => {
    if (!existsSync('/dev/stdout')) return t.skip('no /dev/stdout here');
    const module = new URL('../../../src/formats/outputs/file-target.ts', import.meta.url).href;
    const program = `
      import { replacedFile } from ${JSON.stringify(module)};
      const target = await replacedFile('/dev/stdout');
      for (const row of ['one', 'two']) await target.write(Buffer.from(row));
      await target.close();`;
    // What Node gives a child of its own is a socket, which can't be opened by a name.
    const args = ['-c', '"$0" --import tsx --input-type=module -e "$1" | cat', process.execPath, program];
    const child = spawn('/bin/sh', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.equal(await text(child.stdout), 'onetwo');
  });
});

describe('a file that grows', () => {
  it('is cut back to a state and goes on there, and its states are those of the whole', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 6000 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(5), fc.uint8Array({ maxLength: 100 }), async (parts, markAfter, torn) => {
        const folder = await mkdtemp(join(tmpdir(), 'sluice-file-'));
        const path = join(folder, 'rows.tsv');
        try {
          const first = await growingFile(path, undefined);
          const cut = Math.min(markAfter, parts.length);
          for (const part of parts.slice(0, cut)) await first.write(Buffer.from(part));
          const state = await first.sync();
          await first.write(Buffer.from(torn));
          await first.abort();
          await verifyFile(path, state);
          const second = await growingFile(path, state);
          assert.deepEqual(await second.sync(), state);
          for (const part of parts.slice(cut)) await second.write(Buffer.from(part));
          await verifyFile(path, await second.sync());
          await second.close();
          assert.deepEqual(await readFile(path), Buffer.concat(parts));
        } finally {
          await rm(folder, { recursive: true });
        }
      }),
      { numRuns: 30 },
    );
  });

  it('that is as it was left is not touched', async (t) => {
    const path = await scratchPath(t);
    const first = await growingFile(path, undefined);
    await first.write(Buffer.from('row\n'));
    const state = await first.sync();
    await first.close();
    const { mtimeMs, ctimeMs } = await stat(path);
    await (await growingFile(path, state)).close();
    const now = await stat(path);
    assert.deepEqual([now.mtimeMs, now.ctimeMs], [mtimeMs, ctimeMs]);
  });

  it('is brought to the disk once for what was written, however often it is asked for', async (t) => {
    const path = await scratchPath(t);
    const target = await growingFile(path, undefined);
    const synced = t.mock.method(await handlePrototype(path), 'sync');
    await target.write(Buffer.from('one'));
    const states = [await target.sync(), await target.sync()];
    assert.deepEqual([synced.mock.callCount(), states[1]], [1, states[0]]);
    await target.write(Buffer.from('two'));
    assert.equal((await target.sync()).length, 6);
    assert.equal(synced.mock.callCount(), 2);
    await target.close();
  });

  it('has to be a file', async () => {
    await assert.rejects(growingFile('/dev/null', undefined), { code: 'SINK_FAILED', message: /a regular file/ });
  });

  for (const failing of ['write', 'sync'] as const) {
    it(`of a disk that fails at ${failing} says so`, async (t) => {
      const path = await scratchPath(t);
      const target = await growingFile(path, undefined);
      const broken = Object.assign(new Error('i/o error'), { code: 'EIO' });
      const handle = await handlePrototype(path);
      t.mock.method(handle, failing, () => Promise.reject(broken));
      const work = failing === 'write' ? target.write(Buffer.from('row')) : target.sync();
      await assert.rejects(work, { code: 'SINK_FAILED', message: `${path}: can't be written: the disk failed (EIO).` });
      t.mock.restoreAll();
      await target.abort();
    });
  }
});

describe('a file is refused, and not touched, when it', () => {
  const refused = async (t: TestContext, message: RegExp, change: (path: string) => Promise<void>) => {
    const path = await scratchPath(t);
    const target = await growingFile(path, undefined);
    await target.write(Buffer.from('x'.repeat(10_000)));
    const state = await target.sync();
    await target.close();
    await change(path);
    const before = await readFile(path).catch(() => undefined);
    await assert.rejects(verifyFile(path, state), { code: 'CHECKPOINT_MISMATCH', message });
    assert.deepEqual(await readFile(path).catch(() => undefined), before);
  };

  it('is gone', (t) => refused(t, /it is gone/, (path) => rm(path)));
  it('is shorter', (t) => refused(t, /it has 9999 bytes, but the checkpoint recorded 10000/, cutTo(9999)));
  it('ends differently', (t) => refused(t, /changed by someone else/, (path) => writeFile(path, 'y'.repeat(10_000))));
});

function cutTo(length: number): (path: string) => Promise<void> {
  return async (path) => writeFile(path, (await readFile(path)).subarray(0, length));
}

/** What all file handles share: the place for a fault. */
async function handlePrototype(path: string): Promise<FileHandle> {
  const handle = await open(path, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

async function scratchPath(t: TestContext, content?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-file-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'rows.tsv');
  if (content !== undefined) await writeFile(path, content);
  return path;
}
