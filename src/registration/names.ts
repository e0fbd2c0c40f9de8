/** What this tool leaves on an application to know it again, and how it reads that back. */

const PRODUCT = "entra-app-registration";
const DELIVERED = "delivered-";
/** On an application that was there before this tool: removing it takes more than a yes. */
const ADOPTED = `${PRODUCT}-adopted`;

/**
 * The key by which a later run finds its application. The hash keeps names apart that make the same slug.
 *
 * @param sha256 gives the hexadecimal digest of a text.
 */
export function toUniqueName(template: string, appName: string, sha256: (text: string) => string): string {
  const digest = sha256(`${template}${appName}`).slice(0, 8);
  return [PRODUCT, template, slugOf(appName), digest].filter((part) => part !== "").join("-");
}

function slugOf(appName: string): string {
  return appName
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
}

/**
 * Applications that have a name, each with the other template with which this tool made it or took it over, as its mark
 * says; without one where it has none.
 *
 * @param displayName the name that they have.
 * @param uniqueName that of the application which was looked for.
 */
export function toNamesakes(
  applications: readonly (Marked & {
    readonly appId: string;
    readonly createdDateTime: string | undefined;
  })[],
  displayName: string,
  uniqueName: string,
): { appId: string; createdDateTime: string | undefined; template: string | undefined }[] {
  return applications.map((application) => {
    const { appId, createdDateTime } = application;
    const template = isMarked(application, uniqueName) ? undefined : templateOf(application, displayName);
    return { appId, createdDateTime, template };
  });
}

function templateOf({ uniqueName, tags }: Marked, displayName: string): string | undefined {
  const slug = slugOf(displayName);
  const end = slug === "" ? "" : `-${slug}`;
  const [found] = [uniqueName, ...tags]
    .flatMap((text) => (text !== undefined && isOurMark(text) ? [text.slice(PRODUCT.length + 1, -9)] : []))
    .filter((text) => text.endsWith(end) && text !== end);
  return found === undefined || end === "" ? found : found.slice(0, -end.length);
}

/** A secret's display name: the vendor's description, then which run of this tool made it. */
export function toSecretName(description: string, runId: string): string {
  return `${description} (${PRODUCT} ${runId})`;
}

/** Whether a run of this tool made a secret of that name. */
export function isOurSecretName(name: string | undefined): boolean {
  return name !== undefined && new RegExp(`\\(${PRODUCT} [0-9a-f]{8}\\)$`).test(name);
}

/** The tag that says: the secret with this key id was handed over. */
export function toDeliveredTag(keyId: string): string {
  return `${DELIVERED}${keyId.slice(0, 8).toLowerCase()}`;
}

/** Whether a tag says that of any secret. */
export function isDeliveredTag(tag: string): boolean {
  return new RegExp(`^${DELIVERED}[0-9a-f]{8}$`).test(tag);
}

/** Where an application comes from: made by this tool, taken over by it, or neither. */
export type Provenance = "created" | "adopted" | "stranger";

interface Marked {
  readonly uniqueName: string | undefined;
  readonly tags: readonly string[];
}

/**
 * Where an application comes from, as its marks say. Only one that has every mark of creation counts as
 * created: a tag can be taken off by hand, and in doubt the application is somebody else's.
 */
export function provenanceOf({ uniqueName, tags }: Marked): Provenance {
  if (!isOurMark(uniqueName) && !tags.some(isOurMark)) return "stranger";
  const complete = isOurMark(uniqueName) && uniqueName !== undefined && tags.includes(uniqueName);
  return complete && !tags.includes(ADOPTED) ? "created" : "adopted";
}

/** The tags that taking an application over adds to those it has. */
export function adoptionTags(application: Marked, uniqueName: string): string[] {
  return provenanceOf(application) === "created" ? [uniqueName] : [uniqueName, ADOPTED];
}

/** A unique name of any template; see `toUniqueName`. */
function isOurMark(text: string | undefined): boolean {
  return text !== undefined && new RegExp(`^${PRODUCT}-[a-z0-9-]+-[0-9a-f]{8}$`).test(text);
}

/** Whether an application carries our mark: its unique name, or the same text as a tag. */
export function isMarked(
  application: { readonly uniqueName: string | undefined; readonly tags: readonly string[] },
  uniqueName: string,
): boolean {
  return application.uniqueName === uniqueName || application.tags.includes(uniqueName);
}
