/** 本人からの請求, of everybody and of one case, by the names of their addresses: a file that only their pages fetch. */
export { default as requests, default as caseRequests } from "./Requests";
