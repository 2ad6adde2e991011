// The package's public surface, and nothing else: what is not named here may change at any time.
export { z } from 'zod';
export type { ColumnPlan, OptionProblem } from './core/columns/column-plan.ts';
export { type Column, ColumnScope, type ColumnType, fieldColumn, inputColumnName } from './core/columns/columns.ts';
export type { FailureFacts, StageErrorCode } from './core/errors.ts';
export { ConfigError, RecordError, StageError } from './core/errors.ts';
export { type FailureCode, failureCodes } from './core/failure-codes.ts';
export { type Abandon, abandon, type Skip, type SkipReason, skip } from './core/outcome.ts';
export type {
  AnyRecord,
  BodyReader,
  Fields,
  Kind,
  Link,
  LinkDetails,
  LinksRecord,
  LiveBody,
  Origin,
  PageFacts,
  PageRecord,
  PageResponse,
  PageType,
  RecordBase,
  Records,
  Redirect,
  UrlRecord,
  Value,
} from './core/record.ts';
export { baseOf } from './core/record.ts';
export type { OutputCheckpoint, OutputState, Row, SinkRequest, SinkWriter } from './core/stage/sink-writer.ts';
export type { SourceItem, SourcePage } from './core/stage/source-item.ts';
export type { StageNote } from './core/stage/stage-note.ts';
export type { StepCheckpoint, StepState } from './core/stage/step-state.ts';
export type {
  InputContext,
  OptionsSchema,
  SinkDefinition,
  Source,
  SourceDefinition,
  SourceIdentity,
  SourceResume,
  StageContext,
  StageDefinition,
  Step,
  StepDefinition,
} from './core/stage.ts';
export { defineSink, defineSource, defineStep } from './core/stage.ts';
export { duration, size } from './core/units.ts';
export type { OwnCode } from './core/user-code/own-code.ts';
export { VERSION } from './core/version.ts';
export { checkPipeline, type PipelineProblem } from './library/check-pipeline.ts';
export type { FailedLine, LineResult, LinkedLine, SkippedLine } from './library/line-result.ts';
export type { PipelineInput, PipelineOptions, StageInput } from './library/pipeline-input.ts';
export { type ReadLinksOptions, readLinks } from './library/read-links.ts';
export { type PipelineResult, type RunOptions, runPipeline } from './library/run-pipeline.ts';
export type { Totals } from './pipeline/accounts/ledger.ts';
export type { RunProgress } from './pipeline/run/run-progress.ts';
export type { FetchOptions, LinksOptions } from './stages/registry.ts';
export { stageDefinitions } from './stages/registry.ts';
