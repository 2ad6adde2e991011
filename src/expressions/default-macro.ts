import type { ASTNode } from '@marcbachmann/cel-js';
import { celLibrary } from './library.ts';

/** What the library gives a macro at hand: the type of a node, and its value. */
interface TypeChecker<Type, Context> {
  check(node: ASTNode, context: Context): Type;
  readonly dynType: Type;
}

interface Evaluator<Context> {
  run(node: ASTNode, context: Context): unknown;
}

/**
 * `default(value, other)`. A macro, since a function would not be called where its argument fails.
 * Its type is that of both, or `dyn` where either's is known only with a row; two different types are an error.
 */
export function defaultMacro<Type extends { readonly kind: string; readonly name: string }, Context>({
  args: [value, other],
  ast,
}: {
  readonly args: readonly [ASTNode, ASTNode];
  readonly ast: ASTNode;
}) {
  return {
    async: false,
    typeCheck(checker: TypeChecker<Type, Context>, _macro: unknown, context: Context): Type {
      const type = checker.check(value, context);
      const otherType = checker.check(other, context);
      if (type.kind === 'dyn' || otherType.kind === 'dyn') return checker.dynType;
      if (type.name === otherType.name) return type;
      throw new (celLibrary().TypeError)(
        `default() needs two values of one type, got '${type.name}' and '${otherType.name}'`,
        ast,
      );
    },
    evaluate(evaluator: Evaluator<Context>, _macro: unknown, context: Context): unknown {
      const found = foundOrNull(evaluator, value, context);
      return found === null || found === '' ? evaluator.run(other, context) : found;
    },
  };
}

/** Null where a key is missing; any other error stays one. */
function foundOrNull<Context>(evaluator: Evaluator<Context>, node: ASTNode, context: Context): unknown {
  try {
    if (node.op === '.') {
      // An error for every row without the key would cost fifty times as much.
      const owner = evaluator.run(node.args[0], context);
      if (owner instanceof Map) return owner.get(node.args[1]) ?? null;
    }
    return evaluator.run(node, context);
  } catch (error) {
    if (error instanceof celLibrary().EvaluationError && error.code === 'no_such_key') return null;
    throw error;
  }
}
