import { createHash } from 'node:crypto';
import type { StageDefinition } from '../../core/stage.ts';
import type { Pipeline, StageChoice } from '../build.ts';

/**
 * A hash of everything in a pipeline that changes its rows or their order: stages, their options, paths of inputs and
 * outputs, the lines that are skipped, the shard.
 *
 * Left out is what only changes speed (a definition's `tuning` options), and `limit`, `maxFailures` and `summary`, which
 * may differ from run to run. A hash, so that no secret gets into a checkpoint.
 */
export function runIdentity({
  source,
  steps,
  sinks,
  failures,
  pages,
  skip = 0,
  ordered = false,
  shard,
}: Pipeline): string {
  const stages = [source, ...steps, ...sinks, failures, pages].map((choice) =>
    choice === undefined ? null : parts(choice),
  );
  const meaning = { stages, skip, ordered, shard: shard === undefined ? null : [shard.index, shard.count] };
  return createHash('sha256').update(JSON.stringify(meaning)).digest('base64url');
}

function parts({ definition, options }: StageChoice<StageDefinition>): unknown {
  const tuning = definition.tuning ?? [];
  const meaning = Object.entries(options)
    .filter(([name]) => !tuning.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { type, name } = definition;
  const version = definition.type === 'step' ? definition.version : undefined;
  return version === undefined ? [type, name, meaning] : [type, name, meaning, version];
}
