/** Every screen that shows nothing without the network, by the name of its address: one file of the build, fetched when one of them
 *  is opened. */
export { default as account } from "./account/Account";
export { default as devices } from "./devices/Devices";
export { caseRequests, requests, sheetRequests } from "./requests/byAddress";
export { default as closedCases } from "./closing/ClosedCases";
export { default as closing } from "./closing/Closing";
export { Called as called } from "./sharing/OpenCase";
export { default as sharing } from "./sharing/Sharing";
export { default as accessLog } from "./accessLog/AccessLog";
export { default as staff } from "./staff/Staff";
export { default as statistics } from "./statistics/Statistics";
