#include "tests/voxsim/call_store.h"

#include <array>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

namespace {

constexpr unsigned kBlockBits = 20;
constexpr std::size_t kBlockSize = std::size_t{1} << kBlockBits;

// The low 62 bits of an id carry the index, turned over by a bijection (an odd factor and a half-width xor-shift, each
// its own kind of invertible); the other 60 are a check value.
constexpr std::uint64_t kMask62 = (std::uint64_t{1} << 62U) - 1;
constexpr std::uint64_t kFactor = 0x2545f4914f6cdd1dU;

constexpr std::uint64_t inverse_of(std::uint64_t odd) {
  std::uint64_t inverse = odd;  // Newton's iteration doubles the number of right bits
  for (int i = 0; i < 6; ++i) inverse *= 2 - odd * inverse;
  return inverse;
}

constexpr std::uint64_t turn(std::uint64_t value) {
  value = (value * kFactor) & kMask62;
  return value ^ (value >> 31U);
}

constexpr std::uint64_t turn_back(std::uint64_t value) {
  value ^= value >> 31U;
  return (value * inverse_of(kFactor)) & kMask62;
}

static_assert(turn_back(turn(123456789)) == 123456789);

void append_hex(std::string& out, std::uint64_t value, int digits) {
  for (int i = digits; i-- > 0;) out += "0123456789abcdef"[(value >> (4 * i)) & 15U];
}

}  // namespace

CallIndex CallStore::add(Call call, std::string_view metadata, std::string_view variables) {
  const std::size_t size = metadata.size() + variables.size();
  if (size > kBlockSize) throw std::length_error("a call's texts do not fit");
  if (blocks_.empty() || block_used_ + size > kBlockSize) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockSize));
    block_used_ = 0;
  }
  char* place = blocks_.back().get() + block_used_;
  std::memcpy(place, metadata.data(), metadata.size());
  std::memcpy(place + metadata.size(), variables.data(), variables.size());
  call.text_offset = ((blocks_.size() - 1) << kBlockBits) + block_used_;
  call.metadata_size = static_cast<std::uint32_t>(metadata.size());
  call.variables_size = static_cast<std::uint32_t>(variables.size());
  block_used_ += size;
  const auto index = static_cast<CallIndex>(calls_.size());
  CallsTo& to_number = by_number_[call.to];
  call.previous_to_number = std::exchange(to_number.last, index);
  ++to_number.count;
  calls_.push_back(call);
  return index;
}

std::uint32_t CallStore::calls_to(PackedNumber number) const {
  const CallsTo* calls = by_number_.find(number);
  return calls == nullptr ? 0 : calls->count;
}

std::string_view CallStore::metadata(const Call& call) const {
  const char* block = blocks_[call.text_offset >> kBlockBits].get();
  return {block + (call.text_offset & (kBlockSize - 1)), call.metadata_size};
}

std::string_view CallStore::variables(const Call& call) const {
  const std::string_view before = metadata(call);
  return {before.data() + before.size(), call.variables_size};
}

std::string CallStore::id(CallIndex index) const {
  const std::uint64_t check = mix(id_key_, index);
  const std::uint64_t low = turn((index ^ id_key_) & kMask62);
  std::string id;
  id.reserve(36);
  append_hex(id, check >> 32U, 8);
  id += '-';
  append_hex(id, check >> 16U, 4);
  id += "-4";
  append_hex(id, check, 3);
  id += '-';
  append_hex(id, 8U | (low >> 60U), 1);
  append_hex(id, low >> 48U, 3);
  id += '-';
  append_hex(id, low, 12);
  return id;
}

std::optional<CallIndex> CallStore::find(std::string_view id) const {
  if (id.size() != 36) return std::nullopt;
  std::array<char, 16> digits{};  // the fourth and fifth group
  std::memcpy(digits.data(), id.data() + 19, 4);
  std::memcpy(digits.data() + 4, id.data() + 24, 12);
  std::uint64_t low = 0;
  const char* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, low, 16);
  if (error != std::errc{} || end != last) return std::nullopt;
  const std::uint64_t index = turn_back(low & kMask62) ^ (id_key_ & kMask62);
  if (index >= calls_.size()) return std::nullopt;
  const auto found = static_cast<CallIndex>(index);
  if (this->id(found) != id) return std::nullopt;
  return found;
}

std::uint32_t CallStore::intern_agent(const std::string& id, const std::string& version) {
  const auto [entry, added] = agent_indexes_.try_emplace({id, version}, static_cast<std::uint32_t>(agents_.size()));
  if (added) agents_.push_back({id, version});
  return entry->second;
}

}  // namespace dialerd::voxsim
