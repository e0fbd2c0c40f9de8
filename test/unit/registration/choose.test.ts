import { expect, test } from "vitest";
import { type Candidates, type Choice, chooseApplication } from "../../../src/registration/choose.ts";
import { anApplication, guid } from "../../support/builders.ts";

const OURS = "entra-app-registration-empower-empower-12345678";
const named = anApplication({ objectId: guid(10) });
const namesake = anApplication({ objectId: guid(11) });
const unique = anApplication({ objectId: guid(12), uniqueName: OURS });
const tagged = anApplication({ objectId: guid(13), tags: ["customer", OURS] });
const taggedToo = anApplication({ objectId: guid(14), tags: [OURS] });
const others = anApplication({ objectId: guid(15), tags: [`${OURS}x`], uniqueName: `${OURS}x` });

const ours = (application: typeof named): Choice => ({ kind: "ours", application });
const ambiguous = (...applications: (typeof named)[]): Choice => ({ kind: "ambiguous", applications });

test.each<[string, Partial<Candidates>, Choice]>([
  ["nothing there", {}, { kind: "none" }],
  [
    "ours by its key, whatever else there is",
    { byUniqueName: unique, byTag: [tagged], byName: [named] },
    ours(unique),
  ],
  ["one with our tag", { byTag: [tagged] }, ours(tagged)],
  ["one with our tag, found twice", { byTag: [tagged], byName: [tagged] }, ours(tagged)],
  ["one with our tag beside a namesake", { byTag: [tagged], byName: [tagged, named] }, ours(tagged)],
  ["ours by name alone, its key in what came back", { byName: [unique, named] }, ours(unique)],
  ["a namesake", { byName: [named] }, ambiguous(named)],
  ["several namesakes", { byName: [named, namesake] }, ambiguous(named, namesake)],
  ["a namesake that another template made", { byName: [others] }, ambiguous(others)],
  ["two with our tag", { byTag: [tagged, taggedToo] }, ambiguous(tagged, taggedToo)],
  [
    "two with our tag and a namesake, each once",
    { byTag: [tagged, taggedToo], byName: [named, tagged] },
    ambiguous(tagged, taggedToo, named),
  ],
])("%s", (_name, candidates, choice) => {
  const all = { byUniqueName: undefined, byTag: [], byName: [], ...candidates };
  expect(chooseApplication(all, OURS)).toEqual(choice);
});
