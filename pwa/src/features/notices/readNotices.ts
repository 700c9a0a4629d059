import { useEffect, useRef } from "preact/hooks";
import { useSubmit } from "../../app/useSubmit";
import { Notices } from "../../gateway/documents";
import type { NoticesQuery } from "../../gateway/generated";
import { tell } from "../../sync/live";
import { useAsked } from "../../ui/hooks";

export type Notice = NoticesQuery["notices"][number];

/** Notices read, by whatever way: one command each, sent together; every count on this screen follows. */
export function useReading() {
  const { busy, send } = useSubmit();
  const read = async (notices: readonly Notice[]) => {
    const unread = notices.filter((notice) => !notice.read);
    if (unread.length === 0) return;
    await Promise.all(unread.map(({ id }) => send("ReadNotice", id, {})));
    tell({ hint: "notices", about: null });
  };
  return { busy, read };
}

/** What such a notice says stands on another page than the case's. */
const ELSEWHERE = /_(waits|used|decided)$/;

/** Whoever has a case or a handoff before their eyes has read what the notices say of it. */
export function useReadNotices(about: "caseId" | "handoffId", id: string): void {
  const { data } = useAsked(Notices, {}, ["notices"]);
  const { read } = useReading();
  const sent = useRef(new Set<string>());
  const fresh = (data?.notices ?? []).filter((notice) => !notice.read && notice[about] === id && !ELSEWHERE.test(notice.kind) && !sent.current.has(notice.id));
  useEffect(() => {
    fresh.forEach(({ id }) => sent.current.add(id));
    void read(fresh);
  }, [fresh.map(({ id }) => id).join()]);
}
