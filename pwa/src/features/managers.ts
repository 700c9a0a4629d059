/** The screens of managers and auditors, by the name of their address: a file of the build that nobody else fetches. */
export { default as accessLog } from "./accessLog/AccessLog";
export { default as staff } from "./staff/Staff";
export { default as statistics } from "./statistics/Statistics";
