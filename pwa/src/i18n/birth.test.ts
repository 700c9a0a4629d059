import { afterEach, describe, expect, it, vi } from "vitest";
import { birthEcho } from "./birth";
import { addDays, clock, clockSeconds, dayText, durationText, fullDayText, momentText, tokyoDay, tokyoInstant } from "./dates";

const TODAY = "2026-11-24";
const echo = (year: string, month = "", day = "") => birthEcho({ year, month, day }, TODAY);

afterEach(() => void vi.useRealTimers());

describe("birth date echo", () => {
  it.each([
    ["平10ごろ", "平成10年（1998年）ごろ　28歳くらい"],
    ["H10", "平成10年（1998年）ごろ　28歳くらい"],
    ["昭和50年ごろ", "昭和50年（1975年）ごろ　51歳くらい"],
    ["Ｓ５０", "昭和50年（1975年）ごろ　51歳くらい"],
    ["昭64", "昭和64年（1989年）ごろ　37歳くらい"],
    ["平成元年", "平成元年（1989年）ごろ　37歳くらい"],
    ["1975", "昭和50年（1975年）ごろ　51歳くらい"],
  ])("%s", (typed, said) => expect(echo(typed)).toEqual({ text: said, bad: false, field: "year" }));

  it("knows the exact age and the eras' exact days", () => {
    expect(echo("1989", "1", "7")?.text).toBe("昭和64年（1989年）1月7日　37歳");
    expect(echo("1989", "1", "8")?.text).toBe("平成元年（1989年）1月8日　37歳");
    expect(echo("平10", "11", "25")?.text).toBe("平成10年（1998年）11月25日　27歳");
  });

  it("names the day where an era begins or ends", () => {
    expect(echo("平成元", "1", "1")).toEqual({ text: "平成は平成元年1月8日からです。元号か月日をもう一度お確かめください。", bad: true, field: "day" });
    expect(echo("昭和64", "1", "8")).toEqual({ text: "昭和は昭和64年1月7日までです。元号か月日をもう一度お確かめください。", bad: true, field: "day" });
  });

  it("says what cannot be", () => {
    expect(echo("昭65")?.text).toBe("昭和は1年から64年までです。年をもう一度お確かめください。");
    expect(echo("50")?.text).toContain("元号か西暦");
    expect(echo("平10", "2", "30")).toMatchObject({ bad: true, field: "day" });
    expect(echo("平10", "13")).toMatchObject({ bad: true, field: "month" });
    expect(echo("2027")?.bad).toBe(true);
    expect(echo("令8", "12", "1")?.bad).toBe(true);
    expect(echo("")).toBeNull();
  });
});

describe("Tokyo days", () => {
  it("derives the weekday and both calendars", () => {
    expect(dayText("2025-02-02")).toBe("2月2日(日)");
    expect(fullDayText(TODAY)).toBe("令和8年（2026年）11月24日(火)");
  });

  it("turns the day at midnight in Tokyo, and speaks 24 hours", () => {
    expect(tokyoDay("2026-11-23T15:00:00Z")).toBe("2026-11-24");
    expect(tokyoDay("2026-11-23T14:59:59Z")).toBe("2026-11-23");
    expect(clock("2026-11-24T04:05:00Z")).toBe("13:05");
    expect(clock("2026-11-23T15:05:00Z")).toBe("0:05");
    expect(clockSeconds("2026-11-24T03:51:08Z")).toBe("12:51:08");
    vi.setSystemTime("2026-11-24T03:00:00Z");
    expect(momentText("2025-12-31T15:00:00Z")).toBe("1月1日(木) 0:00");
    expect(momentText("2025-12-31T14:59:00Z")).toBe("令和7年（2025年）12月31日(水) 23:59");
  });

  it("counts days and minutes", () => {
    expect(addDays("2026-12-29", 7)).toBe("2027-01-05");
    expect([durationText(5), durationText(60), durationText(204)]).toEqual(["5分", "1時間", "3時間24分"]);
    expect(tokyoInstant(TODAY, "9:05")).toBe("2026-11-24T00:05:00.000Z");
    expect(tokyoInstant(TODAY, "25:00")).toBeNull();
  });
});
