import { describe, expect, it } from "vitest";
import { findPerson, type Found } from "./findPerson";

const people = [{ id: "p1", nickname: "もみじ", code: "7K3F2A" }, { id: "p2", nickname: "momiji", code: "" }];

function found(typed: string): Found {
  const answer = findPerson(typed, people);
  if (answer === null || answer === "mistyped") throw new Error(`nobody for ${typed}`);
  return answer;
}

describe("who came", () => {
  it("is known by nickname or by token, however it is typed", () => {
    for (const typed of ["もみじ", " もみじ　", "7K3F2A", "７ｋ３－ｆ２ａ"]) expect(found(typed)).toEqual({ person: people[0], isNew: false });
    expect(found("Momiji")).toEqual({ person: people[1], isNew: false });
  });

  it("is made with an id and a code of this device when new, and keeps the nickname as it was said", () => {
    const { person, isNew } = found("みどりさん");
    expect(isNew).toBe(true);
    expect(person.nickname).toBe("みどりさん");
    expect(person.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(person.code).toMatch(/^[0-9A-Z]{6}$/);
  });

  it("is named after the token when nothing else is known", () => {
    expect(findPerson("7K3-F2A", [])).toMatchObject({ isNew: true, person: { nickname: "札 7K3-F2A", code: "7K3F2A" } });
  });

  it("is nobody for a wrong token number or for nothing", () => {
    expect(findPerson("7K3F2B", people)).toBe("mistyped");
    expect(findPerson("  ", people)).toBeNull();
  });
});
