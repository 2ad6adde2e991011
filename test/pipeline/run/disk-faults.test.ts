import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { RecordError, StageError } from '../../../src/core/errors.ts';
import { defineSink, defineStep, type StageDefinition } from '../../../src/core/stage.ts';
import type { FileDisk } from '../../../src/formats/outputs/file-target.ts';
import { jsonLinesFormat } from '../../../src/formats/outputs/json-lines.ts';
import { textRowWriter, verifyTextOutput } from '../../../src/formats/outputs/row-writer.ts';
import { readCheckpoint } from '../../../src/pipeline/checkpoint/checkpoint-file.ts';
import { type RunResult, runPipeline } from '../../../src/pipeline/run/run.ts';
import { linesSource } from '../../../src/stages/sources/lines.ts';
import { type Fault, FaultyDisk } from '../../helpers/files/faulty-disk.ts';
import { loadPipeline } from '../../helpers/pipelines/loading.ts';
import { linksRecord, stageContext } from '../../helpers/pipelines/stages.ts';

const LINES = 15;
const FAILED = (line: number) => line % 5 === 3;
/** More calls than a run makes; one without a fault ends the enumeration before. */
const MOST_CALLS = 300;

const faults: readonly Omit<Fault, 'at'>[] = [
  { code: 'EIO' },
  { code: 'ENOSPC', of: 'write', isLasting: true },
  { code: 'short', of: 'write' },
];

for (const fault of faults) {
  const what = `${fault.code} at every ${fault.of ?? 'call'}${fault.isLasting === true ? ' from one on' : ''}`;

  describe(what, () => {
    // Each kind of output in one of the two: a compressed one writes at other moments.
    const [begun, takenUp] =
      fault.of === undefined ? ['links.jsonl', 'links.jsonl.gz'] : ['links.jsonl.gz', 'links.jsonl'];

    it('of a run with a checkpoint: the same command ends it with each row once', () =>
      atEveryCall(fault, async (folder, disk) => {
        const parts = { folder, output: begun, hasCheckpoint: true };
        isStopped(await run({ ...parts, disk }), disk, fault);
        await readCheckpoint(join(folder, 'run.checkpoint'));
        await endsWhole({ ...parts, disk: new FaultyDisk() });
      }));

    it('of a run that is taken up: the same command ends it with each row once', () =>
      atEveryCall(fault, async (folder, disk) => {
        const parts = { folder, output: takenUp, hasCheckpoint: true };
        await run({ ...parts, disk: new FaultyDisk(), stopsAfter: LINES >> 1 });
        const before = await readCheckpoint(join(folder, 'run.checkpoint'));
        isStopped(await run({ ...parts, disk }), disk, fault);
        const after = await readCheckpoint(join(folder, 'run.checkpoint'));
        assert.ok((after?.positions.low ?? 0) >= (before?.positions.low ?? 0), 'nothing is taken back');
        await endsWhole({ ...parts, disk: new FaultyDisk() });
      }));

    it('of a run without a checkpoint: an older output stays whole, or a new one is', () =>
      atEveryCall(fault, async (folder, disk) => {
        const output = 'links.jsonl';
        await writeFile(join(folder, output), 'older\n');
        isStopped(await run({ folder, output, disk, hasCheckpoint: false }), disk, fault);
        const text = await readFile(join(folder, output), 'utf8');
        if (text !== 'older\n') assert.deepEqual(numbersIn(text), numbersOf(false));
        await endsWhole({ folder, output, disk: new FaultyDisk(), hasCheckpoint: false });
      }));
  });
}

/** Tries a fault at the first call, at the second, and so on, until a run has fewer. Each try has a folder of its own. */
async function atEveryCall(fault: Omit<Fault, 'at'>, trial: (folder: string, disk: FaultyDisk) => Promise<void>) {
  for (let at = 0; at < MOST_CALLS; at += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-faults-'));
    try {
      const list = Array.from({ length: LINES }, (_, line) => `https://example.com/${line}\n`);
      await writeFile(join(folder, 'list.txt'), list.join(''));
      const disk = new FaultyDisk({ at, ...fault });
      await trial(folder, disk);
      if (disk.hasFailed) continue;
      assert.ok(at >= (fault.of === undefined ? 12 : 2), `only ${at} calls could fail`);
      return;
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  assert.fail('the calls have no end');
}

/** A short write is no failure: the rest of the bytes follows. */
function isStopped({ end, exitCode }: EndedRun, { hasFailed }: FaultyDisk, { code }: Omit<Fault, 'at'>): void {
  if (!hasFailed || code === 'short') {
    assert.equal(end.kind, 'finished');
    return;
  }
  assert.equal(exitCode, 3);
  assert.ok(end.kind === 'failed' && end.error instanceof StageError && end.error.code === 'SINK_FAILED');
  assert.match(end.error.message, new RegExp(`\\(${code}\\)`));
}

async function endsWhole(parts: RunParts): Promise<void> {
  const { end, totals } = await run(parts);
  assert.equal(end.kind, 'finished');
  const failed = numbersOf(true).length;
  assert.deepEqual([totals.read, totals.linked, totals.failed], [LINES, LINES - failed, failed]);
  const bytes = await readFile(join(parts.folder, parts.output));
  const text = (parts.output.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  assert.deepEqual(numbersIn(text), numbersOf(false));
  assert.deepEqual(numbersIn(await readFile(join(parts.folder, 'failures.jsonl'), 'utf8')), numbersOf(true));
  const others = (await readdir(parts.folder)).filter((name) => /part|tmp|lock/.test(name));
  assert.deepEqual(others, []);
}

function numbersOf(areFailed: boolean): readonly number[] {
  return Array.from({ length: LINES }, (_, line) => line).filter((line) => FAILED(line) === areFailed);
}

/** The numbers of the lines whose rows are in an output, sorted. */
function numbersIn(text: string): readonly number[] {
  const rows = text.split('\n').slice(0, -1);
  const numbers = rows.map((row) => Number(/\/(\d+)$/.exec(JSON.parse(row).source_url)?.[1]));
  return numbers.toSorted((a, b) => a - b);
}

interface RunParts {
  readonly folder: string;
  readonly output: string;
  readonly disk: FaultyDisk;
  readonly hasCheckpoint: boolean;
  /** Pages after which the run is aborted. */
  readonly stopsAfter?: number | undefined;
}

type EndedRun = RunResult & { readonly exitCode: number };

/** Runs with all outputs on one disk, and a checkpoint as often as can be. */
async function run({ folder, output, disk, hasCheckpoint, stopsAfter }: RunParts): Promise<EndedRun> {
  const abort = new AbortController();
  const lines = ['source: { lines: { path: list.txt } }', 'steps: [work]', `sink: { file: { path: ${output} } }`];
  const text = [
    ...lines,
    'failures: { file: { path: failures.jsonl } }',
    hasCheckpoint ? 'checkpoint: run.checkpoint' : '',
  ];
  const registry = [linesSource, workStep({ disk, hasCheckpoint, abort, stopsAfter }), fileSink(disk)];
  const pipeline = loadPipeline(text.join('\n'), { file: 'test.yaml', env: {}, sets: [] }, registry);
  const { signal: _signal, stopSignal, ...context } = stageContext(folder);
  const result = await runPipeline(pipeline, {
    context,
    stopSignal,
    abortSignal: abort.signal,
    observer: { started: () => {}, line: () => {} },
    owner: { processId: process.pid, isAlive: () => false },
    isRestart: false,
    checkpointIntervalMs: 1,
  });
  return { ...result, exitCode: exitCodeOf(result, pipeline, undefined) };
}

interface Work extends Pick<RunParts, 'disk' | 'hasCheckpoint' | 'stopsAfter'> {
  readonly abort: AbortController;
}

/** Waits for checkpoints now and then, so that a run has several: the faults of each are of a different moment. */
function workStep({ disk, hasCheckpoint, abort, stopsAfter = Number.POSITIVE_INFINITY }: Work): StageDefinition {
  let done = 0;
  return defineStep({
    name: 'work',
    summary: '',
    input: 'url',
    output: 'links',
    options: z.strictObject({}),
    create: (_options, { signal }) => ({
      concurrency: 2,
      process: async (record) => {
        done += 1;
        if (done > stopsAfter) abort.abort();
        if (hasCheckpoint && done % 5 === 0) await nextSync(disk, signal);
        if (FAILED(record.origin.line - 1)) throw new RecordError('dns', 'no such host');
        return linksRecord(record);
      },
    }),
  });
}

/** Waits until both outputs were synced once more; ends with the signal, too. */
async function nextSync({ calls }: FaultyDisk, signal: AbortSignal): Promise<void> {
  const syncs = () => calls.filter((name) => name === 'sync').length;
  const before = syncs();
  while (syncs() < before + 2 && !signal.aborted) await nextTurn();
}

function fileSink(disk: FileDisk): StageDefinition {
  return defineSink({
    name: 'file',
    summary: '',
    extensions: [],
    options: z.strictObject({ path: z.string() }),
    create: ({ path }, request, context) =>
      textRowWriter(path, jsonLinesFormat(request.columns), request, context, disk),
    verify: verifyTextOutput,
  });
}
