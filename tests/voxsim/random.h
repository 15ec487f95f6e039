#pragma once

#include <cstdint>

#include "tests/voxsim/options.h"

namespace dialerd::voxsim {

// Randomness as a pure function of its inputs: the same seed and the same place give the same draw, whatever the order
// in which connections and threads happen to ask. SplitMix64's finaliser (Steele, Lea, Flood: "Fast splittable
// pseudorandom number generators", OOPSLA 2014).
constexpr std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

constexpr std::uint64_t mix(std::uint64_t first, std::uint64_t second) { return mix(mix(first) ^ second); }

// A sequence of draws that belongs to one place (a call, a request).
class Draws {
 public:
  explicit constexpr Draws(std::uint64_t place) : state_(place) {}

  constexpr std::uint64_t next() { return state_ = mix(state_); }

  // In [0, 1).
  constexpr double fraction() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

  constexpr std::uint32_t in(const MillisecondRange& range) {
    const std::uint64_t width = std::uint64_t{range.highest} - range.lowest + 1;
    return static_cast<std::uint32_t>(range.lowest + next() % width);
  }

 private:
  std::uint64_t state_;
};

}  // namespace dialerd::voxsim
