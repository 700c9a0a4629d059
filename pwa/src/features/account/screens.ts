/** The screens of who looks after their own sign-in and devices, by the name of their address: a file few pages fetch. */
export { default as account } from "./Account";
export { default as devices } from "../devices/Devices";
