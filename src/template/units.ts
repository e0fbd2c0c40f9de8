import type { Template, TemplateFile } from "./schema.ts";

/** The applications of a product, each with what all of them share. */
export function toUnits({ applications, ...shared }: TemplateFile): Template[] {
  return applications.map((application) => ({ ...shared, application }));
}

/** Whether anything in a template depends on the product's own address. */
export function needsHostname(templates: readonly Template[]): boolean {
  return /\{host(name)?\}/.test(JSON.stringify(templates));
}

/** The hand-over of an application that has a client secret; the schema sees to it that it is there. */
export function handoverOf({ application }: Template): NonNullable<Template["application"]["handover"]> {
  if (!application.handover) throw new TypeError("a client secret without a hand-over");
  return application.handover;
}
