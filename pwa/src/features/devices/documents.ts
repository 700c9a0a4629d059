import type { TrustedDocument } from "../../gateway/documents";
import devicesId from "../../gateway/documents/Devices.graphql";
import revokeDeviceId from "../../gateway/documents/RevokeDevice.graphql";
import type { DevicesQuery, DevicesQueryVariables, RevokeDeviceMutation, RevokeDeviceMutationVariables } from "../../gateway/generated";

// Beside the screen that uses them: what lies in gateway/documents.ts is fetched by every page.
export const Devices = devicesId as TrustedDocument<DevicesQuery, DevicesQueryVariables>;
export const RevokeDevice = revokeDeviceId as TrustedDocument<RevokeDeviceMutation, RevokeDeviceMutationVariables>;
