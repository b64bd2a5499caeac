/** The series with its hunks as switches: what each is for, where it is modelled, what pins it. */
import type { HunkId, SwitchId } from '../../../model/features/hunk-id';
import { HUNKS, SERIES, type HunkFacts } from '../../../model/features/hunk-table';
import type { PatchReport, ReportedHunk } from '../../../model/patch/patch-report';
import type { ReportedSwitch } from '../../hunk-report';
import { HunkDiff } from './hunk-diff';
import { SwitchBox, type SwitchBoard } from './switch-box';
import { count } from './words';

export interface PatchViewProps {
  readonly switches: readonly ReportedSwitch[];
  /** The input that was reviewed; null: the series itself. */
  readonly patch: PatchReport | null;
  readonly board: SwitchBoard;
}

export function PatchView({ switches, patch, board }: PatchViewProps) {
  const inInput = new Map<HunkId, ReportedHunk>(
    (patch?.hunks ?? []).flatMap((hunk) => hunk.ids.map((id) => [id, hunk] as const)),
  );
  const unknown = (patch?.hunks ?? []).filter(({ ids }) => ids.length === 0);
  return (
    <>
      {groups().map(({ name, subject, hunks }) => (
        <details key={name} open={hunks.some(({ id }) => inInput.has(id))} class="series">
          <summary>
            <b>{name}</b> {subject} <small>({count(hunks.length, 'hunk')})</small>
          </summary>
          {hunks.map((hunk) => (
            <Hunk
              key={hunk.id}
              hunk={hunk}
              input={inInput.get(hunk.id)}
              switches={switches.filter((each) => each.hunk === hunk.id)}
              board={board}
            />
          ))}
        </details>
      ))}
      {unknown.length > 0 && (
        <details open class="series">
          <summary>
            <b>Not known</b> <small>({count(unknown.length, 'hunk')}, not modelled)</small>
          </summary>
          {unknown.map(({ file, text }, index) => (
            <HunkDiff
              key={index}
              file={file}
              header={text?.header ?? ''}
              lines={text?.lines ?? []}
            />
          ))}
        </details>
      )}
    </>
  );
}

interface Group {
  readonly name: string;
  readonly subject: string;
  readonly hunks: readonly HunkFacts[];
}

function groups(): Group[] {
  const names = [...new Set(HUNKS.map(({ patch }) => patch))];
  return names.map((name) => ({
    name,
    subject: SERIES.find(({ patch }) => patch === name)?.subject ?? '',
    hunks: HUNKS.filter(({ patch }) => patch === name),
  }));
}

interface HunkProps {
  readonly hunk: HunkFacts;
  readonly input: ReportedHunk | undefined;
  readonly switches: readonly ReportedSwitch[];
  readonly board: SwitchBoard;
}

function Hunk({ hunk, input, switches, board }: HunkProps) {
  const text = input?.text ?? hunk.text;
  return (
    <div class="hunk" id={`hunk-${hunk.id}`}>
      {switches.map((each) => (
        <SwitchFactsView key={each.id} facts={each} status={statusOf(hunk, input)} board={board} />
      ))}
      {text === undefined ? (
        <p class="muted">Its text is not in the mail; it is known from facts about the series.</p>
      ) : (
        <details>
          <summary>the hunk</summary>
          <HunkDiff file={hunk.file} header={text.header} lines={text.lines} />
        </details>
      )}
    </div>
  );
}

/** Where the text is from; what was not compared with the posted text is not called quoted. */
function statusOf(hunk: HunkFacts, input: ReportedHunk | undefined): string {
  const bySignature = input?.match === 'by-signature' && hunk.signature !== undefined;
  return bySignature
    ? 'recognised by signature only, not compared'
    : (input?.status ?? hunk.status);
}

const EFFECTS = {
  behaviour: 'acts',
  definition: 'acts where used',
  none: 'no effect',
} as const;

interface SwitchFactsProps {
  readonly facts: ReportedSwitch;
  readonly status: string;
  readonly board: SwitchBoard;
}

function SwitchFactsView({ facts, status, board }: SwitchFactsProps) {
  const { id, description, effect, reason, modelledAt, pinnedBy, redundant, needs } = facts;
  return (
    <div class="switch-facts">
      <SwitchBox id={id} board={board} />
      <p>{description}</p>
      <dl>
        <Item term="text">{status}</Item>
        {reason !== null && <Item term={EFFECTS[effect]}>{reason}</Item>}
        {modelledAt.length > 0 && (
          <Item term="modelled at">
            {modelledAt.map((place) => (
              <code key={place.file + place.function}>{`${place.file}:${place.function} `}</code>
            ))}
          </Item>
        )}
        {redundant !== null && <Item term="redundant">{redundant.reason}</Item>}
        {pinnedBy.length > 0 && (
          <Item term="pinned by">
            {pinnedBy.map(({ scenario, quantifier, condition }) => (
              <div key={scenario}>
                {scenario}: <code>{`${quantifier} ${condition}`}</code>
              </div>
            ))}
          </Item>
        )}
        {needs.length > 0 && (
          <Item term="needs">
            {needs.map((need) => (
              <div key={need.symbol + need.from}>
                <code>{need.symbol}</code> from {need.from}
              </div>
            ))}
          </Item>
        )}
      </dl>
    </div>
  );
}

function Item({
  term,
  children,
}: {
  readonly term: string;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The hunks of which one variant has more or less than the other. */
export function hunksBetween(a: ReadonlySet<SwitchId>, b: ReadonlySet<SwitchId>): HunkFacts[] {
  return HUNKS.filter(({ switches }) => switches.some(({ id }) => a.has(id) !== b.has(id)));
}
