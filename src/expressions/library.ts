import { createRequire } from 'node:module';

/** The engine of expressions, an implementation of CEL. */
export type CelLibrary = typeof import('@marcbachmann/cel-js');

/** Its values beyond those of JavaScript. */
export type CelEvaluatorLibrary = typeof import('@marcbachmann/cel-js/evaluator');

/** The engine of regular expressions. */
export type PatternLibrary = typeof import('re2js');

/**
 * The libraries are loaded when the first expression is compiled: a pipeline without one doesn't wait for them. Expressions
 * are compiled where nothing can be waited for, hence `require`, which takes ES modules, too
 * (https://nodejs.org/docs/latest-v20.x/api/modules.html#loading-ecmascript-modules-using-require).
 */
const require = createRequire(import.meta.url);

/** Gives the engine of expressions; the same one each time. */
export function celLibrary(): CelLibrary {
  return require('@marcbachmann/cel-js') as CelLibrary;
}

/** Gives the values of expressions beyond those of JavaScript; the same ones each time. */
export function celEvaluatorLibrary(): CelEvaluatorLibrary {
  return require('@marcbachmann/cel-js/evaluator') as CelEvaluatorLibrary;
}

/** Gives the engine of regular expressions; the same one each time. */
export function patternLibrary(): PatternLibrary {
  return require('re2js') as PatternLibrary;
}
