/** The name of the page for people, beside the hand-over file; apart from the page itself, which is loaded late. */
export const PAGE_FILE = "AppRegistrationHandover.html";
