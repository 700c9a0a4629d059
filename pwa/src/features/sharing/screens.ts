/** The screens of who sees a case, and why, by the name of their address: a file that only these pages fetch. */
export { Called as called } from "./OpenCase";
export { default as sharing } from "./Sharing";
