import { z } from 'zod';
import type { FailedRecord } from '../../core/outcome.ts';
import type { Value } from '../../core/record.ts';
import type { Row, SinkWriter } from '../../core/stage/sink-writer.ts';
import { defineSink } from '../../core/stage.ts';
import type { Pipeline } from '../../pipeline/build.ts';
import {
  type Entries,
  type OutputColumn,
  type OutputRole,
  reportChoice,
} from '../../pipeline/columns/output-columns.ts';
import type { OutputChoice } from '../../pipeline/columns/pipeline-columns.ts';

/** The rows of an output, by the names of its columns. */
export interface Table {
  readonly columns: readonly string[];
  /** In the order of the input. */
  readonly rows: readonly (readonly Value[])[];
}

/** The outputs of a run, kept in memory. */
export interface CapturedOutputs {
  /** The pipeline, with outputs that write no file: one for the rows of all its sinks, failures, pages. It keeps no checkpoint. */
  readonly pipeline: Pipeline;
  readonly rows: Capture;
  readonly failures: Capture;
  readonly pages: Capture;
}

/** Puts outputs in memory in the place of a pipeline's own. They have all columns of those, and of failures and pages the others too. */
export function captureOutputs(pipeline: Pipeline): CapturedOutputs {
  const hasInput = pipeline.source.definition.hasColumns === true;
  const { checkpoint: _checkpoint, summary: _summary, ...rest } = pipeline;
  const own = pipeline.sinks.flatMap(({ columns }) => columns);
  const rows = captureOf<'sink'>(own);
  const failures = captureOf<'failures'>([...(pipeline.failures?.columns ?? []), ...allOf('failures', hasInput)]);
  const pages = captureOf<'pages'>([...(pipeline.pages?.columns ?? []), ...allOf('pages', hasInput)]);
  return {
    pipeline: { ...rest, sinks: [rows.choice], failures: failures.choice, pages: pages.choice },
    rows: rows.capture,
    failures: failures.capture,
    pages: pages.capture,
  };
}

/** Keeps the rows that it is given, each behind the place of its line in the input. */
export class Capture implements SinkWriter {
  readonly #columns: readonly string[];
  readonly #rows: Row[] = [];

  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  /** What has come. Lines end in any order; those of a page stand together. */
  get table(): Table {
    const sorted = this.#rows.toSorted((left, right) => Number(left[0]) - Number(right[0]));
    return { columns: this.#columns, rows: sorted.map((row) => row.slice(1)) };
  }

  write(rows: readonly Row[]): void {
    this.#rows.push(...rows);
  }

  async flush(): Promise<void> {}

  mark() {
    return Promise.resolve({ length: this.#rows.length, tail: '' });
  }

  async close(): Promise<void> {}

  async abort(): Promise<void> {}
}

function captureOf<Role extends OutputRole>(
  all: readonly OutputColumn<Entries[Role]>[],
): { readonly capture: Capture; readonly choice: OutputChoice<Role> } {
  const byHeader = new Map(all.toReversed().map((column) => [column.header, column]));
  const headers = [...new Set(all.map(({ header }) => header))];
  const columns = headers.map((header) => byHeader.get(header)).filter((column) => column !== undefined);
  const capture = new Capture(headers);
  const definition = defineSink({
    name: 'memory',
    summary: 'Keeps rows in memory.',
    extensions: [],
    options: z.strictObject({}),
    create: async () => capture,
  });
  const place: OutputColumn<Entries[Role]> = {
    header: 'sequence',
    type: 'int',
    read: ({ record }: { readonly record: FailedRecord }) => record.origin.sequence,
  };
  return { capture, choice: { definition, given: {}, options: {}, path: [], columns: [place, ...columns] } };
}

function allOf<Role extends 'failures' | 'pages'>(role: Role, hasInput: boolean): OutputColumn<Entries[Role]>[] {
  const choice = reportChoice(role, hasInput);
  return choice.names.map((name) => choice.find(name, name)).filter((column) => column !== undefined);
}
