import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import { StageError } from '../../../src/core/errors.ts';
import type { OutputState } from '../../../src/core/stage/sink-writer.ts';
import type { ByteTarget } from '../../../src/formats/outputs/byte-target.ts';
import { openTextOutput, TextOutput } from '../../../src/formats/outputs/text-output.ts';
import { Gate, quiet, stageContext } from '../../helpers/pipelines/stages.ts';
import { LiveProcess } from '../../helpers/processes/process.ts';

/** What a sink is told in a run without a checkpoint. */
const REPLACED = { columns: [], types: [] };
const HALF = 'x'.repeat(32 * 1024);

describe('text that is appended', () => {
  it('is gathered: 1,000 small appends are one write', async () => {
    const target = new MemoryTarget();
    const output = new TextOutput(target);
    for (let row = 0; row < 1000; row += 1) assert.equal(output.append(`row ${row}\n`), undefined);
    await output.close();
    assert.equal(target.writes.length, 1);
    assert.match(target.text, /^row 0\nrow 1\n[\s\S]*row 999\n$/);
  });

  it('is written at once when 64 Ki characters have come together', async () => {
    const target = new MemoryTarget();
    const output = new TextOutput(target);
    assert.equal(output.append(HALF), undefined);
    assert.deepEqual(target.writes, []);
    await output.append(HALF);
    assert.deepEqual(target.writes, [HALF + HALF]);
    await output.close();
  });

  it('waits for no more than 20 ms for other text', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const target = new MemoryTarget();
    const output = new TextOutput(target);
    output.append('one\n');
    t.mock.timers.tick(19);
    assert.deepEqual(target.writes, []);
    t.mock.timers.tick(1);
    await quiet();
    assert.deepEqual(target.writes, ['one\n']);
    output.append('two\n');
    t.mock.timers.tick(20);
    await quiet();
    assert.deepEqual(target.writes, ['one\n', 'two\n']);
    await output.close();
  });

  it('while a write goes on is written by itself after it', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const gate = new Gate();
    const target = new MemoryTarget(() => gate.opened);
    const output = new TextOutput(target);
    const flushed = output.append(HALF + HALF);
    output.append('more');
    t.mock.timers.tick(100);
    await quiet();
    assert.equal(target.writes.length, 1);
    gate.open();
    await flushed;
    t.mock.timers.tick(20);
    await quiet();
    assert.deepEqual(target.writes, [HALF + HALF, 'more']);
    await output.close();
  });

  it('has room again when what was gathered has been written', async () => {
    const gate = new Gate();
    const output = new TextOutput(new MemoryTarget(() => gate.opened));
    let hasRoom = false;
    const room = Promise.resolve(output.append(HALF + HALF)).then(() => {
      hasRoom = true;
    });
    await quiet();
    assert.equal(hasRoom, false);
    gate.open();
    await room;
    await output.close();
  });

  it('keeps its order, one write at a time, whoever ignores the room', async () => {
    const target = new MemoryTarget(quiet);
    const output = new TextOutput(target);
    const rooms = Array.from({ length: 50 }, (_, index) => output.append(`${index}${HALF}${HALF}\n`));
    await Promise.all([...rooms, output.flush(), output.flush()]);
    await output.close();
    assert.equal(target.mostAtOnce, 1);
    assert.deepEqual(
      target.text
        .split('\n')
        .slice(0, -1)
        .map((line) => Number.parseInt(line, 10)),
      Array.from({ length: 50 }, (_, index) => index),
    );
    assert.equal(target.isClosed, true);
  });
});

describe('flush', () => {
  it('resolves when all that was appended before has been written', async () => {
    const gate = new Gate();
    const target = new MemoryTarget(() => gate.opened);
    const output = new TextOutput(target);
    const room = output.append(HALF + HALF);
    output.append('last');
    const flushed = output.flush();
    gate.open();
    await flushed;
    assert.equal(target.written, `${HALF + HALF}last`);
    await room;
    await output.close();
  });

  it('of nothing writes nothing', async () => {
    const target = new MemoryTarget();
    const output = new TextOutput(target);
    await output.flush();
    output.append('');
    await output.close();
    assert.deepEqual(target.writes, []);
  });
});

describe('mark', () => {
  it('syncs exactly what was appended before the call', async () => {
    const target = new MemoryTarget(quiet);
    const output = new TextOutput(target);
    output.append('one\n');
    const mark = output.mark();
    output.append('two\n');
    assert.deepEqual(await mark, { length: 4, tail: '' });
    assert.deepEqual(target.synced, ['one\n']);
    await output.close();
    assert.equal(target.written, 'one\ntwo\n');
  });

  it('that fails is thrown by every later call: what a disk has lost is not asked for again', async () => {
    const broken = new StageError('SINK_FAILED', 'the disk failed');
    const target = Object.assign(new MemoryTarget(), { sync: () => Promise.reject(broken) });
    const output = new TextOutput(target);
    output.append('row');
    await assert.rejects(output.mark(), broken);
    assert.throws(() => output.append('row'), broken);
    await assert.rejects(output.mark(), broken);
    await output.abort();
  });
});

describe('a failed write', () => {
  it('is thrown by every later call', async () => {
    const full = new StageError('SINK_FAILED', 'the disk is full');
    const output = new TextOutput(new MemoryTarget(() => Promise.reject(full)));
    output.append('row');
    await assert.rejects(output.flush(), full);
    assert.throws(() => output.append('row'), full);
    await assert.rejects(output.flush(), full);
    await assert.rejects(output.close(), full);
    await output.abort();
  });

  it('that nobody waited for is thrown by the next call', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const full = new StageError('SINK_FAILED', 'the disk is full');
    const output = new TextOutput(new MemoryTarget(() => Promise.reject(full)));
    output.append('row');
    t.mock.timers.tick(20);
    await quiet();
    assert.throws(() => output.append('row'), full);
    await output.abort();
  });

  it('fails all who wait for room', async () => {
    const full = new StageError('SINK_FAILED', 'the disk is full');
    const target = new MemoryTarget(() => Promise.reject(full));
    const output = new TextOutput(target);
    const rooms = [output.append(HALF + HALF), output.append(HALF + HALF), output.flush()];
    const ends = await Promise.allSettled(rooms);
    assert.deepEqual(
      ends.map((end) => end.status === 'rejected' && end.reason === full),
      [true, true, true],
    );
    assert.equal(target.writes.length, 1);
    await output.abort();
  });
});

describe('abort', () => {
  it('writes nothing more', async () => {
    const target = new MemoryTarget();
    const output = new TextOutput(target);
    output.append('row');
    await output.abort();
    assert.deepEqual([target.writes, target.isAborted], [[], true]);
  });

  it('waits for no write that hangs', async () => {
    const output = new TextOutput(new MemoryTarget(() => new Promise<never>(() => {})));
    output.append(HALF + HALF);
    await output.abort();
  });
});

describe('a file', () => {
  it('takes the place of an older one when it is complete, and holds what was appended', async (t) => {
    const folder = await scratchFolder(t);
    await writeFile(join(folder, 'rows.tsv'), 'an older and longer text');
    const output = await openTextOutput('rows.tsv', REPLACED, stageContext(folder));
    output.append('Zürich\n');
    await output.flush();
    assert.equal(await readFile(join(folder, 'rows.tsv'), 'utf8'), 'an older and longer text');
    await output.close();
    assert.equal(await readFile(join(folder, 'rows.tsv'), 'utf8'), 'Zürich\n');
  });

  it('is compressed by its extension', async (t) => {
    const folder = await scratchFolder(t);
    const output = await openTextOutput('rows.tsv.gz', REPLACED, stageContext(folder));
    for (let row = 0; row < 40; row += 1) await output.append(`${row}${HALF}\n`);
    await output.close();
    const lines = zlib
      .gunzipSync(await readFile(join(folder, 'rows.tsv.gz')))
      .toString()
      .split('\n');
    assert.deepEqual(
      lines.slice(0, -1).map((line) => Number.parseInt(line, 10)),
      Array.from({ length: 40 }, (_, index) => index),
    );
  });

  it('is not touched when its compression is one that this Node lacks', async (t) => {
    if ('createZstdCompress' in zlib) return t.skip('this Node has Zstandard');
    const folder = await scratchFolder(t);
    await writeFile(join(folder, 'rows.tsv.zst'), 'older');
    await assert.rejects(openTextOutput('rows.tsv.zst', REPLACED, stageContext(folder)), { code: 'CONFIG' });
    assert.equal(await readFile(join(folder, 'rows.tsv.zst'), 'utf8'), 'older');
  });

  it('that is aborted is closed, in the middle of a write too', async (t) => {
    const folder = await scratchFolder(t);
    for (const path of ['rows.tsv', 'rows.tsv.gz']) {
      const output = await openTextOutput(path, REPLACED, stageContext(folder));
      const room = Promise.resolve(output.append(HALF.repeat(100))).catch(() => {});
      await output.abort();
      await room;
    }
  });

  it('in a folder that is not there fails with the path and what to do', async (t) => {
    const context = stageContext(await scratchFolder(t));
    await assert.rejects(
      openTextOutput('missing/rows.tsv', REPLACED, context),
      (error) => isSinkFailure(error) && /missing.rows\.tsv: .*Make the folder/.test(error.message),
    );
  });

  it('that is a folder fails as one', async (t) => {
    await assert.rejects(openTextOutput('.', REPLACED, stageContext(await scratchFolder(t))), isSinkFailure);
  });

  for (const path of ['/dev/full', 'full.gz']) {
    it(`on a full disk fails with the path and ENOSPC (${path})`, async (t) => {
      if (!existsSync('/dev/full')) return t.skip('no /dev/full here');
      const output = await openTextOutput(path, REPLACED, { ...stageContext('/'), resolvePath: () => '/dev/full' });
      output.append('row\n');
      await assert.rejects(output.close(), (error) => {
        return isSinkFailure(error) && error.message.startsWith('/dev/full: ') && error.message.includes('(ENOSPC)');
      });
      await output.abort();
    });
  }
});

describe('standard output', () => {
  it('is never ended', async () => {
    const chunks: string[] = [];
    const stdout = new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        chunks.push(String(chunk));
        done();
      },
    });
    const output = await openTextOutput('-', REPLACED, stageContext('/', { stdout }));
    output.append('row\n');
    await output.close();
    await output.abort();
    assert.deepEqual([chunks, stdout.writableEnded, stdout.destroyed], [['row\n'], false, false]);
  });

  it('that breaks for another reason than its reader has failed', async () => {
    const broken = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(broken) });
    const output = await openTextOutput('-', REPLACED, stageContext('/', { stdout }));
    output.append('row\n');
    await assert.rejects(output.flush(), (error) => isSinkFailure(error) && error.cause === broken);
  });

  it('that its reader has closed is told as READER_GONE, and nothing is thrown past the caller', async (t) => {
    const module = new URL('../../../src/formats/outputs/text-output.ts', import.meta.url).href;
    const program = `
      import { openTextOutput } from ${JSON.stringify(module)};
      const output = await openTextOutput('-', {}, { stdout: process.stdout });
      try {
        for (;;) await output.append('row\\n'.repeat(20_000));
      } catch (error) {
        process.stderr.write(error.code);
      }`;
    const child = new LiveProcess(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
    t.after(child.stop);
    assert.equal(await child.line(), 'row');
    child.closeStdout();
    const { code, stderr } = await child.exit();
    assert.deepEqual({ code, stderr }, { code: 0, stderr: 'READER_GONE' });
  });
});

/** Keeps what is written to it; each write waits for `pace`, where there is one. */
class MemoryTarget implements ByteTarget {
  /** The writes that were begun. */
  readonly writes: string[] = [];
  /** The text of the writes that were done. */
  written = '';
  /** The text that was written at each sync. */
  readonly synced: string[] = [];
  mostAtOnce = 0;
  isClosed = false;
  isAborted = false;
  #atOnce = 0;
  readonly #pace: (() => Promise<void>) | undefined;

  constructor(pace?: () => Promise<void>) {
    this.#pace = pace;
  }

  get text(): string {
    return this.writes.join('');
  }

  async write(bytes: Buffer): Promise<void> {
    this.writes.push(bytes.toString());
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    await this.#pace?.();
    this.#atOnce -= 1;
    this.written += bytes.toString();
  }

  sync(): Promise<OutputState> {
    this.synced.push(this.written);
    return Promise.resolve({ length: this.written.length, tail: '' });
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  abort(): Promise<void> {
    this.isAborted = true;
    return Promise.resolve();
  }
}

function isSinkFailure(error: unknown): error is StageError {
  return error instanceof StageError && error.code === 'SINK_FAILED';
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-output-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
