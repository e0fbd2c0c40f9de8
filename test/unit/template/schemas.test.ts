import { expect, test } from "vitest";
import * as z from "zod";
import { ResultDocument } from "../../../src/cli/screen/result-document.ts";
import { AddOn, TemplateFile } from "../../../src/template/schema.ts";
import { discriminatedUnion } from "../../../src/zod.ts";

/** The files that editors complete from. After a change of a schema: `npx vitest run -u schemas`. */
test.each([
  ["template", discriminatedUnion("kind", [TemplateFile, AddOn])],
  ["result", ResultDocument],
])("schemas/%s.schema.json says what the code checks", async (name, schema) => {
  const json = z.toJSONSchema(schema, { io: "input" });
  await expect(`${JSON.stringify(json, null, 2)}\n`).toMatchFileSnapshot(
    `../../../schemas/${name}.schema.json`,
  );
});
