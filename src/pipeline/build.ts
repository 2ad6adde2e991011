import type { z } from 'zod';
import type { ColumnScope } from '../core/columns/columns.ts';
import type { SinkDefinition, SourceDefinition, StageDefinition, StepDefinition } from '../core/stage.ts';
import { type ChainLink, chainProblems } from './checks/chain.ts';
import { checkpointProblems } from './checks/checkpoints.ts';
import { fileProblems } from './checks/files.ts';
import { issueProblems } from './checks/issues.ts';
import {
  foundText,
  isError,
  nearestName,
  type Path,
  type Problem,
  type ProblemCode,
  problemAt,
} from './checks/problems.ts';
import { pipelineWarnings } from './checks/warnings.ts';
import { workerProblems } from './checks/workers.ts';
import type { UsedColumns } from './columns/column-flow.ts';
import {
  type ColumnStages,
  type OutputChoice,
  type PipelineColumns,
  pipelineColumns,
} from './columns/pipeline-columns.ts';
import type { PipelineDocument } from './document/pipeline-document.ts';
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
  /** The columns that each step takes. */
  readonly scopes: readonly ColumnScope[];
  readonly used: UsedColumns;
  /** One or more, each of which gets all rows. */
  readonly sinks: readonly OutputChoice<'sink'>[];
  readonly failures?: OutputChoice<'failures'>;
  readonly pages?: OutputChoice<'pages'>;
  /** Path of the summary. */
  readonly summary?: string;
  /** Lines of the input that are passed over first. */
  readonly skip?: number;
  /** Lines of the input to take at most, behind those. */
  readonly limit?: number;
  readonly maxFailures?: MaxFailures;
  /** Path of the checkpoint. */
  readonly checkpoint?: string;
  /** Whether rows come in the order of the input. */
  readonly ordered?: boolean;
  readonly shard?: Shard;
  /** Threads that fetch and parse. */
  readonly workers?: number;
}

/** A pipeline document after its examination. `pipeline` is undefined where there are errors among the problems. */
export interface Examination {
  readonly pipeline: Pipeline | undefined;
  readonly problems: readonly Problem[];
}

/** Makes the pipeline that a document describes, with stages from the registry; or gives every problem. */
export function examinePipeline(document: PipelineDocument, registry: readonly StageDefinition[]): Examination {
  return new Examiner(document, registry).examine();
}

/** The document's keys as far as they are known. */
type Written = { readonly [Key in keyof typeof documentKeys.shape]?: unknown };

const UNKNOWN = { name: 'it', input: undefined, output: undefined };

class Examiner {
  readonly #document: PipelineDocument;
  readonly #registry: readonly StageDefinition[];
  readonly #problems: Problem[] = [];

  constructor(document: PipelineDocument, registry: readonly StageDefinition[]) {
    this.#document = document;
    this.#registry = registry;
  }

  examine(): Examination {
    const { value } = this.#document;
    if (!isMap(value)) {
      const text = `expected a pipeline, which is a map with the key source, got ${foundText(value)}`;
      this.#add([], text, 'wrong-type');
      return { pipeline: undefined, problems: this.#problems };
    }
    const written: Written = withoutNulls(value, documentKeys.shape);
    const keys = this.#parseKeys(written);
    // Nothing in the place of a stage is no stage: whoever wrote the key meant one.
    const places: Written = value;
    const source = this.#chooseSource(written.source);
    const steps = this.#chooseSteps(places.steps);
    const sinks = this.#chooseSinks(places.sink);
    const failures = this.#chooseOptional('failures', places.failures);
    const pages = this.#chooseOptional('pages', places.pages);
    this.#checkChain(source, steps, sinks, places.sink === undefined);
    const stages = {
      source: source?.choice,
      steps: steps.map((step) => step?.choice),
      sinks: sinks.flatMap(({ choice }) => choice ?? []),
      failures: failures?.choice,
      pages: pages?.choice,
    };
    const columns = pipelineColumns(this.#document, stages, this.#problems.length === 0);
    this.#problems.push(...columns.problems);
    this.#checkFiles(stages, keys);
    // Which steps are neighbours has to be right before.
    if (this.#problems.length === 0) {
      this.#problems.push(...workerProblems(this.#document, keys?.workers, stages.steps));
    }
    const pipeline = this.#assemble(keys, stages, columns);
    const warnings = pipelineWarnings(this.#document, { stages: chosenStages(stages), keys }, this.#registry);
    return { pipeline, problems: [...this.#problems, ...warnings] };
  }

  #assemble(
    keys: z.output<typeof documentKeys> | undefined,
    { source, steps }: ColumnStages,
    { scopes, used, sinks, failures, pages }: PipelineColumns,
  ): Pipeline | undefined {
    if (this.#problems.some(isError) || keys === undefined || source === undefined) return undefined;
    const { name, summary, skip, limit, maxFailures, checkpoint, ordered, shard, workers } = keys;
    const keyed = { summary, skip, limit, maxFailures, checkpoint, ordered, shard, workers };
    const optional = withoutUndefined({ failures, pages, ...keyed });
    return { name, source, steps: steps.filter((step) => step !== undefined), scopes, used, sinks, ...optional };
  }

  #checkFiles(stages: ColumnStages, keys: z.output<typeof documentKeys> | undefined): void {
    const { summary, checkpoint } = keys ?? {};
    this.#problems.push(...fileProblems(this.#document, { stages: chosenStages(stages), summary, checkpoint }));
    if (checkpoint === undefined) return;
    const { source, steps, sinks, failures, pages } = stages;
    const outputs = [...sinks, failures, pages].filter((output) => output !== undefined);
    this.#problems.push(...checkpointProblems(this.#document, { source, steps, outputs }));
  }

  /** A stage that nobody knows takes and gives what nobody knows. */
  #checkChain(
    source: Chosen<SourceDefinition> | undefined,
    steps: readonly (Chosen<StepDefinition> | undefined)[],
    sinks: readonly Chosen[],
    isDefaultSink: boolean,
  ): void {
    const stepLinks = steps.map((step, index) => ({ ...(step?.definition ?? UNKNOWN), path: ['steps', index] }));
    const { name, output } = source?.definition ?? UNKNOWN;
    const sinkName = sinks[0]?.definition?.name ?? 'the sink';
    // A sink that nobody wrote has no place of its own: the last stage has to answer for it.
    const sinkPath = isDefaultSink ? (stepLinks.at(-1)?.path ?? ['source']) : ['sink'];
    const chain: ChainLink[] = [
      { name, input: undefined, output, path: ['source'] },
      ...stepLinks,
      { name: sinkName, input: 'links', output: undefined, path: sinkPath },
    ];
    this.#problems.push(...chainProblems(this.#document, chain, this.#registry));
  }

  #parseKeys(written: Written) {
    const result = documentKeys.safeParse(written);
    if (result.success) return result.data;
    const checked = {
      locator: this.#document,
      path: [],
      value: written,
      schemas: [documentKeys],
      noun: 'key',
    } as const;
    this.#problems.push(...issueProblems(result.error.issues, checked));
    // What is right is looked at all the same; no key is required.
    const wrong = result.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys : String(issue.path[0]),
    );
    const right = Object.entries(written).filter(([key]) => !wrong.includes(key));
    return documentKeys.safeParse(Object.fromEntries(right)).data;
  }

  #chooseSource(value: unknown): Chosen<SourceDefinition> | undefined {
    if (value !== undefined) return this.#choose('source', ['source'], value);
    this.#add(['source'], `is required: one of ${stageNames(this.#registry, 'source').join(', ')}`, 'missing');
    return undefined;
  }

  /** One sink, or a list of them. */
  #chooseSinks(value: unknown): readonly Chosen<SinkDefinition>[] {
    if (!Array.isArray(value)) return [this.#choose('sink', ['sink'], value === undefined ? DEFAULT_SINK : value)];
    if (value.length === 0) this.#add(['sink'], 'expected a sink, or a list of sinks, got an empty list');
    return value.map((sink, index) => this.#choose('sink', ['sink', index], sink));
  }

  /** The steps; one undefined in the place of what is no list, or stands under another name. */
  #chooseSteps(value: unknown): readonly (Chosen<StepDefinition> | undefined)[] {
    if (value === undefined) return this.#isMisspelt('steps') ? [undefined] : [];
    if (Array.isArray(value)) return value.map((step, index) => this.#choose('step', ['steps', index], step));
    this.#add(['steps'], `expected a list of steps, got ${foundText(value)}`, 'wrong-type');
    return [undefined];
  }

  /** Whether there is an unknown key that the known one was probably meant by. */
  #isMisspelt(known: string): boolean {
    const names = Object.keys(documentKeys.shape);
    const { value } = this.#document;
    const keys = isMap(value) ? Object.keys(value).filter((key) => !names.includes(key)) : [];
    return keys.some((key) => nearestName(key, names) === known);
  }

  #chooseOptional(role: 'failures' | 'pages', value: unknown): Chosen<SinkDefinition> | undefined {
    return value === undefined ? undefined : this.#choose('sink', [role], value);
  }

  #choose<Type extends keyof StageTypes>(type: Type, path: Path, value: unknown): Chosen<StageTypes[Type]> {
    const chosen = chooseStage({ type, path, value }, this.#registry, this.#document);
    this.#problems.push(...chosen.problems);
    return chosen;
  }

  #add(path: Path, text: string, code: ProblemCode = 'wrong-value'): void {
    this.#problems.push(problemAt(this.#document, path, text, { code }));
  }
}

/** The stages that could be made, in the order of the document's keys. */
function chosenStages({ source, steps, sinks, failures, pages }: ColumnStages): readonly StageChoice[] {
  return [source, ...steps, ...sinks, failures, pages].filter((stage) => stage !== undefined);
}

function withoutUndefined<Value extends object>(value: Value): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(value).filter(([, child]) => child !== undefined)) as {
    [Key in keyof Value]?: NonNullable<Value[Key]>;
  };
}
