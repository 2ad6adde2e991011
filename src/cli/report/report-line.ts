import { printable } from '../../core/printable.ts';
import { maskLineCredentials } from '../../core/urls/credentials.ts';
import type { LineReport } from '../../pipeline/accounts/settlement.ts';

/**
 * One input line's fate for standard error: outcome or code, status, rows, time, and the line itself.
 *
 * Text from the outside is made printable, so that it can't drive the terminal, and shows no credentials.
 */
export function reportLine(report: LineReport): string {
  const { outcome, facts, links, error, skip, record } = report;
  const what = error?.code ?? skip?.reason ?? outcome;
  const details = [
    facts.status === undefined ? undefined : `${facts.status}`,
    outcome === 'linked' ? `${links} rows` : undefined,
    facts.elapsedMs === undefined ? undefined : `${Math.round(facts.elapsedMs)}ms`,
    facts.attempts !== undefined && facts.attempts > 1 ? `${facts.attempts} attempts` : undefined,
  ].filter((detail) => detail !== undefined);
  const message = error === undefined ? '' : ` (${printable(error.message)})`;
  return `${what.padEnd(8)} ${printable(maskLineCredentials(record.sourceUrl))}${details.length > 0 ? ` ${details.join(' ')}` : ''}${message}`;
}
