import type { TrustedDocument } from "../../gateway/documents";
import devicesId from "../../gateway/documents/Devices.graphql";
import leftQueuesId from "../../gateway/documents/LeftQueues.graphql";
import revokeDeviceId from "../../gateway/documents/RevokeDevice.graphql";
import sendLeftId from "../../gateway/documents/SendLeft.graphql";
import type { DevicesQuery, DevicesQueryVariables, LeftQueuesQuery, LeftQueuesQueryVariables, RevokeDeviceMutation, RevokeDeviceMutationVariables, SendLeftMutation, SendLeftMutationVariables } from "../../gateway/generated";

// Beside the screen that uses them: what lies in gateway/documents.ts is fetched by every page.
export const Devices = devicesId as TrustedDocument<DevicesQuery, DevicesQueryVariables>;
export const RevokeDevice = revokeDeviceId as TrustedDocument<RevokeDeviceMutation, RevokeDeviceMutationVariables>;
export const LeftQueues = leftQueuesId as TrustedDocument<LeftQueuesQuery, LeftQueuesQueryVariables>;
export const SendLeft = sendLeftId as TrustedDocument<SendLeftMutation, SendLeftMutationVariables>;
