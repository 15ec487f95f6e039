#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/voxsim/flat_map.h"
#include "tests/voxsim/outcome_model.h"
#include "tests/voxsim/phone_number.h"

namespace dialerd::voxsim {

// Number of a call in order of creation; also the order of created_ms.
using CallIndex = std::uint32_t;

// One created call, kept for the whole run and never changed: what state it is in follows from the clock.
struct Call {
  std::int64_t created_ms = 0;
  PackedNumber from = 0;
  PackedNumber to = 0;
  PackedNumber presentation = 0;  // 0: null
  std::uint64_t text_offset = 0;  // metadata, then dynamic_variables, as JSON text
  std::uint32_t metadata_size = 0;
  std::uint32_t variables_size = 0;
  std::uint32_t agent = 0;  // index for CallStore::agent
  Fate fate{};
  CallIndex previous_to_number = 0;  // the call before to the same number, when there is one

  // When the callee picked up, or would have; the end of a call that never connects.
  std::int64_t answer_ms() const { return created_ms + fate.ring_ms; }
  std::int64_t end_ms() const { return answer_ms() + fate.talk_ms; }
  std::int64_t listed_from_ms() const { return created_ms + fate.list_lag_ms; }
};

struct Agent {
  std::string id;
  std::string version;
};

// All calls of the run, about 100 bytes each beside their own texts. Not thread-safe.
class CallStore {
 public:
  // `id_key` makes the ids of this run different from those of any other.
  explicit CallStore(std::uint64_t id_key) : id_key_(id_key) {}

  // Keeps the call, and its texts and place among the calls to its number. Calls must be added in order of created_ms.
  CallIndex add(Call call, std::string_view metadata, std::string_view variables);

  std::size_t size() const { return calls_.size(); }
  const Call& at(CallIndex index) const { return calls_[index]; }

  // A call's id is a version 4 UUID that is computed from its index and back, so that none needs to be stored.
  std::string id(CallIndex index) const;
  std::optional<CallIndex> find(std::string_view id) const;

  std::string_view metadata(const Call& call) const;
  std::string_view variables(const Call& call) const;

  // How many calls a number has had.
  std::uint32_t calls_to(PackedNumber number) const;
  // Those calls, newest first.
  template <typename Visitor>
  void visit_calls_to(PackedNumber number, const Visitor& visitor) const {
    const CallsTo* calls = by_number_.find(number);
    if (calls == nullptr) return;
    CallIndex index = calls->last;
    for (std::uint32_t left = calls->count; left > 0; --left, index = at(index).previous_to_number) visitor(index);
  }

  std::uint32_t intern_agent(const std::string& id, const std::string& version);
  const Agent& agent(std::uint32_t index) const { return agents_[index]; }

 private:
  struct CallsTo {
    std::uint32_t count = 0;
    CallIndex last = 0;
  };

  std::uint64_t id_key_;
  std::deque<Call> calls_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_ = 0;
  FlatMap<CallsTo> by_number_;
  std::vector<Agent> agents_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> agent_indexes_;
};

}  // namespace dialerd::voxsim
