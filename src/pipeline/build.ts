import type { z } from 'zod';
import type { SinkDefinition, SourceDefinition, StageDefinition, StepDefinition } from '../core/stage.ts';
import { type ChainLink, chainProblems } from './checks/chain.ts';
import { checkpointProblems } from './checks/checkpoints.ts';
import { issueProblems } from './checks/issues.ts';
import { columnProblems, fileProblems, type PipelineTables } from './checks/outputs.ts';
import { foundText, type Path, type Problem, problemAt, throwProblems } from './checks/problems.ts';
import type { PipelineDocument } from './document/file.ts';
import { isMap, withoutNulls } from './document/plain-map.ts';
import { DEFAULT_SINK, documentKeys, type MaxFailures } from './document-keys.ts';
import type { Shard } from './run/shard.ts';
import { type Chosen, chooseStage, type StageChoice, type StageTypes, stageNames } from './stage-choice.ts';

export type { StageChoice } from './stage-choice.ts';

/** A pipeline that can run: every option is valid, and each stage takes what the one before gives. */
export interface Pipeline {
  readonly name: string | undefined;
  readonly source: StageChoice<SourceDefinition>;
  readonly steps: readonly StageChoice<StepDefinition>[];
  readonly sink: StageChoice<SinkDefinition>;
  readonly failures?: StageChoice<SinkDefinition>;
  readonly pages?: StageChoice<SinkDefinition>;
  /** Path of the summary. */
  readonly summary?: string;
  /** Lines of the input to take at most. */
  readonly limit?: number;
  readonly maxFailures?: MaxFailures;
  /** Path of the checkpoint. */
  readonly checkpoint?: string;
  /** Whether rows come in the order of the input. */
  readonly ordered?: boolean;
  readonly shard?: Shard;
}

/** A pipeline document after its examination. `pipeline` is undefined where there are problems. */
export interface Examination {
  readonly pipeline: Pipeline | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Makes the pipeline that a document describes, with stages from the registry.
 *
 * Errors: ConfigError with every problem, in the order of their places.
 */
export function buildPipeline(
  document: PipelineDocument,
  registry: readonly StageDefinition[],
  tables: PipelineTables,
): Pipeline {
  const { pipeline, problems } = examinePipeline(document, registry, tables);
  throwProblems(problems);
  if (pipeline === undefined) throw new Error('a document without problems must give a pipeline');
  return pipeline;
}

/** Does what `buildPipeline` does, but gives the problems: `check` has others to add. */
export function examinePipeline(
  document: PipelineDocument,
  registry: readonly StageDefinition[],
  tables: PipelineTables,
): Examination {
  return new Examiner(document, registry, tables).examine();
}

/** The document's keys as far as they are known. */
type Written = { readonly [Key in keyof typeof documentKeys.shape]?: unknown };

const UNKNOWN = { name: 'it', input: undefined, output: undefined };

class Examiner {
  readonly #document: PipelineDocument;
  readonly #registry: readonly StageDefinition[];
  readonly #tables: PipelineTables;
  readonly #problems: Problem[] = [];

  constructor(document: PipelineDocument, registry: readonly StageDefinition[], tables: PipelineTables) {
    this.#document = document;
    this.#registry = registry;
    this.#tables = tables;
  }

  examine(): Examination {
    const { value } = this.#document;
    if (!isMap(value)) {
      this.#add([], `expected a pipeline, which is a map with the key source, got ${foundText(value)}`);
      return { pipeline: undefined, problems: this.#problems };
    }
    const written: Written = withoutNulls(value);
    const keys = this.#parseKeys(written);
    const source = this.#chooseSource(written.source);
    const steps = this.#chooseSteps(written.steps);
    const sink = this.#choose('sink', ['sink'], written.sink ?? DEFAULT_SINK);
    const failures = this.#chooseOptional('failures', written.failures);
    const pages = this.#chooseOptional('pages', written.pages);
    this.#checkChain(source, steps, sink, written.sink === undefined);
    const outputs = { sink: sink.choice, failures: failures?.choice, pages: pages?.choice };
    this.#problems.push(...columnProblems(this.#document, outputs, this.#tables));
    const files = { ...outputs, source: source?.choice, summary: keys?.summary, checkpoint: keys?.checkpoint };
    this.#problems.push(...fileProblems(this.#document, files));
    if (keys?.checkpoint !== undefined) {
      const stages = { source: source?.choice, steps: steps.map((step) => step?.choice), outputs };
      this.#problems.push(...checkpointProblems(this.#document, stages));
    }
    return { pipeline: this.#assemble(keys, source, steps, outputs), problems: this.#problems };
  }

  #assemble(
    keys: z.output<typeof documentKeys> | undefined,
    source: Chosen<SourceDefinition> | undefined,
    steps: readonly (Chosen<StepDefinition> | undefined)[],
    { sink, failures, pages }: Readonly<Record<keyof PipelineTables, StageChoice<SinkDefinition> | undefined>>,
  ): Pipeline | undefined {
    if (this.#problems.length > 0 || keys === undefined || source?.choice === undefined || sink === undefined) {
      return undefined;
    }
    const { name, summary, limit, maxFailures, checkpoint, ordered, shard } = keys;
    const keyed = { summary, limit, maxFailures, checkpoint, ordered, shard };
    const optional = withoutUndefined({ failures, pages, ...keyed });
    const choices = steps.map((step) => step?.choice).filter((choice) => choice !== undefined);
    return { name, source: source.choice, steps: choices, sink, ...optional };
  }

  /** A stage that nobody knows takes and gives what nobody knows. */
  #checkChain(
    source: Chosen | undefined,
    steps: readonly (Chosen<StepDefinition> | undefined)[],
    sink: Chosen,
    isDefaultSink: boolean,
  ): void {
    const stepLinks = steps.map((step, index) => ({ ...(step?.definition ?? UNKNOWN), path: ['steps', index] }));
    const sourceName = source?.definition?.name ?? 'the source';
    const sinkName = sink.definition?.name ?? 'the sink';
    // A sink that nobody wrote has no place of its own: the last stage has to answer for it.
    const sinkPath = isDefaultSink ? (stepLinks.at(-1)?.path ?? ['source']) : ['sink'];
    const chain: ChainLink[] = [
      { name: sourceName, input: undefined, output: 'url', path: ['source'] },
      ...stepLinks,
      { name: sinkName, input: 'links', output: undefined, path: sinkPath },
    ];
    this.#problems.push(...chainProblems(this.#document, chain, this.#registry));
  }

  #parseKeys(written: Written) {
    const result = documentKeys.safeParse(written);
    if (result.success) return result.data;
    const names = Object.keys(documentKeys.shape);
    const checked = { locator: this.#document, path: [], value: written, names, noun: 'key' };
    this.#problems.push(...issueProblems(result.error.issues, checked));
    return undefined;
  }

  #chooseSource(value: unknown): Chosen<SourceDefinition> | undefined {
    if (value !== undefined) return this.#choose('source', ['source'], value);
    this.#add(['source'], `is required: one of ${stageNames(this.#registry, 'source').join(', ')}`);
    return undefined;
  }

  /** The steps; one undefined in the place of what is no list. */
  #chooseSteps(value: unknown): readonly (Chosen<StepDefinition> | undefined)[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.map((step, index) => this.#choose('step', ['steps', index], step));
    this.#add(['steps'], `expected a list of steps, got ${foundText(value)}`);
    return [undefined];
  }

  #chooseOptional(role: 'failures' | 'pages', value: unknown): Chosen<SinkDefinition> | undefined {
    return value === undefined ? undefined : this.#choose('sink', [role], value);
  }

  #choose<Type extends keyof StageTypes>(type: Type, path: Path, value: unknown): Chosen<StageTypes[Type]> {
    const chosen = chooseStage({ type, path, value }, this.#registry, this.#document);
    this.#problems.push(...chosen.problems);
    return chosen;
  }

  #add(path: Path, text: string): void {
    this.#problems.push(problemAt(this.#document, path, text));
  }
}

function withoutUndefined<Value extends object>(value: Value): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(value).filter(([, child]) => child !== undefined)) as {
    [Key in keyof Value]?: NonNullable<Value[Key]>;
  };
}
