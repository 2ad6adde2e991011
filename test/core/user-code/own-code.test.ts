import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureCodes } from '../../../src/core/failure-codes.ts';
import { skipReasons } from '../../../src/core/outcome.ts';
import { OWN_CODE, OwnCodes } from '../../../src/core/user-code/own-code.ts';

test('none of our codes and reasons can be an own one', () => {
  assert.deepEqual(
    [...Object.keys(failureCodes), ...skipReasons].filter((code) => OWN_CODE.test(code)),
    [],
  );
});

test('what can be no code is told without what it could do to a terminal', () => {
  const codes = new OwnCodes();
  assert.equal(codes.problemOf('shop:sold-out'), undefined);
  for (const code of ['sold', 'a:b:c', 'shop:Sold', ':x', 'x:', 'shop:\u001b[2J', `a:${'b'.repeat(41)}`, '', 7, null]) {
    const problem = codes.problemOf(code) ?? assert.fail(String(code));
    assert.match(problem, /none of sluice's/);
    assert.equal(problem.includes('\u001b'), false);
  }
});
