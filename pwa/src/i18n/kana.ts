/** Searching by sound: 「さとう」 finds サトウ, ｻﾄｳ and サトー, and a half-typed name finds the whole one. */

const SMALL: Record<string, string> = {
  ぁ: "あ", ぃ: "い", ぅ: "う", ぇ: "え", ぉ: "お", っ: "つ", ゃ: "や", ゅ: "ゆ", ょ: "よ", ゎ: "わ", ゕ: "か", ゖ: "け",
};
const SAME_SOUND: Record<string, string> = { ゐ: "い", ゑ: "え", を: "お", ぢ: "じ", づ: "ず", ゔ: "ぶ" };
const COLUMNS = ["あかさたなはまやらわがざだばぱ", "いきしちにひみりぎじびぴ", "うくすつぬふむゆるぐずぶぷ", "えけせてねへめれげぜでべぺ", "おこそとのほもよろごぞどぼぽ"];
/** Which vowels lengthen a kana of each column: おお and おう, けい and けえ are the same length of sound. */
const LENGTHENS = ["あ", "い", "う", "いえ", "うお"];

/** Width, case, kana script, small kana, voicing pairs of one sound and long vowels folded away; spaces and marks dropped. */
export function fold(text: string): string {
  const hiragana = text.normalize("NFKC").toLowerCase().replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
  const large = [...hiragana].filter((each) => /[\p{L}\p{N}]/u.test(each)).map((each) => SMALL[each] ?? SAME_SOUND[each] ?? each);
  return large.filter((each, index) => each !== "ー" && !lengthens(each, large[index - 1])).join("");
}

function lengthens(kana: string, before: string | undefined): boolean {
  return before !== undefined && COLUMNS.some((column, index) => column.includes(before) && LENGTHENS[index]?.includes(kana));
}

/** True when every word of the query sounds somewhere in one of the texts. An empty query finds everything, one without a sound nothing. */
export function soundsIn(query: string, texts: readonly string[]): boolean {
  const words = query.split(/\s+/u).map(fold).filter(Boolean);
  const folded = texts.map(fold);
  return (words.length > 0 || /^[\sー]*$/.test(query)) && words.every((word) => folded.some((text) => text.includes(word)));
}
