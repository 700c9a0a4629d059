/** Every screen of the daily work but 今日, by the name of its address, what 今日 shows later and the gates of a browser with a PIN: one
 *  file of the build, in an order that lays like beside like: packing looks back no further than 32 kB. */
export { default as unlock } from "./session/Unlock";
export { default as revoked } from "./session/Revoked";
export { default as session } from "./ibasho/SessionBoard";
export { default as ibasho } from "./ibasho/Timetable";
export { default as away } from "./today/Away";
export { default as newVisit } from "./visits/RecordVisit";
export { default as case } from "./cases/Case";
export { default as cases } from "./cases/Cases";
export { default as needsAttention } from "./attention/NeedsAttention";
export { default as newConsultation } from "./consultations/OpenConsultation";
export { default as consultation } from "./consultations/ConsultationSheet";
export { default as consultations } from "./consultations/Consultations";
export { default as handoff } from "./handoffs/Handoff";
export { default as handoffs } from "./handoffs/Tray";
export { default as notices } from "./notices/Notices";
export { default as tokens } from "./ibasho/TokenSheet";
