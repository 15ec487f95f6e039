#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/voxsim/call_store.h"
#include "tests/voxsim/options.h"
#include "tests/voxsim/outcome_model.h"

namespace dialerd::voxsim {

// The status of a call at a moment: queued while it rings, ongoing while they talk, then what its outcome says.
std::string_view status_of(const Call& call, const OutcomeModel& outcomes, std::int64_t now_ms);

// Appends the call object as the API shows it at `now_ms`: with the transcript in create and get, without it in
// listings.
void append_call(std::string& out, const CallStore& store, const OutcomeModel& outcomes, const Options& options,
                 CallIndex index, std::int64_t now_ms, bool with_transcript);

}  // namespace dialerd::voxsim
