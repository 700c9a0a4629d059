import { Case, Cases, Notices, Session, Sessions, Today, type TrustedDocument } from "../gateway/documents";
import type { NoticesQuery, TodayQuery } from "../gateway/generated";
import { tokyoDay } from "../i18n/dates";
import type { SavedDraft } from "./deviceDrafts";
import type { Carried, CarriedSession, Home, Manifest } from "./manifest";
import type { CommandQueue } from "./commandQueue";
import { now } from "./time";

/** What this device can answer without the network, and what it adds to the network's answers. */
export class LocalAnswers {
  constructor(
    private readonly manifest: Manifest,
    private readonly queue: CommandQueue,
    private readonly drafts: () => Promise<SavedDraft[]>,
  ) {}

  /** The device's answer, or null when it has none. */
  async answer<Answer, Variables>(document: TrustedDocument<Answer, Variables>, variables: Variables): Promise<Answer | null> {
    const home = this.manifest.home.get();
    const found = home && (await this.find(document, variables as Record<string, unknown>, home));
    return found ? this.complete(document, found as Answer) : null;
  }

  /** An answer with what only this device knows: its drafts, and notices read here. */
  async complete<Answer, Variables>(document: TrustedDocument<Answer, Variables>, answer: Answer): Promise<Answer> {
    if (!this.manifest.home.get()) return answer;
    if (document === Today) return { today: await this.today((answer as TodayQuery).today) } as Answer;
    if (document === Notices) return { notices: this.read((answer as NoticesQuery).notices) } as Answer;
    return answer;
  }

  /** A case or a session opened without the network is told later. */
  async viewed<Answer, Variables>(document: TrustedDocument<Answer, Variables>, variables: Variables): Promise<unknown> {
    const type = document === Case ? "ViewedOffline" : document === Session ? "ViewedSessionOffline" : null;
    if (!type) return;
    const { id } = variables as { id: string };
    return this.queue.enqueue(type, id, { viewedAt: now().toISOString() }).catch(() => undefined);
  }

  private async find(document: string, variables: Record<string, unknown>, home: Home): Promise<unknown> {
    switch (document) {
      case Today:
        return { today: home.today };
      case Cases:
        return { cases: home.cards };
      case Notices:
        return { notices: home.notices };
      case Sessions:
        return { sessions: sessionsBetween(home, String(variables.from), String(variables.to)) };
      case Session: {
        const carried = (await this.manifest.read(`session/${String(variables.id)}`)) as CarriedSession | null;
        return carried && { session: carried.board };
      }
      case Case: {
        const carried = (await this.manifest.read(`case/${String(variables.id)}`)) as Carried | null;
        return carried && { case: carried.record };
      }
      default:
        return null;
    }
  }

  private async today(today: TodayQuery["today"]): Promise<TodayQuery["today"]> {
    const here = await this.drafts();
    const ids = new Set(here.map((draft) => draft.id));
    return { ...today, openDrafts: [...here, ...today.openDrafts.filter((draft) => !ids.has(draft.id))] };
  }

  private read(notices: NoticesQuery["notices"]): NoticesQuery["notices"] {
    const readHere = new Set(this.queue.entries.get().flatMap((entry) => (entry.type === "ReadNotice" ? entry.subject : [])));
    return notices.map((notice) => (readHere.has(notice.id) ? { ...notice, read: true } : notice));
  }
}

function sessionsBetween(home: Home, from: string, to: string): Home["sessions"] {
  return home.sessions.filter(({ startsAt }) => {
    const day = tokyoDay(startsAt);
    return from <= day && day <= to;
  });
}
