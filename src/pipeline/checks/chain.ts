import type { Kind } from '../../core/record.ts';
import type { StageDefinition } from '../../core/stage.ts';
import { type Locator, type Path, type Problem, problemAt } from './problems.ts';

/** A stage in the row of stages. Kinds are undefined where they aren't known, and then fit everything. */
export interface ChainLink {
  readonly name: string;
  readonly input: Kind | readonly Kind[] | undefined;
  readonly output: Kind | 'same' | undefined;
  readonly path: Path;
}

/** How each kind of record is called in messages. */
const KIND_WORDS: Readonly<Record<Kind, string>> = { url: 'URLs', page: 'pages', links: 'links' };

/** Gives the words for the kinds that a stage takes or gives: `URLs or pages`, `the same`. */
export function kindWords(kinds: Kind | readonly Kind[] | 'same'): string {
  if (kinds === 'same') return 'the same';
  return kindsOf(kinds)
    .map((kind) => KIND_WORDS[kind])
    .join(' or ');
}

/** Gives the kind of record that leaves the last of stages that fit: a source, and steps behind it. */
export function kindAfter(stages: readonly StageDefinition[]): Kind {
  const last = stages.at(-1);
  if (last === undefined || last.type === 'sink') return 'url';
  return last.output === 'same' ? kindAfter(stages.slice(0, -1)) : last.output;
}

/**
 * Gives a problem for each stage that can't take what the one before it gives:
 * `steps[1]: links needs pages, but dedupe gives URLs: put fetch before it.`
 *
 * Goes on as if the advice had been followed, so that one mistake gives one problem.
 */
export function chainProblems(
  locator: Locator,
  chain: readonly ChainLink[],
  registry: readonly StageDefinition[],
): readonly Problem[] {
  const problems: Problem[] = [];
  const before: Passed[] = [];
  for (const stage of chain) {
    const misfit = findMisfit(stage, before, registry);
    if (misfit !== undefined) problems.push(problemAt(locator, stage.path, misfit.text, { code: 'misfit' }));
    if (misfit?.isTooLate === true) continue;
    const output = stage.output === 'same' ? sameKind(stage, before.at(-1)?.output) : stage.output;
    before.push({ name: stage.name, output });
  }
  return problems;
}

/** A stage of the chain with the kind that it gives. */
interface Passed {
  readonly name: string;
  readonly output: Kind | undefined;
}

/** What a stage gives that gives what it got; after a misfit the first kind that it would take. */
function sameKind({ input }: ChainLink, got: Kind | undefined): Kind | undefined {
  const kinds = input === undefined ? undefined : kindsOf(input);
  return got === undefined || kinds === undefined || kinds.includes(got) ? got : kinds[0];
}

function kindsOf(kinds: Kind | readonly Kind[]): readonly Kind[] {
  return typeof kinds === 'string' ? [kinds] : kinds;
}

interface Misfit {
  readonly text: string;
  /** True where the stage belongs further up. */
  readonly isTooLate: boolean;
}

function findMisfit(
  { name, input }: ChainLink,
  before: readonly Passed[],
  registry: readonly StageDefinition[],
): Misfit | undefined {
  const previous = before.at(-1);
  if (input === undefined || previous?.output === undefined) return undefined;
  const kinds = kindsOf(input);
  if (kinds.includes(previous.output)) return undefined;
  const text = `${name} needs ${kindWords(kinds)}, but ${previous.name} gives ${kindWords(previous.output)}`;
  const between = stepsBetween(previous.output, kinds, registry);
  if (between !== undefined) return { text: `${text}: put ${between.join(' and ')} before it`, isTooLate: false };
  const lastFit = before.findLastIndex((stage) => stage.output !== undefined && kinds.includes(stage.output));
  const next = before[lastFit + 1];
  if (lastFit < 0 || next === undefined) return { text, isTooLate: false };
  return { text: `${text}: put it before ${next.name}`, isTooLate: true };
}

/** The shortest row of steps that leads from one kind to one of others, by name; undefined where none does. */
function stepsBetween(
  from: Kind,
  to: readonly Kind[],
  registry: readonly StageDefinition[],
): readonly string[] | undefined {
  const reached = new Map<Kind, readonly string[]>([[from, []]]);
  // The iteration meets what is added during it: breadth first.
  for (const [kind, names] of reached) {
    for (const definition of registry) {
      if (definition.type !== 'step' || definition.output === 'same' || reached.has(definition.output)) continue;
      if (kindsOf(definition.input).includes(kind)) reached.set(definition.output, [...names, definition.name]);
    }
  }
  return [...reached].find(([kind]) => to.includes(kind))?.[1];
}
