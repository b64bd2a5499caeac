/** What the benchmark is asked for. */
import { parseArgs } from 'node:util';
import { checkPlace } from '../cli/check-place';
import { UsageError } from '../cli/errors';

export const USAGE = `usage: npm run bench -- [--json FILE] [--seconds S] [--no-spin]

  --json FILE   write what was measured there, too
  --seconds S   CPU seconds for each measurement, 0.5 by default
  --no-spin     leave out the comparison with Spin, where it is installed
`;

/** The argument that makes it measure one row only: `workers,WORK,N` or `spin,PROGRAM,SIZE,SECONDS`. */
export const ROW_OPTION = 'row';

export interface BenchOptions {
  readonly help: boolean;
  readonly json: string | undefined;
  readonly seconds: number;
  readonly spin: boolean;
  readonly row: string | undefined;
}

/** @throws UsageError */
export function benchOptions(argv: readonly string[]): BenchOptions {
  const values = parsed(argv);
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds < Infinity)) {
    throw new UsageError(`--seconds must be a number above 0, not '${values.seconds}'`);
  }
  if (values.json !== undefined) checkPlace(values.json, 'file');
  const { help, json, [ROW_OPTION]: row } = values;
  return { help, json, seconds, spin: !values['no-spin'], row };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', default: false },
        json: { type: 'string' },
        seconds: { type: 'string', default: '0.5' },
        'no-spin': { type: 'boolean', default: false },
        [ROW_OPTION]: { type: 'string' },
      },
    }).values;
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new UsageError(`${line}; see --help`);
  }
}
