import type { Clock } from '../../core/clock.ts';
import type { Kind } from '../../core/record.ts';
import type { Source, SourceDefinition, Step, StepDefinition } from '../../core/stage.ts';
import type { Pipeline } from '../../pipeline/build.ts';

/**
 * Gives the pipeline with stages that hold the clock while they work: sources that read files, commands, steps of one's own.
 * How long these take is not known, and not the same in each run; no request is to time out, or be due, meanwhile.
 *
 * Not those that may wait for the network, which waits for the clock: `fetch`, remote sources, and whoever is given a page,
 * whose body is still to come.
 */
export function heldStages(pipeline: Pipeline, clock: Clock): Pipeline {
  const { source, steps } = pipeline;
  return {
    ...pipeline,
    source:
      source.definition.isRemote === true ? source : { ...source, definition: heldSource(source.definition, clock) },
    steps: steps.map((step) =>
      step.definition.output === 'page' ? step : { ...step, definition: heldStep(step.definition, clock) },
    ),
  };
}

function heldSource(definition: SourceDefinition, clock: Clock): SourceDefinition {
  const create: SourceDefinition['create'] = (options, context, resume) => {
    const source = definition.create(options, context, resume);
    return {
      items: { [Symbol.asyncIterator]: () => heldIterator(source.items[Symbol.asyncIterator](), clock) },
      ...(source.open && { open: source.open.bind(source) }),
      ...(source.identity && { identity: source.identity.bind(source) }),
      ...(source.progress && { progress: source.progress.bind(source) }),
      ...(source.close && { close: source.close.bind(source) }),
    };
  };
  return { ...definition, create };
}

type Batches = ReturnType<Source['items'][typeof Symbol.asyncIterator]>;

function heldIterator(batches: Batches, clock: Clock): Batches {
  return {
    next: () => batches.next().finally(clock.hold()),
    return: async (value) => (await batches.return?.(value)) ?? { done: true, value: undefined },
  };
}

function heldStep(definition: StepDefinition, clock: Clock): StepDefinition {
  const create: StepDefinition['create'] = (options, context, checkpoint) => {
    const step = definition.create(options, context, checkpoint);
    return {
      get concurrency() {
        return step.concurrency;
      },
      process: (record) => {
        const result = step.process(record);
        return record.kind === 'page' || !(result instanceof Promise) ? result : result.finally(clock.hold());
      },
      ...othersOf(step),
    };
  };
  return { ...definition, create };
}

/** What a step may have beside what each has. */
function othersOf(step: Step<Kind, Kind>): Partial<Step<Kind, Kind>> {
  return {
    ...(step.ordered !== undefined && { ordered: step.ordered }),
    ...(step.onRoom && { onRoom: step.onRoom.bind(step) }),
    ...(step.open && { open: step.open.bind(step) }),
    ...(step.save && { save: step.save.bind(step) }),
    ...(step.progress && { progress: step.progress.bind(step) }),
    ...(step.close && { close: step.close.bind(step) }),
  };
}
