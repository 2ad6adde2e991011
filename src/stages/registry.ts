import type { StageDefinition } from '../core/stage.ts';
import { csvSink } from './sinks/csv.ts';
import { jsonlSink } from './sinks/jsonl.ts';
import { tsvSink } from './sinks/tsv.ts';
import { linesSource } from './sources/lines.ts';
import { urlsSource } from './sources/urls.ts';
import { dedupeStep } from './steps/dedupe.ts';
import { fetchStep } from './steps/fetch.ts';
import { linksStep } from './steps/links.ts';

/** Every stage there is, in the order of the reference. The only file that imports them all. */
export const stageDefinitions: readonly StageDefinition[] = [
  linesSource,
  urlsSource,
  dedupeStep,
  fetchStep,
  linksStep,
  tsvSink,
  csvSink,
  jsonlSink,
];
