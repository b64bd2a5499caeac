/**
 * Threads that explore units together, this one among them. Each takes the next unit by a counter that
 * they share, so that none waits for this one to come to the end of a slice of its own. The others are
 * started once that is worth it: most commands are over before they could help.
 */
import type { Pool as ThreadPool } from 'workerpool';
import { Claims } from './claims';
import {
  exploreTaken,
  write,
  type ExploreInput,
  type SharedUnits,
  type UnitError,
  type UnitNews,
} from './explore-task';
import { startThreads } from './pool';
import type { TaskProgress } from './task';

export interface CrewOptions {
  /** Threads, this one included. */
  readonly threads: number;
  /** Interrupts: units under way give back what they have, and no others are begun. */
  readonly signal: AbortSignal;
  /** Whether there is so much to do that the others should help; asked now and then until it is. */
  readonly isMuch: () => boolean;
}

export interface Crew {
  /** Explores units; they are begun in order. @throws what the first failing unit threw */
  explore(inputs: readonly ExploreInput[], onNews: (news: UnitNews) => void): Promise<void>;
}

/** Gathers a crew, does the work with it, and ends its threads whatever comes of it. */
export async function withCrew<T>(
  options: CrewOptions,
  work: (crew: Crew) => Promise<T>,
): Promise<T> {
  const crew = new StartingCrew(options);
  try {
    return await work(crew);
  } finally {
    await crew.end();
  }
}

const ASK_MS = 50;

class StartingCrew implements Crew {
  private others: ThreadPool | undefined;
  private round: Round | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: CrewOptions) {
    this.timer = setInterval(() => this.ask(), ASK_MS);
  }

  async explore(inputs: readonly ExploreInput[], onNews: (news: UnitNews) => void): Promise<void> {
    this.round = new Round(inputs, onNews);
    if (this.others === undefined) this.ask();
    else this.callOthers();
    await this.round.run(this.options.signal);
    this.round = undefined;
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.others?.terminate(true);
  }

  private ask(): void {
    const { threads, signal, isMuch } = this.options;
    if (threads === 1 || signal.aborted) return clearInterval(this.timer);
    if (!isMuch()) return;
    clearInterval(this.timer);
    this.others = startThreads(threads - 1, signal);
    this.callOthers();
  }

  private callOthers(): void {
    const { others, round } = this;
    if (others === undefined || round === undefined) return;
    const units = round.shared();
    for (let k = 1; k < this.options.threads; k++) {
      const on = ({ state }: TaskProgress): void => round.hear(state as UnitNews);
      others.exec('exploreUnits', [units], { on }).catch((error) => round.fail(error as UnitError));
    }
  }
}

/** Units that are explored now, and what is known of them. */
class Round {
  private readonly memory = Claims.memory();
  private readonly claims: Claims;
  private ended = 0;
  private readonly errors = new Map<number, unknown>();
  /** Whether no more units are taken. */
  private closed = false;
  private readonly over: Promise<void>;
  private resolve!: () => void;
  private reject!: (error: unknown) => void;

  constructor(
    private readonly inputs: readonly ExploreInput[],
    private readonly onNews: (news: UnitNews) => void,
  ) {
    this.claims = new Claims(this.memory, inputs.length);
    this.over = new Promise<void>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Who waits for it sees the error; until then it is nobody's.
    this.over.catch(() => {});
  }

  /** The units that are left, for others. */
  shared(): SharedUnits {
    const { taken } = this.claims;
    const units = this.inputs.map((input, k) => (k < taken ? NOTHING : write(input)));
    return { claims: this.memory, units };
  }

  /** Takes part, and waits for the units that others have. */
  async run(signal: AbortSignal): Promise<void> {
    const { claims, inputs } = this;
    await exploreTaken(
      claims,
      (unit) => inputs[unit]!,
      signal,
      (news) => this.hear(news),
    ).catch((error: UnitError) => this.fail(error));
    // There are none left, or an error or the signal has closed the list.
    this.closed = true;
    this.look();
    await this.over;
    if (this.errors.size > 0) throw this.errors.get(Math.min(...this.errors.keys()));
  }

  hear(news: UnitNews): void {
    this.onNews(news);
    if (news.result !== undefined) this.settle();
  }

  fail(error: UnitError): void {
    this.claims.close();
    // That of a thread which has died is of no unit.
    if (error.unit === undefined) return this.reject(error);
    this.errors.set(error.unit, error);
    this.settle();
  }

  private settle(): void {
    this.ended++;
    this.look();
  }

  private look(): void {
    if (this.closed && this.ended === this.claims.taken) this.resolve();
  }
}

const NOTHING = new SharedArrayBuffer(0);
