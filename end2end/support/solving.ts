// An experiment on the stage, from its prediction to its explanation; what is done in between is the caller's.
import { type Locator, expect } from "@playwright/test";
import { ClusterPage } from "./cluster.js";
import { type CardWords, type Experiment, plain, spoken } from "./experiment.js";

/** The picture goes on at least this often, also where the machine is busy. */
const STILL_MS_MAX = 30_000;
/** The fastest at which a moment is not missed is taken. */
const SPEEDS = [60, 20, 5, 1] as const;
type Speed = (typeof SPEEDS)[number];
/** A page looks at its clock five times a real second. */
const LAG_S_MIN = 0.25;
/** Where an experiment has to be solved within a time, a moment is not missed by so many times the usual lag. */
const CARE = 4;
/** To the next event is so far at most, virtual seconds. */
const STEP_S_MAX = 60;
/** Where steps bring less than ×60 does, so much is played at first, virtual seconds; then twice as much, and so on. */
const PLAYED_S = 15;

/** A card's region is named by its label and its title. */
const CARD = { ko: "실험", en: "Experiment" };
const WRONG = { ko: "예측과 다르게 흘러갔어요.", en: "It went another way than predicted." };

/** Waits for the end of what was begun. */
export type Ending = () => Promise<void>;

export class ExperimentPage extends ClusterPage {
  /** What the card says. */
  get said(): CardWords {
    return this.experiment.words[this.lang];
  }
  /** Virtual seconds by which a step was later than its file says, at most. */
  private late_s = 0;
  /** Real seconds that a turn of the time controls takes at most. */
  private lag_s = LAG_S_MIN;
  private speed: Speed = 1;
  private get care(): number {
    return this.experiment.hurried ? CARE : 1;
  }
  /** When which line was begun. */
  private readonly diary: string[] = [];

  constructor(
    page: ClusterPage["page"],
    lang: ClusterPage["lang"],
    readonly experiment: Experiment,
  ) {
    super(page, lang);
  }

  override get card(): Locator {
    const { label, title } = this.said;
    return this.page.getByRole("region", { name: `${CARD[this.lang]} ${label}\u2002${title}`, exact: true });
  }

  override async open(): Promise<void> {
    const { lesson, id } = this.experiment;
    await this.page.goto(`/${this.lang}/lessons/${lesson}?ex=${id}`);
    await expect(this.page.locator("html")).toHaveAttribute("lang", this.lang);
    await this.alive();
    await this.expectScore(0, this.experiment.checks.length);
  }

  /** Locks the first choice. */
  async predict(): Promise<void> {
    const choice = spoken(this.said.prediction.choices[this.experiment.choices[0]!]!);
    const radio = this.card.getByRole("radio", { name: choice, exact: true });
    await radio.check();
    await this.card.getByRole("button", { name: this.words.lock }).click();
    await expect(radio).toBeDisabled();
    await expect(this.card.getByText(this.words.lockedAt)).toBeVisible();
  }

  /**
   * Plays the solution. At each step's moment time stands still while `begin` types the line or does the same by hand; it goes on
   * for what follows from it, and what `begin` gave waits for the end.
   */
  async play(begin: (line: string) => Promise<Ending>): Promise<void> {
    const { steps } = this.experiment;
    // where the page was too late for the first step, all moments move by as much
    let shift_s = Math.max(0, (await this.elapsed()) - steps[0]!.at_s);
    for (const { at_s, line } of steps) {
      await this.reach(at_s + shift_s);
      const now = await this.elapsed();
      this.late_s = Math.max(this.late_s, now - at_s);
      // what a step brings about lies between it and the next one; where the world has a clock of its own, that one counts
      if (!this.experiment.hurried) shift_s = this.late_s;
      this.diary.push(`${now} s (${at_s} s): ${line}`);
      const end = await begin(line);
      // a line that takes a while shall not take minutes
      if (this.speed > 5) await this.setSpeed(5);
      await this.goOn();
      await end();
    }
  }

  /** All checks have passed, and the card says how it came. */
  async expectSolved(): Promise<void> {
    const { checks, until_s } = this.experiment;
    const score = this.card.getByRole("img", { name: this.words.score(checks.length, checks.length), exact: true });
    const verdict = this.card.getByText(this.words.right).or(this.card.getByText(WRONG[this.lang]));
    const isSolved = async () => (await score.count()) + (await verdict.count()) === 2;
    const end_s = until_s + this.late_s;
    await this.leap(end_s + STEP_S_MAX, isSolved);
    await expect.poll(isSolved).toBe(true).catch(async () => {
      throw await this.stuck();
    });
    const words = checks.map((id) => `${spoken(this.said.checks[id]!)}, ${this.words.passed}`);
    const shown = await this.card.locator(".checks > li > p").allTextContents();
    if (shown.join("\n") !== words.join("\n")) throw await this.stuck();
    await expect(this.card.locator(".chain").getByRole("listitem").first()).toBeVisible();
    expect(plain(await this.card.locator(".closing").first().innerText())).toContain(plain(this.said.closing.split("\n")[0]!));
  }

  /** Lets time go until a moment of the learner's clock, slower towards it, and stops it there. */
  private async reach(at_s: number): Promise<void> {
    await this.leap(at_s, async () => false);
    const left_s = async () => at_s - (await this.elapsed());
    for (let left = await left_s(); left > 0; left = await left_s()) {
      const slowest = this.lag_s > 2 * LAG_S_MIN ? 1 : 5;
      const ahead_s = (speed: Speed) => (speed <= slowest ? 0 : speed * this.lag_s * this.care);
      const speed = SPEEDS.find((speed) => ahead_s(speed) < left)!;
      const near_s = ahead_s(speed);
      await this.setSpeed(speed);
      await this.goOn();
      await this.until(at_s - near_s);
      // where pictures are late, the page's clock is ahead: only a pause tells
      if (near_s === 0) await this.standStill();
    }
    await this.standStill();
  }

  /** From event to event, as long as none can lie behind the moment, or until `done`; time stands still then. */
  private async leap(until_s: number, done: () => Promise<boolean>): Promise<void> {
    await this.standStill();
    let play_s = PLAYED_S;
    for (let now = await this.elapsed(); until_s - now >= STEP_S_MAX && !(await done()); ) {
      const [from, before] = [Date.now(), now];
      now = await this.step();
      const worth = now - before > (60 * (Date.now() - from)) / 1000;
      const end = Math.min(now + play_s, until_s - 60 * this.lag_s * this.care);
      if (worth || end <= now) continue;
      await this.setSpeed(60);
      await this.goOn();
      await this.until(end);
      await this.standStill();
      now = await this.elapsed();
      play_s *= 2;
    }
  }

  /** To the next event; gives the learner's clock. */
  private async step(): Promise<number> {
    const answer = this.page.waitForResponse((r) => r.url().endsWith("/api/time"));
    await this.button(this.words.next).click();
    const { clock } = await (await answer).json();
    return (clock.now_ms - clock.start_ms) / 1000;
  }

  override async setSpeed(speed: Speed): Promise<void> {
    const from = Date.now();
    await super.setSpeed(speed);
    this.speed = speed;
    this.lag_s = Math.max(this.lag_s, (Date.now() - from) / 1000);
  }

  private async standStill(): Promise<void> {
    await this.turn(this.words.pause, this.words.play);
  }
  private async goOn(): Promise<void> {
    await this.turn(this.words.play, this.words.pause);
  }
  /** Presses the big button, unless it offers the other thing already. */
  private async turn(press: string, then: string): Promise<void> {
    if (await this.button(then).count()) return;
    await this.button(press).click();
    await expect(this.button(then)).toBeVisible();
  }

  /** Waits until the learner's clock shows so much. It looks from inside the page: ways there and back cost virtual minutes. */
  private async until(at_s: number): Promise<void> {
    const came = await this.slider.evaluate(
      (slider, [at_s, still_ms]) =>
        new Promise<boolean>((end) => {
          const shown = (what: string) => Number(slider.getAttribute(what));
          let [seen, since] = [-1, performance.now()];
          const changes = new MutationObserver(() => look());
          const patience = setInterval(() => look(), 1000);
          const close = (came: boolean) => {
            changes.disconnect();
            clearInterval(patience);
            end(came);
          };
          const look = () => {
            const now = shown("aria-valuenow");
            if (now > seen) [seen, since] = [now, performance.now()];
            if (now - shown("aria-valuemin") >= at_s) close(true);
            else if (performance.now() - since > still_ms) close(false);
          };
          changes.observe(slider, { attributeFilter: ["aria-valuenow", "aria-valuemin"] });
          look();
        }),
      [at_s, STILL_MS_MAX] as const,
    );
    if (!came) throw await this.stuck();
  }

  /** Virtual seconds on the learner's clock. */
  async elapsed(): Promise<number> {
    return (await this.seconds()) - Number(await this.slider.getAttribute("aria-valuemin"));
  }

  /** How the run stands: what was done when, the checks, the console's end. */
  private async stuck(): Promise<Error> {
    const checks = await this.card.locator(".check").allInnerTexts();
    const said = await this.page.getByRole("tabpanel").innerText();
    const score = await this.card.locator(".ex__score").getAttribute("aria-label");
    const lines = [...this.diary, score, ...checks.map((check) => check.replace(/\s*\n\s*/g, " ")), said.slice(-1000)];
    return new Error(`not solved at ${await this.elapsed()} s of the learner's clock:\n${lines.join("\n")}`);
  }
}
