import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { issueProblems } from '../../pipeline/checks/issues.ts';
import { foundText, type Path, type Problem, problemAt } from '../../pipeline/checks/problems.ts';
import { readPipelineFile } from '../../pipeline/document/file.ts';
import type { PipelineDocument } from '../../pipeline/document/pipeline-document.ts';
import { isMap, withoutNulls } from '../../pipeline/document/plain-map.ts';
import { type AnswerKeys, answerKeys, caseKeys, type Expected, expectedKeys, testFileKeys } from './test-keys.ts';
import { TEST_SUFFIX } from './test-suffix.ts';

/** A file of tests of one pipeline. */
export interface TestFile {
  readonly document: PipelineDocument;
  /** Path of its pipeline, from the folder where the paths of the file start. */
  readonly pipeline: string;
  readonly cases: readonly TestCase[];
}

/** A canned answer, its body at hand. */
export interface CannedAnswer extends Omit<AnswerKeys, 'body' | 'file'> {
  readonly body: Uint8Array | undefined;
}

/** The answers for a URL or a pattern: each request for a URL gets the next one, and the last one stays. */
export interface CannedAnswers {
  readonly url: string;
  readonly answers: readonly CannedAnswer[];
}

/** A run of a pipeline, and what is to come of it. */
export interface TestCase extends Omit<z.output<typeof caseKeys>, 'answers' | 'expected'> {
  /** Where it stands among the cases of its file. */
  readonly index: number;
  readonly answers: readonly CannedAnswers[];
  readonly expected: Expected | undefined;
}

/** A test file that was read as far as that was possible. `file` is undefined where there are problems. */
export interface ReadTestFile {
  readonly file: TestFile | undefined;
  readonly problems: readonly Problem[];
}

/** What a test file is read with. */
export interface TestFileOptions {
  /** Its name as it shall be shown. */
  readonly file: string;
  /** The folder where its paths start. */
  readonly folder: string;
  /** Variables that it may refer to. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads a test file: YAML, as pipeline files are, and with places as they have them. The bodies of answers are read along. */
export function readTestFile(text: string, { file, folder, env }: TestFileOptions): ReadTestFile {
  const { document, problems } = readPipelineFile(text, { file, env, sets: [] });
  if (document === undefined) return { file: undefined, problems };
  const reader = new TestFileReader(document, folder);
  const read = reader.read();
  const all = [...problems, ...reader.problems];
  return { file: all.length === 0 ? read : undefined, problems: all };
}

/** What has keys of its own in a case. */
interface Below {
  readonly answers?: unknown;
  readonly expected?: unknown;
}

class TestFileReader {
  readonly problems: Problem[] = [];
  readonly #document: PipelineDocument;
  readonly #folder: string;

  constructor(document: PipelineDocument, folder: string) {
    this.#document = document;
    this.#folder = folder;
  }

  read(): TestFile | undefined {
    const { name, value } = this.#document;
    const keys = this.#parse([], value, testFileKeys, 'a map with the key cases');
    // The cases are looked at also where the file as such has mistakes.
    const { cases: written } = isMap(value) ? (value as { readonly cases?: unknown }) : {};
    const cases = (Array.isArray(written) ? written : []).map((one, index) => this.#case(one, index));
    if (keys === undefined) return undefined;
    const [base = ''] = name.split(/[\\/]/).slice(-1);
    const pipeline = keys.pipeline ?? `${base.endsWith(TEST_SUFFIX) ? base.slice(0, -TEST_SUFFIX.length) : base}.yaml`;
    if (pipeline === base) this.#add([], 'is required: the path of the pipeline file, under the key pipeline');
    return { document: this.#document, pipeline, cases: cases.filter((one) => one !== undefined) };
  }

  #case(written: unknown, index: number): TestCase | undefined {
    const path = ['cases', index];
    const keys = this.#parse(path, written, caseKeys, 'a case, which is a map with the key name');
    // What stands below is looked at also where the case itself has mistakes.
    const { answers: canned, expected: wanted } = isMap(written) ? (written as Below) : {};
    const answers = Object.entries(isMap(canned) ? canned : {}).map(([url, given]) =>
      this.#answers([...path, 'answers', url], given),
    );
    const expected =
      wanted == null
        ? undefined
        : this.#parse([...path, 'expected'], wanted, expectedKeys, 'a map of what is expected');
    return keys && { ...keys, index, answers, expected };
  }

  #answers(path: Path, given: unknown): CannedAnswers {
    const url = String(path.at(-1));
    if (!url.includes('*') && !URL.canParse(url)) {
      const text = `expected a URL, or a pattern with * in it, got ${foundText(url)}`;
      this.problems.push(problemAt(this.#document, path, text, { part: 'key' }));
    }
    const list = Array.isArray(given) ? given : [given];
    if (list.length === 0) this.#add(path, 'expected an answer, or a list of answers, got an empty list');
    const answers = list.map((one, index) => this.#answer(Array.isArray(given) ? [...path, index] : path, one));
    return { url, answers: answers.filter((one) => one !== undefined) };
  }

  #answer(path: Path, given: unknown): CannedAnswer | undefined {
    const written = typeof given === 'string' ? { body: given } : given;
    const keys = this.#parse(path, written, answerKeys, 'an answer: the text of a page, or a map such as status: 404');
    if (keys === undefined) return undefined;
    const { body, file, ...others } = keys;
    if (file === undefined) return { ...others, body: body === undefined ? undefined : Buffer.from(body) };
    try {
      return { ...others, body: readFileSync(resolve(this.#folder, file)) };
    } catch (error) {
      this.#add([...path, 'file'], `can't be read: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  #parse<Schema extends z.ZodObject>(
    path: Path,
    value: unknown,
    schema: Schema,
    what: string,
  ): z.output<Schema> | undefined {
    if (!isMap(value)) {
      this.#add(path, `expected ${what}, got ${foundText(value)}`);
      return undefined;
    }
    const written = withoutNulls(value, schema.shape);
    const result = schema.safeParse(written);
    if (result.success) return result.data;
    const checked = {
      locator: this.#document,
      path,
      value: written,
      schemas: [schema],
      noun: 'key',
    } as const;
    this.problems.push(...issueProblems(result.error.issues, checked));
    return undefined;
  }

  #add(path: Path, text: string): void {
    this.problems.push(problemAt(this.#document, path, text));
  }
}
