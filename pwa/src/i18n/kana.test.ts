import { describe, expect, it } from "vitest";
import { fold, soundsIn } from "./kana";

describe("kana search", () => {
  it.each([
    ["さとう", "サトウ"], ["さとう", "ｻﾄｳ"], ["さとう", "サトー"], ["おおの", "オーノ"], ["おうの", "おおの"], ["ゆうき", "ゆーき"],
    ["けいこ", "ケーコ"], ["きょうこ", "キヨウコ"], ["じゅん", "ジュン"], ["がく", "ｶﾞｸ"], ["みづき", "みずき"], ["わたなべ けい", "ワタナベ　ケイ"],
    ["Ｋｅｉ", "kei"], ["やっちゃん", "ヤツチヤン"],
  ])("%s sounds like %s", (one, other) => expect(fold(one)).toBe(fold(other)));

  it.each([["さとう", "かとう"], ["はる", "ばる"], ["みか", "みき"]])("%s is not %s", (one, other) => expect(fold(one)).not.toBe(fold(other)));

  it("finds while somebody is still typing", () => {
    for (const typed of ["い", "いの", "いのう", "いのうえ"]) expect(soundsIn(typed, ["「ゆき」さん", "イノウエ ユキ"])).toBe(true);
  });

  it("wants every word, in any order and any text", () => {
    expect(soundsIn("ゆき いのうえ", ["「ゆき」さん", "いのうえ ゆき"])).toBe(true);
    expect(soundsIn("ゆき たなか", ["「ゆき」さん", "いのうえ ゆき"])).toBe(false);
  });

  it("found every case for a sign that no name has", () => {
    expect(soundsIn("🙂", ["「あや」さん"])).toBe(false);
    expect(soundsIn("　", ["「あや」さん"])).toBe(true);
  });

  it("finds kanji of the label, and everything for nothing typed", () => {
    expect(soundsIn("母", ["母からの相談", ""])).toBe(true);
    expect(soundsIn(" 　", ["母からの相談"])).toBe(true);
    expect(soundsIn("ー", ["母からの相談"])).toBe(true);
  });
});
