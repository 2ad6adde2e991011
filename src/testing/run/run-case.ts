import { resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { ConfigError } from '../../core/errors.ts';
import type { StageDefinition } from '../../core/stage.ts';
import { Ledger } from '../../pipeline/accounts/ledger.ts';
import type { Pipeline } from '../../pipeline/build.ts';
import { isError, type Problem, problemAt } from '../../pipeline/checks/problems.ts';
import { type RunResult, runPipeline } from '../../pipeline/run/run.ts';
import { columnProblems } from '../compare/column-problems.ts';
import type { SentRequest } from '../compare/request-table.ts';
import type { TestCase, TestFile } from '../document/test-file.ts';
import { CannedWire } from './canned-wire.ts';
import { captureOutputs, type Table } from './captured-outputs.ts';
import { casePipeline, environmentOf, type TestedFile } from './case-pipeline.ts';
import { heldStages } from './held-stages.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What came of the run of a case. */
export interface Observation {
  readonly rows: Table;
  readonly failures: Table;
  readonly pages: Table;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly exitCode: number;
  /** In the order in which they were made. */
  readonly requests: readonly SentRequest[];
  /** What was asked for and had no answer, a line each. */
  readonly unanswered: readonly string[];
  /** Answers that were not asked for, a line each. */
  readonly unused: readonly string[];
  /** Why the run had to stop; undefined where it did not. */
  readonly error: unknown;
}

/** What cases are run with. */
export interface CaseEnvironment {
  readonly registry: readonly StageDefinition[];
  /** The folders in which commands are found, as the process has them. */
  readonly commandPath: string | undefined;
  exitCodeOf(result: Pick<RunResult, 'end' | 'totals'>, pipeline: Pipeline): number;
}

/** What came of a case, or why it can't run. */
export type CaseRun =
  | { readonly observation: Observation; readonly problems?: never }
  | { readonly observation?: never; readonly problems: readonly Problem[] };

/**
 * Runs a case: the pipeline as it is, but for its input, where that is given, its outputs, the network and the time.
 *
 * Nothing is asked over the network and no output is written; steps of one's own and commands are run. A
 * stage that finds that it can't begin ends the run, as its error tells.
 */
export async function runCase(
  file: TestFile,
  tested: TestedFile,
  testCase: TestCase,
  environment: CaseEnvironment,
): Promise<CaseRun> {
  const { pipeline, problems, takesInput } = await casePipeline(tested, testCase, {
    registry: environment.registry,
    testDocument: file.document,
  });
  const errors = problems.filter(isError);
  if (pipeline === undefined) return { problems: errors };
  if (testCase.input !== undefined && !takesInput) {
    const text = `the source ${pipeline.source.definition.name} reads no lines that could be given`;
    return { problems: [problemAt(file.document, ['cases', testCase.index, 'input'], text)] };
  }
  const captured = captureOutputs(pipeline);
  const { rows, failures, pages } = captured;
  const unknown = columnProblems(file.document, testCase, { rows, failures, pages });
  if (unknown.length > 0) return { problems: unknown };
  const clock = new VirtualClock(Date.parse(testCase.now));
  const wire = new CannedWire(testCase.answers, clock);
  const result = await run(captured.pipeline, { tested, testCase, wire, clock, path: environment.commandPath });
  const { end, totals } = result;
  return {
    observation: {
      rows: rows.table,
      failures: failures.table,
      pages: pages.table,
      summary: { ...totals, complete: end.kind === 'finished' },
      exitCode: environment.exitCodeOf(result, pipeline),
      requests: wire.requests,
      unanswered: wire.unanswered,
      unused: wire.unused,
      error: end.kind === 'failed' ? end.error : undefined,
    },
  };
}

interface Surroundings {
  readonly tested: TestedFile;
  readonly testCase: TestCase;
  readonly wire: CannedWire;
  readonly clock: VirtualClock;
  /** Where commands are found. */
  readonly path: string | undefined;
}

/** A stage that can't be made, or finds its input wanting, ends the run as it would end the command. */
async function run(
  pipeline: Pipeline,
  { tested, testCase, wire, clock, path }: Surroundings,
): Promise<Pick<RunResult, 'end' | 'totals'>> {
  try {
    return await runPipeline(heldStages(pipeline, clock), {
      context: {
        resolvePath: (name) => resolve(tested.folder, name),
        stdin: Readable.from([Buffer.from(inputText(testCase.input))]),
        stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
        env: { ...(path === undefined ? {} : { PATH: path }), ...environmentOf(testCase.env) },
        wire,
        clock,
      },
      ...undisturbed(),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { end: { kind: 'failed', error }, totals: new Ledger().totals() };
  } finally {
    clock.close();
  }
}

function inputText(input: TestCase['input']): string {
  return typeof input === 'string' ? input : (input ?? []).map((line) => `${line}\n`).join('');
}

/** What a run is given that nobody watches and nobody interrupts. */
function undisturbed() {
  return {
    stopSignal: new AbortController().signal,
    abortSignal: new AbortController().signal,
    observer: { started: () => {}, line: () => {} },
    owner: { processId: 0, isAlive: () => false },
    isRestart: false,
    // There is no checkpoint.
    checkpointIntervalMs: 0,
  };
}
