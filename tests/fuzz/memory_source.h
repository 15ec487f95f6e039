// Bytes from memory, in pieces of any size.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/import/byte_source.h"

namespace dialerd::fuzz {

class MemorySource final : public daemon::import::ByteSource {
 public:
  // `text` must outlive it.
  MemorySource(std::string_view text, std::size_t piece_size) : rest_(text), piece_size_(piece_size) {}

  std::optional<std::size_t> read(char* into, std::size_t size) override {
    const std::size_t count = std::min({size, piece_size_, rest_.size()});
    std::copy_n(rest_.data(), count, into);
    rest_.remove_prefix(count);
    return count;
  }
  std::string error() const override { return {}; }

 private:
  std::string_view rest_;
  std::size_t piece_size_;
};

}  // namespace dialerd::fuzz
