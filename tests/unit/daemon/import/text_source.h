// Bytes from memory, handed out in pieces of any size, and a failing read at the end if wanted.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "daemon/import/byte_source.h"

namespace dialerd::daemon::import {

class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t piece_size = 1 << 20)
      : text_(std::move(text)), piece_size_(piece_size) {}

  void fail_at_end() { fails_ = true; }

  std::optional<std::size_t> read(char* into, std::size_t size) override {
    const std::size_t count = std::min({size, piece_size_, text_.size() - at_});
    if (count == 0 && fails_) return std::nullopt;
    std::copy_n(text_.data() + at_, count, into);
    at_ += count;
    return count;
  }
  std::string error() const override { return fails_ ? "Input/output error" : ""; }

 private:
  std::string text_;
  std::size_t piece_size_;
  std::size_t at_ = 0;
  bool fails_ = false;
};

}  // namespace dialerd::daemon::import
