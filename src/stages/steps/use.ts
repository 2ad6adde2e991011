import { z } from 'zod';
import { ConfigError, RecordError } from '../../core/errors.ts';
import { type FailureCode, failureCodes } from '../../core/failure-codes.ts';
import { printable } from '../../core/printable.ts';
import type { Kind, Records } from '../../core/record.ts';
import { defineStep, type Step, type StepDefinition } from '../../core/stage.ts';
import { importUserModule } from '../../core/user-module.ts';

const KINDS: readonly Kind[] = ['url', 'page', 'links'];

/**
 * The step `use`: a step of the user's own.
 *
 * The module's default export is what `defineStep` gives: its kinds, columns and options count as those of the steps that
 * are here. What it throws fails the record, as `step` unless it is a RecordError; a StageError stops the run.
 */
export const useStep = defineStep({
  name: 'use',
  summary:
    'Runs a step of your own: a module in TypeScript or JavaScript whose default export is what defineStep gives.',
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
    return { ...specialised(own, hasOptions), version: hash };
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

/** Errors that are not about one record. */
const OF_THE_RUN: readonly string[] = ['StageError', 'ConfigError', 'AbortError', 'OutcomeError'];

/** The user's definition in the place of `use`, its options one level down. */
function specialised(own: StepDefinition, hasOptions: boolean): StepDefinition {
  const options = z.strictObject({
    path: z.string(),
    options: hasOptions ? own.options.prefault({}) : own.options,
  });
  const { columns } = own;
  const shared = { ...own, name: 'use', mainOption: 'path', options };
  const create: StepDefinition['create'] = (given, context, checkpoint) =>
    guarded(own.create(given['options'] as never, context, checkpoint));
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

/** What a user's step throws is made ours: it may come from another copy of our classes, or be any error at all. */
function guarded(step: Step<Kind, Kind>): Step<Kind, Kind> {
  const process = (record: Records[Kind]) => {
    try {
      const result = step.process(record);
      return result instanceof Promise ? result.catch((error: unknown) => rethrow(error)) : result;
    } catch (error) {
      return rethrow(error);
    }
  };
  return {
    process,
    get concurrency() {
      return step.concurrency;
    },
    ...(step.ordered === undefined ? {} : { ordered: step.ordered }),
    ...(step.onRoom === undefined ? {} : { onRoom: step.onRoom.bind(step) }),
    ...(step.open === undefined ? {} : { open: step.open.bind(step) }),
    ...(step.save === undefined ? {} : { save: step.save.bind(step) }),
    ...(step.progress === undefined ? {} : { progress: step.progress.bind(step) }),
    ...(step.close === undefined ? {} : { close: step.close.bind(step) }),
  };
}

function rethrow(error: unknown): never {
  const { name, code, message, facts } = (error ?? {}) as Partial<Omit<RecordError, 'name'>> & { name?: string };
  if (error instanceof RecordError || OF_THE_RUN.includes(name ?? '')) throw error;
  const text = printable(message ?? String(error), 500);
  const isKnown = name === 'RecordError' && code !== undefined && code in failureCodes;
  throw new RecordError(isKnown ? (code as FailureCode) : 'step', text, { cause: error, ...(facts && { facts }) });
}
