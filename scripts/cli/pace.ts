/** How fast work goes whose units take longer from stage to stage. */
export class Pace {
  private stage: number | undefined;
  private done = 0;
  private began = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * What to add to a line of progress, as in `, 12/s, 4 s left`: nothing where a stage begins, and nothing
   * of what is left where there is no total.
   */
  tell(stage: number, done: number, total?: number): string {
    if (this.stage !== stage) {
      this.stage = stage;
      this.done = done;
      this.began = this.now();
    }
    const units = done - this.done;
    const seconds = (this.now() - this.began) / 1000;
    if (units <= 0 || seconds <= 0) return '';
    const rate = `, ${rateText(units, seconds)}`;
    if (total === undefined) return rate;
    return `${rate}, ${secondsText((seconds / units) * (total - done))} left`;
  }
}

/** Units a second. */
export const rateText = (count: number, seconds: number): string =>
  `${Math.round(seconds > 0 ? count / seconds : 0)}/s`;

export const secondsText = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
