import { expect, test } from "vitest";
import * as z from "zod";
import { ResultDocument } from "../../../src/cli/screen/result-document.ts";
import { toConfigSchema } from "../../../src/settings/config-schema.ts";
import { AddOn, TemplateFile } from "../../../src/template/schema.ts";
import { discriminatedUnion } from "../../../src/zod.ts";
import { shipped } from "../../support/builders.ts";

const { templates, addOns } = shipped();
const inputs = templates.flatMap((template) => template.inputs ?? []);

/** The files that editors complete from. After a change of a schema: `npx vitest run schemas -u`. */
test.each([
  ["template", z.toJSONSchema(discriminatedUnion("kind", [TemplateFile, AddOn]), { io: "input" })],
  ["result", z.toJSONSchema(ResultDocument, { io: "input" })],
  ["config", toConfigSchema({ addOns, inputs })],
])("schemas/%s.schema.json says what the code checks", async (name, json) => {
  await expect(`${JSON.stringify(json, null, 2)}\n`).toMatchFileSnapshot(
    `../../../schemas/${name}.schema.json`,
  );
});
