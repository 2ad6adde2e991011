import { RecordError } from '../core/errors.ts';
import { type Abandon, abandon, OutcomeError, type Skip, skip } from '../core/outcome.ts';
import type { BodyReader, LiveBody, PageFacts, PageResponse } from '../core/record.ts';
import { NotModified } from './validators/validators.ts';

/** What is a failure only where that is asked for. */
export interface JudgementRules {
  /** An answer of a type that is not wanted. */
  readonly notHtml: 'skip' | 'fail';
  /** A URL that robots.txt does not allow. */
  readonly disallowed: 'skip' | 'fail';
}

/** Tells which of the errors of fetching are no failures. */
export class Judgement {
  readonly #rules: JudgementRules;
  readonly #stopSignal: AbortSignal;

  /** `stopSignal`: once it has aborted, what was cancelled is let go of. */
  constructor(rules: JudgementRules, stopSignal: AbortSignal) {
    this.#rules = rules;
    this.#stopSignal = stopSignal;
  }

  /** The outcome that an error stands for; undefined for a failure. */
  of(error: unknown): Skip | Abandon | undefined {
    if (error instanceof NotModified) return skip('not-modified', error.facts);
    if (!(error instanceof RecordError)) return undefined;
    if (error.code === 'cancelled' && this.#stopSignal.aborted) return abandon;
    if (error.code === 'robots' && this.#rules.disallowed === 'skip') return skip('robots');
    if (error.code === 'not-html' && this.#rules.notHtml === 'skip') return skip('not-html', factsOf(error));
    return undefined;
  }
}

/**
 * A body whose page may turn out, when it has broken off and is fetched again, to be none that is wanted: what the
 * judgement has an outcome for is rejected with as an OutcomeError.
 */
export class JudgedBody implements LiveBody {
  readonly #body: LiveBody;
  readonly #judgement: Judgement;

  constructor(body: LiveBody, judgement: Judgement) {
    this.#body = body;
    this.#judgement = judgement;
  }

  async read<Result>(
    open: (response: PageResponse) => BodyReader<Result>,
  ): Promise<{ result: Result; page: PageFacts }> {
    try {
      return await this.#body.read(open);
    } catch (error) {
      const outcome = this.#judgement.of(error);
      throw outcome === undefined ? error : new OutcomeError(outcome);
    }
  }

  release(): void {
    this.#body.release();
  }
}

/** All facts are known of an answer whose header has come. */
function factsOf(error: RecordError): PageFacts {
  const { finalUrl = '', status = 0, contentType = null, bytes = 0, attempts = 1, elapsedMs = 0 } = error.facts;
  return { finalUrl, status, contentType, bytes, attempts, elapsedMs };
}
