/** The closed code lists of the language in the order a form shows them. Values: services/contracts/codes.py. */
export const callerKinds = ["person", "family", "acquaintance", "agency", "unnamed"] as const;
export const callerRelations = ["mother", "father", "sibling", "grandparent", "spouse", "child", "other_relative"] as const;
export const channels = ["phone", "visit", "mail", "letter", "event"] as const;
export const residences = ["in_city", "out_of_city", "not_asked"] as const;
export const personKnows = ["knows", "does_not_know", "unclear"] as const;
export const contactRules = [
  "no_home_phone", "no_city_envelope", "no_letter", "no_visit", "caller_mobile_only", "mail_only", "afternoon_only", "any_way",
] as const;
export const concerns = [
  "health", "housing", "income", "rent_or_loan", "tax_or_utilities", "debt", "finding_work", "trouble_at_work", "neighbourhood",
  "family_relations", "child_raising", "care", "hikikomori", "violence_or_abuse", "no_food", "other",
] as const;
export const heardFrom = [
  "city_news", "website", "social_media", "leaflet", "event", "acquaintance", "agency", "voice_station", "tokyo_leaflet", "other",
] as const;
export const yesNoUnclear = ["yes", "no", "unclear"] as const;
export const otherIssues = ["poverty", "care", "disability", "child", "housing", "illness", "other"] as const;
export const urgencies = ["today", "days", "none"] as const;
export const returnReasons = ["question_left", "other_unit_fits", "contact_unclear", "other"] as const;
export const visitOutcomes = ["met", "voice_only", "through_door", "letter_left", "family_only", "absent", "not_visited_by_wish"] as const;
export const withWhom = ["person", "family", "agency", "nobody"] as const;
