import type { Kind } from '../../core/record.ts';
import type { StageDefinition } from '../../core/stage.ts';
import { type Locator, type Path, type Problem, problemAt } from './problems.ts';

/** A stage in the row of stages. A kind is undefined where it isn't known, and then fits everything. */
export interface ChainLink {
  readonly name: string;
  readonly input: Kind | undefined;
  readonly output: Kind | undefined;
  readonly path: Path;
}

/** How each kind of record is called in messages. */
export const KIND_WORDS: Readonly<Record<Kind, string>> = { url: 'URLs', page: 'pages', links: 'links' };

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
  const before: ChainLink[] = [];
  for (const stage of chain) {
    const misfit = findMisfit(stage, before, registry);
    if (misfit !== undefined) problems.push(problemAt(locator, stage.path, misfit.text));
    if (misfit?.isTooLate !== true) before.push(stage);
  }
  return problems;
}

interface Misfit {
  readonly text: string;
  /** True where the stage belongs further up. */
  readonly isTooLate: boolean;
}

function findMisfit(
  { name, input }: ChainLink,
  before: readonly ChainLink[],
  registry: readonly StageDefinition[],
): Misfit | undefined {
  const previous = before.at(-1);
  if (input === undefined || previous?.output === undefined || previous.output === input) return undefined;
  const text = `${name} needs ${KIND_WORDS[input]}, but ${previous.name} gives ${KIND_WORDS[previous.output]}`;
  const between = stepsBetween(previous.output, input, registry);
  if (between !== undefined) return { text: `${text}: put ${between.join(' and ')} before it`, isTooLate: false };
  const lastFit = before.findLastIndex((stage) => stage.output === input);
  const next = before[lastFit + 1];
  if (lastFit < 0 || next === undefined) return { text, isTooLate: false };
  return { text: `${text}: put it before ${next.name}`, isTooLate: true };
}

/** The shortest row of steps that leads from one kind to another, by name; undefined where none does. */
function stepsBetween(from: Kind, to: Kind, registry: readonly StageDefinition[]): readonly string[] | undefined {
  const reached = new Map<Kind, readonly string[]>([[from, []]]);
  // The iteration meets what is added during it: breadth first.
  for (const [kind, names] of reached) {
    for (const definition of registry) {
      if (definition.type !== 'step' || definition.input !== kind || reached.has(definition.output)) continue;
      reached.set(definition.output, [...names, definition.name]);
    }
  }
  return reached.get(to);
}
