import { z } from 'zod';

/** The option of a step that says something of several columns: a text for each by its name, for at least one. Described by the step. */
export function columnTexts() {
  return z
    .record(z.string(), z.string().min(1))
    .refine((columns) => Object.keys(columns).length > 0, { error: 'expected at least one column' });
}
