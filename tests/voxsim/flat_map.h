#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

// A hash table from 64-bit keys to small values for millions of entries: open addressing, no node per entry, nothing is
// ever removed. Split into parts that grow on their own, so that no single insertion pauses for a rehash of everything.
template <typename Value>
class FlatMap {
 public:
  // The value of this key, value-initialised when it was not there. The reference is good until the next call.
  Value& operator[](std::uint64_t key) {
    const std::uint64_t hash = mix(key);
    return parts_.at(hash >> (64 - kPartBits)).find_or_insert(key, hash);
  }

  // Null when the key is not there.
  const Value* find(std::uint64_t key) const {
    const std::uint64_t hash = mix(key);
    return parts_.at(hash >> (64 - kPartBits)).find(key, hash);
  }

 private:
  static constexpr unsigned kPartBits = 8;

  struct Slot {
    std::uint64_t key = 0;
    Value value{};
    bool used = false;
  };

  class Part {
   public:
    Value& find_or_insert(std::uint64_t key, std::uint64_t hash) {
      if ((used_ + 1) * 4 > slots_.size() * 3) grow();
      Slot& slot = slots_[place_of(key, hash)];
      if (!slot.used) {
        slot = Slot{.key = key, .value = {}, .used = true};
        ++used_;
      }
      return slot.value;
    }

    const Value* find(std::uint64_t key, std::uint64_t hash) const {
      if (slots_.empty()) return nullptr;
      const Slot& slot = slots_[place_of(key, hash)];
      return slot.used ? &slot.value : nullptr;
    }

   private:
    // Where the key is, or the free slot where it would be.
    std::size_t place_of(std::uint64_t key, std::uint64_t hash) const {
      const std::size_t mask = slots_.size() - 1;
      std::size_t at = hash & mask;
      while (slots_[at].used && slots_[at].key != key) at = (at + 1) & mask;
      return at;
    }

    void grow() {
      std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
      old.swap(slots_);
      for (const Slot& slot : old) {
        if (slot.used) slots_[place_of(slot.key, mix(slot.key))] = slot;
      }
    }

    std::vector<Slot> slots_;
    std::size_t used_ = 0;
  };

  std::array<Part, std::size_t{1} << kPartBits> parts_;
};

}  // namespace dialerd::voxsim
