import { z } from 'zod';
import type { OptionProblem } from '../../core/columns/column-plan.ts';
import { type ColumnScope, fieldColumn } from '../../core/columns/columns.ts';
import { StageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { Link, LinksRecord, Value } from '../../core/record.ts';
import { defineStep, type StageContext, type Step } from '../../core/stage.ts';
import { timeLimit } from '../../core/units.ts';
import { LineCommand } from '../../formats/exec/line-command.ts';

const options = z.strictObject({
  command: z
    .tuple([z.string().min(1)], z.string())
    .meta({ examples: [['jq', '--unbuffered', '-c', '{domain: (.parsed_url | split("/")[2])}']] })
    .describe('The program and its arguments. No shell reads them; it runs in the folder of the pipeline file.'),
  input: z
    .array(z.string())
    .min(1)
    .default(['source_url', 'parsed_url'])
    .describe('Columns that it gets, as the keys of a JSON object a line.'),
  columns: z
    .array(z.string().min(1))
    .default([])
    .describe('Columns that it gives: keys of the JSON object with which it answers each line.')
    .meta({ examples: [['domain']] }),
  concurrency: z.int().positive().default(16).describe('Pages whose rows are with the program at once.'),
  timeout: timeLimit().prefault('30s').describe('Longest time without an answer while rows wait for theirs.'),
});

/**
 * The step `exec`: passes the rows of links through a program, line by line.
 *
 * It gets a JSON object a row, and answers each with one line, in order: a JSON object with the columns that it gives, or
 * `null` for a row to be left out. One process serves the whole run.
 */
export const execStep = defineStep({
  name: 'exec',
  summary:
    'Passes rows through a program as JSON lines; it answers each with an object of new columns, or null to drop it.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links', { exec: { command: ['node', 'link-kind.mjs'], columns: ['kind'] } }],
    sink: { csv: { path: 'links.csv', columns: ['parsed_url', 'kind'] } },
  },
  input: 'links',
  output: 'links',
  options,
  tuning: ['concurrency', 'timeout'],
  columns: ({ input, columns }, scope) => {
    const problems: OptionProblem[] = input.flatMap((name, index) =>
      scope.get(name) === undefined ? [{ path: ['input', index], unknownColumn: name }] : [],
    );
    return { columns: namedFields(columns, scope).scope, reads: input, problems };
  },
  create: (given, context) => new Exec(given, context),
});

/** The fields in which the new columns are kept. */
function namedFields(columns: readonly string[], scope: ColumnScope) {
  let after = scope;
  const fields = columns.map((name) => {
    const field = after.freeField(name);
    after = after.with(name, fieldColumn(field, 'any', 'What the program gave.'));
    return [name, field] as const;
  });
  return { scope: after, fields };
}

class Exec implements Step<'links', 'links'> {
  readonly concurrency: number;
  readonly #options: z.output<typeof options>;
  readonly #context: StageContext;
  readonly #fields: readonly (readonly [name: string, field: string])[];
  #command: LineCommand | undefined;

  constructor(given: z.output<typeof options>, context: StageContext) {
    this.concurrency = given.concurrency;
    this.#options = given;
    this.#context = context;
    this.#fields = namedFields(given.columns, context.columns).fields;
  }

  async open(): Promise<void> {
    const { command, timeout: timeoutMs } = this.#options;
    const { env, signal, killGroup, resolvePath } = this.#context;
    this.#command = await LineCommand.start({ command, timeoutMs, env, killGroup, folder: resolvePath('.') });
    signal.addEventListener('abort', () => this.#command?.kill(), { once: true });
  }

  async process(record: LinksRecord): Promise<LinksRecord> {
    const makeLines = () => record.links.map((link) => this.#lineOf(record, link));
    const answers = (await this.#command?.ask(makeLines)) ?? [];
    const links = record.links.flatMap((link, index) => this.#answered(link, answers[index] ?? ''));
    return { ...record, links };
  }

  async close(): Promise<void> {
    await this.#command?.close();
  }

  #lineOf(record: LinksRecord, link: Link): string {
    const { columns } = this.#context;
    const entries = this.#options.input.map((name) => [name, columns.get(name)?.read(record, link) ?? null]);
    return JSON.stringify(Object.fromEntries(entries));
  }

  #answered(link: Link, answer: string): readonly Link[] {
    const object = this.#parsed(answer);
    if (object === null) return [];
    const fields: Record<string, Value> = { ...link.fields };
    for (const [name, field] of this.#fields) fields[field] = cellOf(object[name]);
    return [{ ...link, fields }];
  }

  #parsed(answer: string): Readonly<Record<string, unknown>> | null {
    try {
      const value: unknown = JSON.parse(answer);
      if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>> | null;
    } catch {
      // Told below, as other answers that are none.
    }
    const command = printable(this.#options.command.join(' '), 200);
    const text = `${command}: expected a JSON object or null as the answer to a line, got ${printable(answer, 100)}.`;
    throw new StageError('COMMAND_FAILED', text);
  }
}

/** A list or a map becomes its JSON text. */
function cellOf(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}
