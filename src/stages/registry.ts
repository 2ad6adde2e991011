import type { z } from 'zod';
import type { StageDefinition } from '../core/stage.ts';
import { csvSink } from './sinks/csv.ts';
import { jsonlSink } from './sinks/jsonl.ts';
import { nullSink } from './sinks/null.ts';
import { parquetSink } from './sinks/parquet.ts';
import { splitSink } from './sinks/split.ts';
import { sqliteSink } from './sinks/sqlite.ts';
import { tsvSink } from './sinks/tsv.ts';
import { csvSource } from './sources/csv.ts';
import { filesSource } from './sources/files.ts';
import { jsonlSource } from './sources/jsonl.ts';
import { linesSource } from './sources/lines.ts';
import { sitemapSource } from './sources/sitemap.ts';
import { tsvSource } from './sources/tsv.ts';
import { urlsSource } from './sources/urls.ts';
import { warcSource } from './sources/warc.ts';
import { dedupeStep } from './steps/dedupe.ts';
import { dropStep } from './steps/drop.ts';
import { execStep } from './steps/exec.ts';
import { fetchStep } from './steps/fetch.ts';
import { limitStep } from './steps/limit.ts';
import { linksStep } from './steps/links.ts';
import { normalizeStep } from './steps/normalize.ts';
import { renameStep } from './steps/rename.ts';
import { sampleStep } from './steps/sample.ts';
import { setStep } from './steps/set.ts';
import { useStep } from './steps/use.ts';
import { whereStep } from './steps/where.ts';

/** Every stage there is, in the order of the reference. The only file that imports them all. */
export const stageDefinitions: readonly StageDefinition[] = [
  linesSource,
  urlsSource,
  csvSource,
  tsvSource,
  jsonlSource,
  sitemapSource,
  filesSource,
  warcSource,
  normalizeStep,
  dedupeStep,
  sampleStep,
  limitStep,
  fetchStep,
  linksStep,
  whereStep,
  setStep,
  renameStep,
  dropStep,
  execStep,
  useStep,
  tsvSink,
  csvSink,
  jsonlSink,
  parquetSink,
  sqliteSink,
  splitSink,
  nullSink,
];

/** The options of the step `fetch`, as they are written. */
export type FetchOptions = z.input<typeof fetchStep.options>;

/** The options of the step `links`, as they are written. */
export type LinksOptions = z.input<typeof linksStep.options>;
