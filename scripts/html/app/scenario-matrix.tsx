/** Scenarios and levels as a heat map; a row opens to what stands behind it. */
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { printCompleteness } from '../../../model/diff/completeness';
import type { ComparedScenario } from '../../../model/report/diff-document';
import { LEVELS } from '../../../model/scenario/outcome';
import { exploredNoun } from '../../views/explored-text';
import { linkTo, type LivePlace } from './fragment';
import { VerdictCell } from './verdict-cell';
import { sentence, WHO } from './words';

export interface ScenarioMatrixProps {
  readonly rows: readonly ComparedScenario[];
  readonly names: { readonly a: string; readonly b: string };
  /** Where a row is in the live model, if not by its name. */
  readonly at?: LivePlace;
}

export function ScenarioMatrix({ rows, names, at }: ScenarioMatrixProps) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <div class="scroll">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">scenario</th>
            {LEVELS.map((level) => (
              <th scope="col" key={level}>
                {level}
                <small> {WHO[level]}</small>
              </th>
            ))}
            <th scope="col" class="number">
              {rows.some(({ executions }) => executions === null) ? 'states' : 'traces'}
            </th>
            <th scope="col">explored</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={row.name}>
              <tr>
                <th scope="row">
                  <button
                    type="button"
                    class="plain"
                    aria-expanded={open === row.name}
                    onClick={() => setOpen(open === row.name ? null : row.name)}
                  >
                    {row.name}
                  </button>
                </th>
                {LEVELS.map((level) => (
                  <VerdictCell key={level} verdict={row.levels[level].verdict} />
                ))}
                <td class="number">
                  {(row.executions ?? row.states!).a} | {(row.executions ?? row.states!).b}
                </td>
                <td>{printCompleteness(row.completeness)}</td>
              </tr>
              {open === row.name && (
                <tr>
                  <td colSpan={6} class="drill">
                    {sentence(row.title)} {(row.executions ?? row.states!).a} {exploredNoun(row)}s
                    on {names.a}, {(row.executions ?? row.states!).b} on {names.b}.
                    <br />
                    <a href={linkTo({ ...(at ?? { scenario: row.name }), ...names })}>
                      Run it in the live model
                    </a>{' '}
                    or with <code>{`lzfree diff ${names.a} ${names.b} ${row.name}`}</code>
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
