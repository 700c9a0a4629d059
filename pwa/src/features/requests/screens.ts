/** 本人からの請求, of everybody and of one case, and 終了, by the names of their addresses: a file that only their pages fetch. */
export { default as closedCases } from "../closing/ClosedCases";
export { default as closing } from "../closing/Closing";
export { default as requests, default as caseRequests } from "./Requests";
