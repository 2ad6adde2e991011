import { z } from 'zod';
import { ConfigError } from '../../core/errors.ts';
import type { Kind } from '../../core/record.ts';
import { guardedStep } from '../../core/stage/guarded-step.ts';
import { defineStep, type StepDefinition } from '../../core/stage.ts';
import { importUserModule } from '../../core/user-code/user-module.ts';

const KINDS: readonly Kind[] = ['url', 'page', 'links'];

/**
 * The step `use`: a step of the user's own.
 *
 * The module's default export is what `defineStep` gives: its kinds, columns and options count as those of the steps that
 * are here. See `guardedStep` for what it may give and throw.
 */
export const useStep = defineStep({
  name: 'use',
  summary:
    'Runs a step of your own: a module in TypeScript or JavaScript whose default export is what defineStep gives.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links', { use: { path: './first-per-host.ts', options: { links: 2 } } }],
    sink: { csv: { path: 'links.csv', columns: ['rank', 'parsed_url'] } },
  },
  notes: [
    {
      heading: 'What process gives or throws',
      rows: [
        ['a record', 'Goes on; made of the one that it got: { ...record, links }.'],
        [
          "skip('shop:sold-out')",
          'Passes the line over, for a reason of your own: two words with a colon between them.',
        ],
        [
          "RecordError('shop:paywall', text)",
          'Thrown, fails the line with a code of your own, which --only-codes takes, too.',
        ],
        ['any other error', 'Thrown, fails the line as step.'],
        ['StageError', 'Thrown, stops the run.'],
      ],
    },
    {
      heading: 'What a checkpoint knows it by',
      rows: [
        [
          'the module',
          'Its text, and that of what it imports by a relative path: where one changes, it is another pipeline.',
        ],
        [
          'version',
          'A key of the definition, a text: change it with what else it depends on, such as files and packages.',
        ],
      ],
    },
  ],
  input: KINDS,
  output: 'same',
  mainOption: 'path',
  options: z.strictObject({
    path: z
      .string()
      .min(1)
      .meta({ examples: ['./only-with.ts'] })
      .describe('The module; a relative path starts from the folder of the pipeline file.'),
    options: z.record(z.string(), z.unknown()).default({}).describe('The options of the step itself.'),
  }),
  load: async ({ path, options = {} }, resolvePath) => {
    if (typeof path !== 'string' || path === '') throw new ConfigError('expected the path of a module');
    const { exports, hash } = await importUserModule(resolvePath(path));
    const own = stepIn(exports);
    const hasOptions = Object.keys(options as object).length > 0 || own.options.safeParse({}).success;
    return { ...specialised(own, hasOptions), version: own.version === undefined ? hash : `${hash} ${own.version}` };
  },
  create: () => {
    throw new Error('the definition of a step of the user’s own is loaded before the pipeline is built');
  },
});

/** The definition in a module, with what is missing said. */
function stepIn({ default: own }: Readonly<Record<string, unknown>>): StepDefinition {
  const step = (own ?? {}) as Partial<StepDefinition>;
  const missing = [
    ...(typeof own === 'object' && own !== null ? [] : ['a default export']),
    ...(typeof step.create === 'function' ? [] : ['create']),
    ...(kindsOf(step.input).every((kind) => KINDS.includes(kind)) && step.input !== undefined ? [] : ['input']),
    ...(step.output === 'same' || KINDS.includes(step.output as Kind) ? [] : ['output']),
    ...(typeof step.options?.safeParse === 'function' ? [] : ['options']),
  ];
  if (missing.length === 0) return step as StepDefinition;
  throw new ConfigError(`its default export is no step: it lacks ${missing.join(', ')}; make it with defineStep`);
}

function kindsOf(input: unknown): readonly Kind[] {
  return Array.isArray(input) ? (input as Kind[]) : [input as Kind];
}

/** The user's definition in the place of `use`, its options one level down. */
function specialised(own: StepDefinition, hasOptions: boolean): StepDefinition {
  const options = z.strictObject({
    path: z.string(),
    options: hasOptions ? own.options.prefault({}) : own.options,
  });
  const { columns } = own;
  const shared = { ...own, name: 'use', mainOption: 'path', options };
  const create: StepDefinition['create'] = (given, context, checkpoint) =>
    guardedStep({
      name: String(given['path']),
      output: own.output,
      create: () => own.create(given['options'] as never, context, checkpoint),
    });
  if (columns === undefined) return { ...shared, create } as StepDefinition;
  return {
    ...shared,
    create,
    columns: (given, scope, kind) => {
      const plan = columns(given['options'] as never, scope, kind);
      const problems = plan.problems?.map((problem) => ({ ...problem, path: ['options', ...problem.path] }));
      return problems === undefined ? plan : { ...plan, problems };
    },
  } as StepDefinition;
}
