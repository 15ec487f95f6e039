// What every target says when the code that it feeds breaks its word: the sentence, and an abort that libFuzzer takes
// for a crash and keeps the input of.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace dialerd::fuzz {

inline void promise(bool kept, const char* what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Whether so many digits stand in a row somewhere, as a phone number's do.
inline bool has_digits_in_a_row(std::string_view text, std::size_t count) {
  std::size_t run = 0;
  for (const char c : text) {
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    if (run == count) return true;
  }
  return false;
}

}  // namespace dialerd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
