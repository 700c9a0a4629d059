/** The screen of who sees a case, and why, by the name of its address: a file that only its page fetches. */
export { default as sharing } from "./Sharing";
