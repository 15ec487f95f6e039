#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/voxsim/call_store.h"
#include "tests/voxsim/options.h"
#include "tests/voxsim/outcome_model.h"

namespace dialerd::voxsim {

// What a call has come to, as it is told at a moment after its end.
const Outcome& outcome_at(const Call& call, const OutcomeModel& outcomes, std::int64_t now_ms);

// The status of a call at a moment: queued while it rings, ongoing while they talk, then what its outcome says.
std::string_view status_of(const Call& call, const OutcomeModel& outcomes, std::int64_t now_ms);

// Appends the call object as the API shows it at `now_ms`: with the transcript in create and get, without it in
// listings.
void append_call(std::string& out, const CallStore& store, const OutcomeModel& outcomes, const Options& options,
                 CallIndex index, std::int64_t now_ms, bool with_transcript);

// Parts of the call object that webhooks share with it, as they are once they are known.
void append_recording_url(std::string& out, std::string_view call_id, bool connected);
void append_transcript(std::string& out, bool connected);
void append_analysis(std::string& out);
void append_cost(std::string& out, std::uint32_t talk_ms);

}  // namespace dialerd::voxsim
