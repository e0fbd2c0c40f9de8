/** The ways of signing in as `--auth` names them. */
export const SIGN_IN_WAYS = [
  "device-code",
  "browser",
  "azure-cli",
  "cloud-shell",
  "token",
  "environment",
] as const;

export type SignInWay = (typeof SIGN_IN_WAYS)[number];

/** Ways whose token says which tenant it is for; nobody is asked then. */
export const BRINGS_TENANT: ReadonlySet<string> = new Set<SignInWay>(["cloud-shell", "token", "environment"]);

/** The Microsoft clouds as `--cloud` names them. */
export const CLOUD_NAMES = ["global", "usgov", "usgov-dod", "china"] as const;

export type CloudName = (typeof CLOUD_NAMES)[number];
