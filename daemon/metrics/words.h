// The label values of the metrics, in the words of docs/monitoring.md: fixed sets, each with all its members, so that a
// series is there with a zero before the first event.
#pragma once

#include <array>
#include <string_view>

#include "campaign/attempt.h"
#include "campaign/call.h"
#include "campaign/campaign_wish.h"
#include "campaign/hold_off.h"
#include "daemon/metrics/metrics.h"
#include "daemon/storage_health.h"

namespace dialerd::daemon::metrics {

// In the order of campaign::AnswerKind.
inline constexpr std::array<std::string_view, 6> answer_words = {"accepted", "not_sent",      "throttled",
                                                                 "rejected", "account_fault", "unknown"};

// What became of a settled attempt: of an ended call its disposition's class, else the attempt's state.
inline constexpr std::array<std::string_view, 12> disposition_words = {
    "conversation",  "machine",          "no_contact", "bad_number", "agent_fault", "provider_fault",
    "silent_answer", "provider_refusal", "other",      "rejected",   "not_placed",  "abandoned"};
std::size_t disposition_group(const campaign::Settlement& settlement);  // into disposition_words

// In the order of their enumerations.
inline constexpr std::array<std::string_view, 5> claim_failure_words = {"unavailable", "in_doubt", "not_owner",
                                                                        "schema", "refused"};
inline constexpr std::array<std::string_view, 3> invariant_words = {"write_refused", "answer_unmatched",
                                                                    "call_after_no_call"};
inline constexpr std::array<std::string_view, 7> storage_use_words = {
    "claims", "writes", "ownership", "controls", "resolutions", "webhook_writes", "webhook_reads"};

// The troubles that an account can have; `rejections` is a campaign's.
inline constexpr std::array<campaign::Trouble, 7> account_troubles = {
    campaign::Trouble::throttled,           campaign::Trouble::account_fault, campaign::Trouble::line,
    campaign::Trouble::concurrency_limit,   campaign::Trouble::hourly_limit,  campaign::Trouble::daily_limit,
    campaign::Trouble::insufficient_balance};

inline constexpr std::array<campaign::CampaignWish, 4> campaign_wishes = {
    campaign::CampaignWish::draft, campaign::CampaignWish::running, campaign::CampaignWish::paused,
    campaign::CampaignWish::stopped};

// Why a campaign cannot call as things stand: the trouble of a campaign, and the codes of its conditions.
inline constexpr std::array<std::string_view, 6> campaign_wait_words = {
    "rejections", "list_missing", "list_stale", "no_calling_window", "holidays_unknown", "campaign_ended"};

inline constexpr std::array<std::string_view, 17> webhook_reason_words = {
    "method",   "path",           "address",   "unsigned", "signature", "unreadable",
    "too_late", "too_many",       "not_taken", "tls",      "malformed", "header_too_large",
    "too_slow", "body_too_large", "cut_off",   "internal", "other"};
// Of the words that the log uses (webhook/receiver.h, http_server/server.h).
std::size_t webhook_reason(std::string_view reason);  // into webhook_reason_words

}  // namespace dialerd::daemon::metrics
