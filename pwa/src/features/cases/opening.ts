/** Cases opened from this page by taking a handoff over: the event that brings them may still be on its way. */
export const opening = new Set<string>();
