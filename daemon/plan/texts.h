// Texts of which there are few and that many rows repeat, each kept once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dialerd::daemon::plan {

class Texts {
 public:
  std::uint32_t number(std::string_view text) {
    if (auto found = numbers_.find(text); found != numbers_.end()) return found->second;
    auto number = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(text);
    numbers_.emplace(text, number);
    return number;
  }
  const std::string& operator[](std::uint32_t number) const { return texts_[number]; }
  const std::vector<std::string>& all() const { return texts_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
};

}  // namespace dialerd::daemon::plan
