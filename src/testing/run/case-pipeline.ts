import type { StageDefinition } from '../../core/stage.ts';
import { type Path, pathText } from '../../pipeline/checks/problems.ts';
import { readPipelineFile } from '../../pipeline/document/file.ts';
import type { PipelineDocument } from '../../pipeline/document/pipeline-document.ts';
import { isMap } from '../../pipeline/document/plain-map.ts';
import type { SetRequest } from '../../pipeline/document/settings.ts';
import { type ExaminedFile, examineWholeFile } from '../../pipeline/load.ts';
import type { TestCase } from '../document/test-file.ts';

/** The pipeline file that is tested. */
export interface TestedFile {
  readonly text: string;
  /** Its name as it shall be shown. */
  readonly file: string;
  /** The folder where its paths start. */
  readonly folder: string;
}

/** A pipeline as a case has it; `takesInput` is false where its source reads no lines that could be given. */
export interface CasePipeline extends ExaminedFile {
  readonly takesInput: boolean;
}

/** Sources whose files the lines of a case can stand in for. */
const LINE_SOURCES = ['lines', 'csv', 'tsv', 'jsonl'];

/**
 * Examines the pipeline of a case: with its variables and settings, and with standard input in the place of the source's
 * files where the case has lines for it. Whether the outputs could be written is not looked at: a test writes none.
 */
export async function casePipeline(
  { text, file, folder }: TestedFile,
  { env, set, input, index }: TestCase,
  {
    registry,
    testDocument,
  }: { readonly registry: readonly StageDefinition[]; readonly testDocument: PipelineDocument },
): Promise<CasePipeline> {
  const variables = environmentOf(env);
  const own = Object.entries(set).map(([name, value]) => {
    const path: Path = ['cases', index, 'set', name];
    const label = `${testDocument.place(path, 'key')}: ${pathText(path)}`;
    return { label, assignment: `${name}=${JSON.stringify(value)}` };
  });
  const { document } = readPipelineFile(text, { file, env: variables, sets: own });
  const source = sourceName(document?.value);
  const takesInput = source !== undefined && LINE_SOURCES.includes(source);
  const sets: SetRequest[] = [...own];
  if (input !== undefined && takesInput) {
    sets.push({ kind: 'set', label: 'input', path: `source.${source}.path`, value: '-' });
  }
  const options = { file, env: variables, sets, baseDirectory: folder, isRehearsal: true };
  const examined = await examineWholeFile(text, options, registry);
  return { ...examined, takesInput };
}

/** The variables of a case, as a process would have them. */
export function environmentOf(env: TestCase['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}

function sourceName(pipeline: unknown): string | undefined {
  const source = isMap(pipeline) ? pipeline['source'] : undefined;
  if (typeof source === 'string') return source;
  return isMap(source) ? Object.keys(source)[0] : undefined;
}
