import { resolve } from 'node:path';
import { ConfigError } from '../core/errors.ts';
import type { StageDefinition, StepDefinition } from '../core/stage.ts';
import { type Problem, problemAt } from './checks/problems.ts';
import type { PipelineDocument } from './document/pipeline-document.ts';
import { isMap } from './document/plain-map.ts';
import { optionsMap } from './stage-choice.ts';

/** The stages that a document can choose from, with those that it brings along itself. */
export interface Definitions {
  readonly registry: readonly StageDefinition[];
  readonly problems: readonly Problem[];
}

/**
 * Loads the definitions that a document names by a file, such as steps of the user's own, for `examinePipeline` to find.
 * What can't be loaded is a problem at its place.
 */
export async function loadDefinitions(
  document: PipelineDocument,
  registry: readonly StageDefinition[],
): Promise<Definitions> {
  const resolvePath = (path: string) => resolve(document.baseDirectory ?? '.', path);
  const steps = isMap(document.value) && Array.isArray(document.value['steps']) ? document.value['steps'] : [];
  const loaded = new Map<string, StepDefinition>();
  const problems: Problem[] = [];
  for (const [index, step] of steps.entries()) {
    for (const [name, written] of isMap(step) ? Object.entries(step) : []) {
      const definition = registry.find((candidate) => candidate.type === 'step' && candidate.name === name);
      if (definition?.type !== 'step' || definition.load === undefined) continue;
      const given = optionsMap(definition, written);
      if (given === undefined) continue;
      try {
        loaded.set(keyOf(name, given), await definition.load(given, resolvePath));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        problems.push(problemAt(document, ['steps', index, name], error.message, { code: 'unreadable-input' }));
      }
    }
  }
  return {
    registry: loaded.size === 0 ? registry : registry.map((definition) => withLoaded(definition, loaded)),
    problems,
  };
}

function withLoaded(definition: StageDefinition, loaded: ReadonlyMap<string, StepDefinition>): StageDefinition {
  if (definition.type !== 'step' || definition.load === undefined) return definition;
  return { ...definition, loaded: (given) => loaded.get(keyOf(definition.name, given)) };
}

function keyOf(name: string, given: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([name, given]);
}
